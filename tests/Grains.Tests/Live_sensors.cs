using CityTwin.Core.Alerts;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Running;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>What sensors say, all the way to segments and alerts, over real storage.</summary>
public sealed class Live_sensors : IAsyncLifetime
{
    private const int OfflineAfterMilliseconds = 1_500;
    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);
    private static readonly SegmentId Breaker = new("breaker");
    private static readonly SegmentId House = new("house");
    private static readonly SegmentId Tie = new("tie");
    private static readonly AlertId Overvoltage = AlertId.For("above-limit", new SensorId("voltage"));
    private static readonly AlertId Silence = AlertId.For("offline", new SensorId("quiet"));

    private static readonly City City = new(
        new(new string('0', 64)), "Three segments", "UTC", true,
        [new(new("zone"), "Zone", ZoneKind.Zone, null, [], 0, 0, [], 0)],
        [],
        [
            Segment(Breaker, new()),
            Segment(House, new(Supply: new Greatest([new Supplier(Breaker), new Supplier(Tie)]))),
            Segment(Tie, new()) with { NormallyOpen = true },
        ],
        [
            Sensor("breaker-status", "breaker", SensorRole.Status, Breaker, NoLimits),
            Sensor("quiet", "level", SensorRole.Measurement, null, NoLimits with { OfflineAfterMilliseconds = OfflineAfterMilliseconds }),
            Sensor("tie-status", "tie", SensorRole.Status, Tie, NoLimits),
            Sensor("voltage", "voltage", SensorRole.Measurement, House, NoLimits with { AlertAbove = 253, Deadband = 2 }),
        ],
        [], [], []);

    private CityCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CityCluster.Start(City, 1);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Tell_is_counted_as_waiting_until_its_receiver_has_taken_it()
    {
        var instruments = _cluster.Services.GetRequiredService<RunningInstruments>();
        await LiveLog.Holds(() => Task.FromResult(instruments.TellsWaiting == 0));
        _cluster.Failures.Add("alert", FailingStorage.Failure.Before, FailingStorage.Failure.Before, FailingStorage.Failure.Before, FailingStorage.Failure.Before);
        await Sensor("voltage").Observe(Reading("voltage", 1, 300.0));

        await LiveLog.Holds(() => Task.FromResult(instruments.TellsWaiting == 1));
        // Not asked before: whoever asks an alert whose save fails is told of that.
        await LiveLog.Holds(() => Task.FromResult(instruments.TellsWaiting == 0));
        Assert.Equal(AlertPhase.Raised, (await Alert(Overvoltage).Read())?.Phase);
    }

    [Fact]
    public async Task Reading_that_comes_late_or_again_is_in_history_once_and_changes_nothing_else()
    {
        long[] order = [1, 4, 2, 4, 2, 3, 1];
        foreach (var sequence in order)
        {
            await Sensor("quiet").Observe(Reading("quiet", sequence, 2.0));
        }

        var kept = await _cluster.Services.GetRequiredService<IReadingHistory>().Read(
            new(new("quiet"), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, NewestFirst: false, Max: 10), TestContext.Current.CancellationToken);

        Assert.Equal([1L, 4L, 2L, 3L], kept.OrderBy(placed => placed.Place.Arrival).Select(placed => placed.Kept.Reading.Sequence!.Value));
        Assert.Equal(4, (await Sensor("quiet").Read()).Sequence);
    }

    [Fact]
    public async Task Breaker_that_says_open_takes_its_dependents_down_and_a_tie_that_says_closed_brings_them_back()
    {
        await Sensor("breaker-status").Observe(Reading("breaker-status", 1, "open"));
        await LiveLog.Holds(async () => (await Level(Breaker), await Level(House)) == (0, 0));

        await Sensor("tie-status").Observe(Reading("tie-status", 1, "closed"));
        await LiveLog.Holds(async () => (await Level(Tie), await Level(House)) == (1000, 1000));

        await Sensor("breaker-status").Observe(Reading("breaker-status", 2, "closed"));
        await LiveLog.Holds(async () => await Level(Breaker) == 1000);
    }

    [Fact]
    public async Task Repeated_reading_is_not_saved_again()
    {
        var reading = Reading("breaker-status", 7, "closed");
        Assert.NotNull(await Sensor("breaker-status").Observe(reading));

        Assert.Null(await Sensor("breaker-status").Observe(reading));
        Assert.Null(await Sensor("breaker-status").Observe(reading with { Sequence = 6 }));
        Assert.Single(await Log(PublishedKind.Sensor, "breaker-status"));
    }

    [Fact]
    public async Task Value_beyond_its_limit_raises_one_alert_that_people_acknowledge_and_the_value_clears()
    {
        await Sensor("voltage").Observe(Reading("voltage", 1, 260));
        await Sensor("voltage").Observe(Reading("voltage", 2, 261));
        await LiveLog.Holds(async () => (await Alert(Overvoltage).Read())?.Phase == AlertPhase.Raised);

        var acknowledged = await Alert(Overvoltage).Acknowledge("r1", "ada", "seen");
        Assert.Null(acknowledged.Fault);
        Assert.NotNull(acknowledged.Seq);
        // It changes nothing, and is told where what it wanted shows.
        Assert.Equal(acknowledged, await Alert(Overvoltage).Acknowledge("r2", "bob", "too"));
        Assert.Equal(AlertFault.ShelvedTooLong, (await Alert(Overvoltage).Shelve("r3", "ada", "", DateTimeOffset.UtcNow.AddDays(30))).Fault);

        await Sensor("voltage").Observe(Reading("voltage", 3, 230));
        await LiveLog.Holds(async () => (await Alert(Overvoltage).Read())?.Phase == AlertPhase.Cleared);
        var status = (await Alert(Overvoltage).Read())!;
        Assert.Equal((1L, "ada"), (status.Count, status.Acknowledged!.By));
    }

    [Fact]
    public async Task Sensor_that_falls_silent_is_offline_with_an_alert_until_it_speaks_again()
    {
        await Sensor("quiet").Observe(Reading("quiet", 1, 4));
        await LiveLog.Holds(async () => (await Sensor("quiet").Read()).Condition == SensorCondition.Offline);
        await LiveLog.Holds(async () => (await Alert(Silence).Read())?.Phase == AlertPhase.Raised);

        await Sensor("quiet").Observe(Reading("quiet", 2, 4));
        await LiveLog.Holds(async () => (await Alert(Silence).Read())?.Phase == AlertPhase.Cleared);
    }

    [Fact]
    public async Task Alert_that_was_cleared_long_ago_leaves_the_city()
    {
        var longAgo = DateTimeOffset.UtcNow - AlertRules.ClearedKeptFor;
        await Sensor("voltage").Observe(Reading("voltage", 1, 260) with { ObservedAt = longAgo.AddHours(-2) });
        await LiveLog.Holds(async () => (await Alert(Overvoltage).Read())?.Phase == AlertPhase.Raised);
        await Sensor("voltage").Observe(Reading("voltage", 2, 230) with { ObservedAt = longAgo.AddHours(-1) });

        await LiveLog.Holds(async () => await Alert(Overvoltage).Read() is null);
        Assert.Null((await Log(PublishedKind.Alert, Overvoltage.Value))[^1].Published);
    }

    [Fact]
    public async Task Every_event_is_in_the_change_log_once()
    {
        foreach (var sequence in new[] { 1, 3, 2, 3, 1, 2 })
        {
            await Sensor("voltage").Report(new(new("voltage"), "tampered", 0.9, null, 1, sequence, DateTimeOffset.UtcNow));
        }

        Assert.Equal(3, (await Sensor("voltage").Read()).EventCount);
        Assert.Equal(3, (await Log(PublishedKind.Sensor, "voltage")).Count);
        await LiveLog.Holds(async () => (await Alert(AlertId.For("tampered", new SensorId("voltage"))).Read())?.Count == 3);
    }

    private static Segment Segment(SegmentId id, SegmentRule rule) => new(id, id.Value, "feeder", new("power"), null, [], rule, false);

    private static Sensor Sensor(string id, string kind, SensorRole role, SegmentId? segment, SensorLimits limits) =>
        new(new(id), id, kind, role, default, new("zone"), segment, null, limits, null, null);

    private static Reading Reading(string sensor, long sequence, string word) =>
        new(new(sensor), 1, sequence, DateTimeOffset.UtcNow, ReadingValue.Of(word));

    private static Reading Reading(string sensor, long sequence, double number) =>
        new(new(sensor), 1, sequence, DateTimeOffset.UtcNow, ReadingValue.Of(number));

    private ISensorGrain Sensor(string id) => _cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(new SensorId(id)));

    private IAlertGrain Alert(AlertId id) => _cluster.Grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(id.Value));

    private async Task<int> Level(SegmentId segment) =>
        (await _cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment)).Read()).Decided.LevelPermille;

    private Task<IReadOnlyList<ChangeRow>> Log(string kind, string key) => LiveLog.RowsOf(_cluster, kind, key);
}
