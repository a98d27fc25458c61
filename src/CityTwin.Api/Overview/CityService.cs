using System.Reflection;
using CityTwin.Api.Access;
using CityTwin.Api.Breaches;
using CityTwin.Api.Events;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Alerts;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Overview;

/// <summary>The city as a whole.</summary>
internal sealed class CityService(
    CityReader reader, CityWatcher watcher, ServerIdentity identity, BreachScenarios breaches, ApiInstruments instruments, TimeProvider time)
    : V1.CityService.CityServiceBase
{
    private static readonly string SoftwareVersion =
        typeof(CityService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private static readonly string[] Capabilities = ["apply", "attack", "breach", "command", "events", "explain", "filter", "history", "inspect", "outlook", "simulate", "watch", "weakest-link"];

    public override Task<V1.ServiceInfo> GetServiceInfo(V1.GetServiceInfoRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var city = version.Index.City;
        var sight = context.Access().In(version.Index);
        return Task.FromResult(new V1.ServiceInfo
        {
            SoftwareVersion = SoftwareVersion,
            City = city.Name,
            CityHash = city.Hash.Value,
            CitySchemaVersion = ServerIdentity.CitySchemaVersion,
            TimeZone = city.TimeZone,
            Sample = city.IsSample,
            Capabilities = { Capabilities },
            StartTime = Times.Of(identity.StartedAt),
            CurrentTime = Times.Of(time.GetUtcNow()),
            Version = VersionToken.Of(version).ToString(),
            AsOfTime = Times.Of(version.AsOf),
            Silo = identity.Silo,
            ReadyBreaches = { breaches.ReadyNames },
            Counts = new()
            {
                Zones = Enumerable.Range(0, city.Zones.Length).Count(sight.Sees),
                Segments = version.Index.ZoneOfSegment.Count(sight.Sees),
                Networks = city.Networks.Length,
                Sensors = version.Index.ZoneOfSensor.Count(sight.Sees),
                Guards = version.Index.ZoneOfGuard.Count(sight.Sees),
                Assets = city.Security.Assets.Length,
                Conduits = city.Security.Conduits.Length,
                OpenAlerts = version.Alerts.Values.Count(alert => Collections.Alerts.IsSeen(sight, version.Index, alert) && alert.Status.Phase != AlertPhase.Cleared),
            },
        });
    }

    public override async Task<V1.CityMap> GetCityMap(V1.GetCityMapRequest request, ServerCallContext context) => CityMessages.MapOf(
        await reader.At(request.AsOfTime, "", context.CancellationToken), context.Access(), !request.WithoutSensors, !request.WithoutBackground);

    public override Task WatchCity(
        V1.WatchCityRequest request, IServerStreamWriter<V1.CityChanges> responseStream, ServerCallContext context) =>
        watcher.Run(
            request,
            context.Access(),
            () => Task.CompletedTask,
            changes => changes is null ? Task.CompletedTask : instruments.Writing(responseStream.WriteAsync(changes, context.CancellationToken)),
            context.CancellationToken);

    public override async Task<V1.CitySnapshot> GetSnapshot(V1.GetSnapshotRequest request, ServerCallContext context) =>
        CityMessages.SnapshotOf(
            await reader.AtLeast(request.AtLeastVersion, context.CancellationToken), time.GetUtcNow().ToUnixTimeMilliseconds());
}
