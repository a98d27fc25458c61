using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Grains;
using CityTwin.Grains.Cascades;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Zones;

/// <summary>Zones, derived from the view.</summary>
internal sealed class ZoneService(CityReader reader, Watcher watcher, IGrainFactory grains, IOptions<ApiOptions> options)
    : V1.ZoneService.ZoneServiceBase
{
    public override async Task<V1.Zone> GetZone(V1.GetZoneRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        if (ExactReads.IsAsked(request.ReadMode))
        {
            // A status is derived from levels, and those are exact once everything decided so far shows here.
            var standing = await grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Read().WaitAsync(context.CancellationToken);
            version = await reader.WithBatch(standing.LastBatch, context.CancellationToken);
        }

        return ZoneMessages.Of(version, Pages.Find(Collections.Zones, version, request.Name));
    }

    public override async Task<V1.BatchGetZonesResponse> BatchGetZones(V1.BatchGetZonesRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return new() { Zones = { Pages.BatchGet(Collections.Zones, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListZonesResponse> ListZones(V1.ListZonesRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Zones, version, request.PageSize, request.PageToken, request.Filter, options.Value);
        return new() { Zones = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchZones(
        V1.WatchZonesRequest request, IServerStreamWriter<V1.WatchZonesResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Zones,
            request.Filter,
            request.ResumeToken,
            message => responseStream.WriteAsync(
                new() { Kind = message.Kind, Zone = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
                context.CancellationToken),
            context.CancellationToken);
}
