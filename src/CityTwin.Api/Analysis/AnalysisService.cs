using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Model;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Analysis;

/// <summary>What the failure of one thing would do.</summary>
internal sealed class AnalysisService(CityReader reader, LiveAnalysis analysis, IOptions<ApiOptions> options)
    : V1.AnalysisService.AnalysisServiceBase
{
    public override Task<V1.ListWeakestLinksResponse> ListWeakestLinks(V1.ListWeakestLinksRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var zone = request.Zone.Length == 0
            ? default(ZoneId?)
            : version.Index.City.Zones[Pages.Find(Collections.Zones, version, request.Zone)].Id;
        var current = analysis.Current;
        var links = current.Weakest.Where(link => zone is null || link.Key.Zone == zone)
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
}
