using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Analysis;

/// <summary>What the failure of one thing would do, and what a compromise leads to.</summary>
internal sealed class AnalysisService(
    CityReader reader, LiveAnalysis analysis, StreamLimit streams, TimeProvider time, IOptions<ApiOptions> options)
    : V1.AnalysisService.AnalysisServiceBase
{
    public override Task<V1.ListWeakestLinksResponse> ListWeakestLinks(V1.ListWeakestLinksRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var zone = request.Zone.Length == 0
            ? default(ZoneId?)
            : version.Index.City.Zones[Pages.Find(Collections.Zones, version, request.Zone)].Id;
        var current = analysis.Current;
        var sight = context.Access().In(version.Index);
        var links = current.Weakest.Where(link => zone is null || link.Key.Zone == zone)
            .Where(link => sight.Sees(version.Index.Find(link.Key.Zone) ?? AccessRules.WholeCity))
            .OrderBy(link => link.Value.LevelFinallyPermille).ThenBy(link => link.Key.Zone).ThenBy(link => link.Key.Service)
            .Select(link => ZoneMessages.WeakestOf(link.Key.Zone, link.Key.Service, link.Value, current.WeakestVersion))
            .ToList();

        // The version is part of the list's name: pages of two computations do not mix.
        var (items, next) = Pages.Slice(
            $"weakestLinks {request.Zone} {current.WeakestVersion}", links, request.PageSize, request.PageToken, options.Value);
        return Task.FromResult(new V1.ListWeakestLinksResponse
        {
            WeakestLinks = { items },
            NextPageToken = next,
            Computed = current.WeakestVersion.Length > 0,
            Version = current.WeakestVersion,
        });
    }

    public override Task<V1.Outlook> GetOutlook(V1.GetOutlookRequest request, ServerCallContext context) =>
        Task.FromResult(OutlookMessages.Of(analysis.Current.Outlook, ProfileOf(request.Profile)));

    public override async Task WatchOutlook(
        V1.WatchOutlookRequest request, IServerStreamWriter<V1.WatchOutlookResponse> responseStream, ServerCallContext context)
    {
        using var stream = streams.Enter();
        var profile = ProfileOf(request.Profile);
        var (interval, heartbeat) = (TimeSpan.FromMilliseconds(options.Value.WatchIntervalMilliseconds), TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds));
        var (sent, sentAt) = (default(CityOutlook), time.GetTimestamp());
        while (true)
        {
            var outlook = analysis.Current.Outlook;
            if (outlook is not null && !ReferenceEquals(outlook, sent))
            {
                await responseStream.WriteAsync(
                    new() { Kind = sent is null ? V1.WatchKind.Snapshot : V1.WatchKind.Changed, Outlook = OutlookMessages.Of(outlook, profile) },
                    context.CancellationToken);
                (sent, sentAt) = (outlook, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(sentAt) >= heartbeat)
            {
                await responseStream.WriteAsync(new() { Kind = V1.WatchKind.Checkpoint }, context.CancellationToken);
                sentAt = time.GetTimestamp();
            }

            await Task.Delay(interval, time, context.CancellationToken);
        }
    }

    /// <param name="name">Empty = the worst.</param>
    private ProfileId ProfileOf(string name)
    {
        var model = reader.Newest.Index.City.Security;
        if (name.Length == 0)
        {
            return Outlook.WorstProfile(model)?.Id
                ?? throw ApiErrors.Of(StatusCode.NotFound, ErrorReason.NotFound, "The city has no adversary profile: nobody has said who might attack it.");
        }

        if (ResourceNames.IdOf(name, ResourceNames.Profiles) is not { } id)
        {
            var text = $"'{name}' is no name such as '{ResourceNames.Profiles}...'.";
            throw ApiErrors.With(StatusCode.InvalidArgument, ErrorReason.InvalidFields, text, [new("profile", text)]);
        }

        return model.Profiles.Any(profile => profile.Id.Value == id) ? new(id) : throw ApiErrors.NotFound(name);
    }
}
