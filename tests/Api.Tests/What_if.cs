using System.Text;
using CityTwin.Core.Health;
using CityTwin.Core.Simulation;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;
using SiloStanding = CityTwin.Core.Health.SiloStanding;

namespace CityTwin.Api.Tests;

public sealed class What_if(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SimulationService.SimulationServiceClient Simulations => new(server.Channel);

    [Fact]
    public async Task A_run_ends_with_the_bytes_of_the_same_run_offline()
    {
        var version = server.View.Apply([server.Rows.Batch("pump", 1000)]);

        var made = await Simulations.CreateSimulationAsync(
            new() { ScenarioJson = "fail cable 14400", Principal = "anna", RequestId = "r1" }, cancellationToken: Cancellation);
        var again = await Simulations.CreateSimulationAsync(
            new() { ScenarioJson = "fail cable 14400", Principal = "anna", RequestId = "r1" }, cancellationToken: Cancellation);
        var done = await Done(made.Name);

        Assert.Equal(made.Name, again.Name);
        Assert.Equal((SimulationState.Succeeded, 1000), (done.State, done.ProgressPermille));
        using var offline = new MemoryStream();
        ReportJson.Write(offline, Simulator.Run(
            server.City, version.Fork(done.AsOfTime.ToDateTimeOffset().ToUnixTimeMilliseconds()), Scenarios.Of("cable", 14_400_000), cancellation: Cancellation));
        Assert.Equal(Encoding.UTF8.GetString(offline.ToArray()), done.ReportJson);
        Assert.Same(version, server.Live.Current);
    }

    [Fact]
    public async Task A_faulty_scenario_names_its_faults()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Simulations.CreateSimulationAsync(new() { ScenarioJson = "{}", Principal = "anna" }, cancellationToken: Cancellation));

        var details = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        var violation = Assert.Single(details.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations);
        Assert.Equal(("scenario_json.events[0].target", "UNKNOWN_REFERENCE"), (violation.Field, violation.Reason));
    }

    [Fact]
    public async Task A_run_that_is_done_stays_as_it_is_when_cancelled()
    {
        var made = await Simulations.CreateSimulationAsync(new() { ScenarioJson = "fail pump 60", Principal = "anna" }, cancellationToken: Cancellation);
        await Done(made.Name);

        var cancelled = await Simulations.CancelSimulationAsync(new() { Name = made.Name, Principal = "anna" }, cancellationToken: Cancellation);
        var listed = await Simulations.ListSimulationsAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(SimulationState.Succeeded, cancelled.State);
        Assert.Contains(listed.Simulations, simulation => simulation.Name == made.Name && simulation.ReportJson.Length == 0);
    }

    [Fact]
    public async Task A_run_of_another_silo_is_told_to_be_there_while_that_silo_works()
    {
        await using var one = new ApiServer();
        await one.InitializeAsync();
        one.Self = one.Self with { Silos = [Seen("silo-1", SiloStanding.Active), Seen("silo-2", SiloStanding.Active), Seen("silo-3", SiloStanding.Lost)] };
        var simulations = new SimulationService.SimulationServiceClient(one.Channel);
        var made = await simulations.CreateSimulationAsync(new() { ScenarioJson = "fail pump 60", Principal = "anna" }, cancellationToken: Cancellation);

        Assert.StartsWith("simulations/silo-1.", made.Name, StringComparison.Ordinal);
        Assert.Equal((StatusCode.Unavailable, "AT_ANOTHER_SILO", "silo-2"), await Refused("simulations/silo-2.5eed"));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND", null), await Refused("simulations/silo-1.5eed"));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND", null), await Refused("simulations/silo-3.5eed"));

        async Task<(StatusCode, string, string?)> Refused(string name)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await simulations.GetSimulationAsync(new() { Name = name }, cancellationToken: Cancellation));
            var info = Google.Rpc.Status.Parser.ParseFrom(refused.Trailers.GetValueBytes("grpc-status-details-bin")).Details[0].Unpack<Google.Rpc.ErrorInfo>();
            return (refused.StatusCode, info.Reason, info.Metadata.GetValueOrDefault("silo"));
        }
    }

    [Fact]
    public async Task An_explanation_goes_from_the_zone_to_the_root()
    {
        server.View.Apply([server.Rows.Command("substation", 0), server.Rows.Batch("substation", 0, ("substation", 0), ("pump", 0))]);

        var zone = await new ZoneService.ZoneServiceClient(server.Channel)
            .ExplainZoneAsync(new() { Name = "zones/harbour", Service = "water" }, cancellationToken: Cancellation);
        var segment = await new SegmentService.SegmentServiceClient(server.Channel)
            .ExplainSegmentAsync(new() { Name = "segments/pump" }, cancellationToken: Cancellation);

        Assert.Equal(["zones/harbour", "segments/pump", "segments/substation"], zone.Links.Select(link => link.Name));
        Assert.Equal(
            [ExplanationReason.Service, ExplanationReason.Needs, ExplanationReason.Ceiling], zone.Links.Select(link => link.Reason));
        Assert.Equal("water = pump", zone.Links[0].Rule);
        Assert.Equal("anna", Assert.Single(zone.Links[2].Causes).Principal);
        Assert.Equal(2, segment.Links.Count);
        server.View.Apply([server.Rows.Command("substation", 1000), server.Rows.Batch("substation", 1000, ("substation", 1000), ("pump", 1000))]);
    }

    [Fact]
    public async Task Weakest_links_are_kept_current()
    {
        var client = new AnalysisService.AnalysisServiceClient(server.Channel);
        server.View.Apply([server.Rows.Batch("pump", 1000)]);
        ListWeakestLinksResponse links;
        do
        {
            links = await client.ListWeakestLinksAsync(new() { Zone = "zones/hospital" }, cancellationToken: Cancellation);
        }
        while (!links.Computed);

        var power = Assert.Single(links.WeakestLinks);
        Assert.Equal(("power", "segments/battery", 0), (power.Service, power.Segment, power.LevelPermille));
        var zone = await new ZoneService.ZoneServiceClient(server.Channel).GetZoneAsync(new() { Name = "zones/hospital" }, cancellationToken: Cancellation);
        Assert.Equal("segments/battery", Assert.Single(zone.Status.Services).WeakestLink.Segment);
    }

    [Fact]
    public async Task Refused_messages_are_listed()
    {
        var list = await new IngestService.IngestServiceClient(server.Channel).ListMalformedMessagesAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(("sensors/x", "NotJson"), (Assert.Single(list.MalformedMessages).Sensor, list.MalformedMessages[0].Code));
        Assert.Equal(1, list.Counts["NotJson"]);
    }

    private static SiloSeen Seen(string name, SiloStanding standing) => new(name, "127.0.0.1:1", standing, DateTimeOffset.UnixEpoch);

    private async Task<Simulation> Done(string name)
    {
        using var watch = Simulations.WatchSimulation(new() { Name = name }, cancellationToken: Cancellation);
        Simulation? last = null;
        while (await watch.ResponseStream.MoveNext(Cancellation))
        {
            last = watch.ResponseStream.Current;
        }

        return last!;
    }
}
