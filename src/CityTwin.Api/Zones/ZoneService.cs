using CityTwin.Api.Access;
using CityTwin.Api.Analysis;
using CityTwin.Api.Commands;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Zones;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Zones;

/// <summary>Zones: derived from the view, and told what only people know of them.</summary>
internal sealed class ZoneService(
    CityReader reader, Watcher watcher, LiveAnalysis analysis, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.ZoneService.ZoneServiceBase
{
    private readonly Collection<int, V1.Zone> _zones =
        Collections.Zones with { Message = (version, zone) => ZoneMessages.Of(version, zone, analysis.Current) };

    public override async Task<V1.Zone> GetZone(V1.GetZoneRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            // A status is derived from levels, and those are exact once everything decided so far shows here.
            var standing = await grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Read().WaitAsync(context.CancellationToken);
            version = await reader.WithBatch(standing.LastBatch, context.CancellationToken);
            var facts = await GrainOf(version, Pages.Find(_zones, version, request.Name)).Read().WaitAsync(context.CancellationToken);
            version = version.With(facts);
        }

        var zones = ZonesOf(request.AsOfTime);
        return zones.Message(version, Pages.Find(zones, version, request.Name));
    }

    public override async Task<V1.BatchGetZonesResponse> BatchGetZones(V1.BatchGetZonesRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Zones = { Pages.BatchGet(ZonesOf(request.AsOfTime), version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListZonesResponse> ListZones(V1.ListZonesRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(ZonesOf(request.AsOfTime), version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Zones = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchZones(
        V1.WatchZonesRequest request, IServerStreamWriter<V1.WatchZonesResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            _zones,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Zone = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override async Task<V1.Explanation> ExplainZone(V1.ExplainZoneRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(_zones, version, request.Name);
        var services = version.Zones[place].Services;
        var asked = request.Service.Length > 0
            ? services.FirstOrDefault(service => service.Service.Value == request.Service)
            : services.MinBy(service => service.LevelPermille);
        if (asked is null)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument, ErrorReason.InvalidFields, $"'{request.Name}' has no service '{request.Service}'.",
                [new("service", $"There are {string.Join(", ", services.Select(service => service.Service.Value))}.")]);
        }

        return ExplanationMessages.OfService(version, place, services.IndexOf(asked), time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public override Task<V1.CommandReceipt> PlanWork(V1.PlanWorkRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var until = violations.Time("until_time", request.UntilTime);
        var ahead = until - time.GetUtcNow();
        if (ahead <= TimeSpan.Zero || ahead > PlannedWorkRules.Max)
        {
            violations.Add("until_time", $"until_time lies ahead, by at most {PlannedWorkRules.Max.TotalDays:0} days.", "OUT_OF_RANGE");
        }

        return Give(
            request.Name, new(request.Principal, request.Reason, request.RequestId), violations,
            (grain, order) => grain.PlanWork(order.RequestId, until, order.Principal, order.Reason), context);
    }

    public override Task<V1.CommandReceipt> EndWork(V1.EndWorkRequest request, ServerCallContext context) => Give(
        request.Name, new(request.Principal, request.Reason, request.RequestId), new(),
        (grain, order) => grain.PlanWork(order.RequestId, null, order.Principal, order.Reason), context);

    public override Task<V1.CommandReceipt> SetPosture(V1.SetPostureRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        if (request.Posture == V1.SecurityPosture.Unspecified || !Enum.IsDefined(request.Posture))
        {
            violations.Add("posture", "posture is required, and one of the contract's.", "REQUIRED");
        }

        return Give(
            request.Name, new(request.Principal, request.Reason, request.RequestId), violations,
            (grain, order) => grain.SetPosture(order.RequestId, (SecurityPosture)(request.Posture - 1), order.Principal, order.Reason), context);
    }

    public override Task<V1.CommandReceipt> CountPeople(V1.CountPeopleRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Range("people", request.People, 0, ZoneFactRules.PeopleMax);
        return Give(
            request.Name, new(request.Principal, request.Reason, request.RequestId), violations,
            (grain, order) => grain.Count(order.RequestId, request.HasPeople ? request.People : null, order.Principal), context);
    }

    /// <summary>Forecasts and weakest links are of the city as it is.</summary>
    private Collection<int, V1.Zone> ZonesOf(Timestamp? asOf) => asOf is null ? _zones : Collections.Zones;

    private Task<V1.CommandReceipt> Give(
        string name, Order order, Violations violations, Func<IZoneGrain, Order, Task<long?>> command, ServerCallContext context) =>
        order.Give(_zones, name, reader, time, (version, place, known) => command(GrainOf(version, place), known), context.CancellationToken, violations);

    private IZoneGrain GrainOf(CityVersion version, int place) =>
        grains.GetGrain<IZoneGrain>(GrainKeys.Of(version.Index.City.Zones[place].Id));
}
