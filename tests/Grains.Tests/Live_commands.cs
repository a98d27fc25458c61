using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Guards;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Zones;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>What people order of zones, guards and alerts, over real storage and with the view.</summary>
public sealed class Live_commands : IAsyncLifetime
{
    private static readonly AlertId OutOfRange = AlertId.For("out-of-range", new SensorId("meter-00001"));
    private static readonly AlertId Tampered = AlertId.For("tampered", new SensorId("meter-00001"));
    private CityCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var city = HarbourCity.Of();
        var meter = city.Sensors.Single(sensor => sensor.Id.Value == "meter-00001");
        var limited = meter with { Limits = meter.Limits with { Maximum = 400 } };
        _cluster = await CityCluster.Start(city with { Sensors = city.Sensors.Replace(meter, limited) }, 1);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Planned_work_hides_the_alerts_it_explains_until_it_ends_and_no_others()
    {
        var sensor = _cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(new SensorId("meter-00001")));
        await sensor.Report(new(new("meter-00001"), "tampered", 0.9, null, 1, 1, DateTimeOffset.UtcNow));
        await sensor.Observe(new(new("meter-00001"), 1, 2, DateTimeOffset.UtcNow, ReadingValue.Of(900), "V"));
        await LiveLog.Holds(async () => (await Alert(OutOfRange).Read(), await Alert(Tampered).Read()) is ({ Phase: AlertPhase.Raised }, { Phase: AlertPhase.Raised }));

        Assert.NotNull(await Zone("north").PlanWork("w1", DateTimeOffset.UtcNow.AddHours(1), "anna", "cables"));
        await LiveLog.Holds(async () => (await Alert(OutOfRange).Read())!.SuppressedBy == "north");
        Assert.Null((await Alert(Tampered).Read())!.SuppressedBy);

        await Zone("north").PlanWork("w2", null, "anna", "done");
        await LiveLog.Holds(async () => (await Alert(OutOfRange).Read())!.SuppressedBy is null);
    }

    [Fact]
    public async Task Zone_carries_out_a_request_once()
    {
        await Zone("harbour").Count("c1", 7, "anna");
        var second = await Zone("harbour").Count("c2", 9, "anna");

        Assert.Equal(second, await Zone("harbour").Count("c1", 7, "anna"));
        Assert.Equal(9, (await Zone("harbour").Read()).PeopleCounted);
        Assert.Equal(2, (await Log(PublishedKind.Zone, "harbour")).Count);
    }

    /// <summary>Whoever lost the answer repeats the command, and reads what it did as if the answer had come.</summary>
    [Fact]
    public async Task Repeated_command_is_told_a_place_at_which_the_first_one_shows_also_after_a_restart()
    {
        var failing = new SegmentCommand("f1", SegmentRules.CommandCause, 0, "anna", "drill");
        var first = await Pump.Command(failing);
        Assert.NotNull(first);
        Assert.InRange((await Pump.Command(failing))!.Value, first.Value, long.MaxValue);
        await LiveLog.AtRest(_cluster);
        var raised = await Alert(OutOfRange).Acknowledge("a1", "anna", "seen");
        Assert.Equal((AlertFault.NotFound, null), (raised.Fault, raised.Seq));

        _cluster = await _cluster.Restart();

        Assert.InRange((await Pump.Command(failing))!.Value, first.Value, long.MaxValue);
    }

    [Fact]
    public async Task Start_is_told_the_place_at_which_its_levels_show_and_so_is_the_same_one_again()
    {
        var coordinator = _cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade);
        var order = new StartOrder("s1", [new("pump")], "anna", "black start", DateTimeOffset.UtcNow);

        var started = await coordinator.Start(order);

        var batch = Assert.Single(await BatchesWithStarts());
        Assert.InRange(started!.Value, batch.Seq, long.MaxValue);
        _cluster = await _cluster.Restart();
        Assert.InRange((await _cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Start(order))!.Value, batch.Seq, long.MaxValue);
        Assert.Single(await BatchesWithStarts());
    }

    [Fact]
    public async Task Guard_goes_through_an_order_and_each_request_counts_once()
    {
        var guard = _cluster.Grains.GetGrain<IGuardGrain>(GrainKeys.Of(new GuardId("rex")));

        await guard.Shift("s0", false);
        Assert.Equal(GuardFault.OffDuty, (await guard.Dispatch("d0", new("north"), "anna", "noise")).Fault);
        await guard.Shift("s1", true);
        Assert.NotNull((await guard.Dispatch("d1", new("north"), "anna", "noise")).Seq);
        await guard.Progress("p1", GuardDuty.OnScene);
        Assert.Equal(GuardFault.OrderInHand, (await guard.Shift("s2", false)).Fault);
        var cleared = await guard.Progress("p2", GuardDuty.Available);

        Assert.Equal(new(null, cleared.Seq), await guard.Dispatch("d1", new("north"), "anna", "noise"));
        Assert.Equal(new(null, cleared.Seq), await guard.Progress("p1", GuardDuty.OnScene));
        Assert.Equal(GuardFault.NoOrder, (await guard.Progress("p3", GuardDuty.OnScene)).Fault);
        Assert.Equal(GuardDuty.Available, (await guard.Read()).Duty);
    }

    [Fact]
    public async Task Owner_shows_its_state_before_and_after_its_first_command()
    {
        Assert.Contains("harbour", (await Zone("harbour").Inspect()).StateJson, StringComparison.Ordinal);
        Assert.Null((await Zone("harbour").Inspect()).StoredJson);
        await Zone("harbour").Count("c1", 7, "anna");

        var after = await Zone("harbour").Inspect();
        Assert.Contains("c1", after.StoredJson!, StringComparison.Ordinal);
        Assert.Empty(after.Tells);
        Assert.NotEmpty((await _cluster.Grains.GetGrain<IGuardGrain>(GrainKeys.Of(new GuardId("rex"))).Inspect()).StateJson);
        Assert.NotEmpty((await Alert(new("offline.sensor.camera")).Inspect()).StateJson);
    }

    private ISegmentGrain Pump => _cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(new SegmentId("pump")));

    private async Task<List<ChangeRow>> BatchesWithStarts()
    {
        var serializer = _cluster.Services.GetRequiredService<Serializer>();
        var read = await _cluster.Services.GetRequiredService<IChangeLog>().Read(0, 10_000, TestContext.Current.CancellationToken);
        return [.. Assert.IsType<ChangesFollow>(read).Rows.Where(row => row.Kind == PublishedKind.Batch
            && !serializer.Deserialize<BatchDecided>(row.Published!.Value)!.Starts.IsEmpty)];
    }

    private IAlertGrain Alert(AlertId id) => _cluster.Grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(id.Value));

    private IZoneGrain Zone(string id) => _cluster.Grains.GetGrain<IZoneGrain>(GrainKeys.Of(new ZoneId(id)));

    private Task<IReadOnlyList<ChangeRow>> Log(string kind, string key) => LiveLog.RowsOf(_cluster, kind, key);
}
