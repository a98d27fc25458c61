using CityTwin.Core.Alerts;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Xunit;
using AlertSeverity = CityTwin.Core.Alerts.AlertSeverity;
using Health = CityTwin.Protocol.V1.Health;

namespace CityTwin.Api.Tests;

public sealed class Over_grpc(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(typeof(Core.Zones.SecurityPosture), typeof(Protocol.V1.SecurityPosture))]
    [InlineData(typeof(ServiceHealth), typeof(Health))]
    [InlineData(typeof(Coverage), typeof(Sensing))]
    [InlineData(typeof(SensorCondition), typeof(SensorQuality))]
    [InlineData(typeof(Core.Model.SensorRole), typeof(Protocol.V1.SensorRole))]
    [InlineData(typeof(Core.Model.ZoneKind), typeof(Protocol.V1.ZoneKind))]
    [InlineData(typeof(Core.Guarding.GuardDuty), typeof(Protocol.V1.GuardDuty))]
    [InlineData(typeof(AlertSeverity), typeof(Protocol.V1.AlertSeverity))]
    [InlineData(typeof(AlertPhase), typeof(Protocol.V1.AlertState))]
    [InlineData(typeof(Core.Breaches.Live.AssetPosture), typeof(Protocol.V1.AssetPosture))]
    public void The_contract_has_the_words_of_the_core_one_further(Type core, Type contract) => Assert.Equal(
        Enum.GetNames(core).Select(name => (name, (int)Enum.Parse(core, name) + 1)),
        Enum.GetNames(contract).Where(name => name != "Unspecified").Select(name => (name, (int)Enum.Parse(contract, name))));

    [Fact]
    public async Task A_zone_tells_its_services_and_why()
    {
        server.View.Apply([server.Rows.Command("cable", 0), server.Rows.Batch("cable", 0, ("cable", 0), ("end", 0))]);

        var zone = await new ZoneService.ZoneServiceClient(server.Channel).GetZoneAsync(new() { Name = "zones/harbour" }, cancellationToken: Cancellation);

        var power = zone.Status.Services.Single(service => service.Service == "power");
        Assert.Equal((0, Health.Dark, 300), (power.LevelPermille, power.Health, power.PeopleAffected));
        Assert.Equal(("segments/cable", "segments/cable", "anna"), (power.Cause.Segment, power.Cause.Root, power.Cause.RootCause.Principal));
        Assert.Equal("power", zone.Status.WorstService);
        server.View.Apply([server.Rows.Command("cable", 1000), server.Rows.Batch("cable", 1000, ("cable", 1000), ("end", 1000))]);
    }

    [Fact]
    public async Task A_watch_sends_a_snapshot_changes_removals_and_resumes()
    {
        var client = new SensorService.SensorServiceClient(server.Channel);
        string token;
        using (var watch = client.WatchSensors(new() { Filter = "value > 100" }, cancellationToken: Cancellation))
        {
            Assert.Equal(WatchKind.Checkpoint, (await Next(watch)).Kind);
            server.View.Apply([server.Rows.Reading("meter-00001", 200)]);
            var changed = await Next(watch);
            Assert.Equal((WatchKind.Changed, 200), (changed.Kind, changed.Sensor.Value));
            Assert.Equal(WatchKind.Checkpoint, (await Next(watch)).Kind);
            server.View.Apply([server.Rows.Reading("meter-00001", 50)]);
            var removed = await Next(watch);
            Assert.Equal((WatchKind.Removed, "sensors/meter-00001"), (removed.Kind, removed.Removed));
            token = (await Next(watch)).ResumeToken;
        }

        server.View.Apply([server.Rows.Reading("meter-00002", 300), server.Rows.Reading("meter-00000", 10)]);
        using var resumed = client.WatchSensors(new() { Filter = "value > 100", ResumeToken = token }, cancellationToken: Cancellation);
        var first = await Next(resumed);
        var second = await Next(resumed);

        Assert.Equal((WatchKind.Removed, "sensors/meter-00000"), (first.Kind, first.Removed));
        Assert.Equal((WatchKind.Changed, "sensors/meter-00002"), (second.Kind, second.Sensor.Name));
        Assert.Equal(WatchKind.Checkpoint, (await Next(resumed)).Kind);
    }

    [Fact]
    public async Task A_watch_with_a_token_of_another_log_tells_the_gap()
    {
        using var watch = new ZoneService.ZoneServiceClient(server.Channel)
            .WatchZones(new() { ResumeToken = "5.elsewhere.01234567" }, cancellationToken: Cancellation);

        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(WatchKind.Gap, watch.ResponseStream.Current.Kind);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(WatchKind.Snapshot, watch.ResponseStream.Current.Kind);
    }

    [Fact]
    public async Task A_read_waits_for_the_version_it_asks_for()
    {
        var client = new ZoneService.ZoneServiceClient(server.Channel);
        var version = server.View.Current;
        var read = client.GetZoneAsync(
            new() { Name = "zones/north", AtLeastVersion = $"{version.Seq + 1}.{version.Epoch}.01234567" }, cancellationToken: Cancellation).ResponseAsync;
        server.View.Apply([server.Rows.Alert("fire.zone.north", AlertSeverity.Critical, zone: "north")]);

        Assert.Equal(1, (await read).Status.Alerts.Critical);
    }

    [Fact]
    public async Task A_refused_filter_carries_its_position()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new SensorService.SensorServiceClient(server.Channel).ListSensorsAsync(new() { Filter = "kind = a AND colour = b" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        var details = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal("13", details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Metadata["position"]);
        Assert.Equal("FILTER_UNKNOWN_FIELD", details.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations[0].Reason);
    }

    [Fact]
    public async Task Reflection_lists_the_services()
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new() { ListServices = "" }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name);

        Assert.Superset(
            new HashSet<string>(["citytwin.v1.ZoneService", "citytwin.v1.SegmentService", "citytwin.v1.SensorService", "citytwin.v1.GuardService",
                "citytwin.v1.AlertService", "citytwin.v1.CascadeService", "citytwin.v1.CityService", "citytwin.v1.InspectionService"]),
            services.ToHashSet());
    }

    [Fact]
    public async Task Health_is_served_once_the_city_is_read()
    {
        var answer = await new Grpc.Health.V1.Health.HealthClient(server.Channel).CheckAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    private static async Task<WatchSensorsResponse> Next(AsyncServerStreamingCall<WatchSensorsResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        return watch.ResponseStream.Current;
    }
}
