using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Events;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.History;

/// <summary>What was: each change, and the whole city as of an instant.</summary>
internal sealed class HistoryService(CityReader reader, IChangeHistory history, Serializer serializer, IOptions<ApiOptions> options)
    : V1.HistoryService.HistoryServiceBase
{
    /// <summary>Rows read at a time: a page and one more, within these.</summary>
    private const int BatchMin = 200;
    private const int BatchMax = 1_000;

    /// <summary>So many changes are held against zones before a page is answered as it is: a call must not read the whole history.</summary>
    private const int SoughtMax = 10_000;

    private readonly PublishedRows _rows = new(serializer);

    public override async Task<V1.ListChangesResponse> ListChanges(V1.ListChangesRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast("", context.CancellationToken);
        if (!history.IsKept)
        {
            throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.HistoryOff, "This server keeps no history.");
        }

        var since = await history.KeptSince(context.CancellationToken);
        var list = ChangeList.Of(request, since, options.Value);
        int? within = request.Within.Length == 0 ? null : Pages.Find(Collections.Zones, version, request.Within, "within");
        var sight = context.Access().In(version.Index);
        var response = list.Every is { } every
            ? await Summarize(list, every, name => IsMeant(version, sight, within, name), context.CancellationToken)
            : await Read(list, name => IsMeant(version, sight, within, name), context.CancellationToken);
        response.KeptSinceTime = Times.Of(since);
        return response;
    }

    public override async Task<V1.CityChanges> GetPastCity(V1.GetPastCityRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Time("as_of_time", request.AsOfTime);
        violations.Throw();
        var version = await reader.At(request.AsOfTime, "", context.CancellationToken);
        return CityChangesBuilder.Snapshot(version, context.Access().In(version.Index), request.Sensors, afterGap: false);
    }

    private async Task<V1.ListChangesResponse> Read(ChangeList list, Func<string, bool> isMeant, CancellationToken cancellation)
    {
        var response = new V1.ListChangesResponse();
        var batch = Math.Clamp(list.Query.Max + 1, BatchMin, BatchMax);
        var query = list.Query with { Max = batch };
        for (var sought = 0; sought < SoughtMax; sought += batch)
        {
            var changes = await history.Read(query, cancellation);
            foreach (var change in changes)
            {
                if (!isMeant(ChangeMessages.NameOf(change)))
                {
                    continue;
                }

                if (response.Changes.Count == list.Query.Max)
                {
                    response.NextPageToken = list.TokenOf(query.After!.Value);
                    return response;
                }

                response.Changes.Add(ChangeMessages.Of(change, _rows));
                query = query with { After = change.Place };
            }

            if (changes.Length < batch)
            {
                return response;
            }

            query = query with { After = changes[^1].Place };
        }

        response.NextPageToken = list.TokenOf(query.After!.Value);
        return response;
    }

    private async Task<V1.ListChangesResponse> Summarize(ChangeList list, TimeSpan every, Func<string, bool> isMeant, CancellationToken cancellation)
    {
        var spans = await history.Summarize(list.Query, every, cancellation);
        return new()
        {
            Spans = { spans.Spans.Where(span => isMeant(ChangeMessages.NameOf(span.Last))).Select(span => ChangeMessages.Of(span, _rows)) },
            NextPageToken = spans.Rest is { } rest ? list.TokenOf(rest) : "",
        };
    }

    /// <summary>Where a thing lies is said by the definition in force: what that no longer has, only those who see the whole city see.</summary>
    private static bool IsMeant(CityVersion version, Sight sight, int? within, string name)
    {
        if (sight.IsEverything && within is null)
        {
            return true;
        }

        var zones = Targets.ZonesOf(version, name);
        return zones.All(sight.Sees) && (within is not { } outer || zones.Any(zone => zone >= 0 && version.Index.IsWithin(zone, outer)));
    }
}
