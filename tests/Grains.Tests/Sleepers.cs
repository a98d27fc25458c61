using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>What falls due although nobody calls: it happens, and a restart forgets none of it.</summary>
public sealed class Sleepers : IAsyncLifetime
{
    private const int DisagreeAfterMilliseconds = 3_000;
    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);
    private static readonly SensorId Meter = new("meter");
    private static readonly SensorId Level = new("level");
    private static readonly SensorId Heat = new("heat");
    private static readonly SegmentId Feeder = new("feeder");

    private static readonly City City = new(
        new(new string('5', 64)), "One feeder", "UTC", true,
        [new(new("zone"), "Zone", ZoneKind.Zone, null, [], 0, 0, [], 0)],
        [],
        [new(Feeder, "Feeder", "feeder", new("power"), null, [], new(), false)],
        [
            new(Meter, "Meter", "voltage", SensorRole.Measurement, default, new("zone"), Feeder, "V",
                NoLimits with { AlertBelow = 50 }, null, new([new(0, 0), new(230, 1000)], 100, DisagreeAfterMilliseconds)),
            new(Level, "Level", "level", SensorRole.Measurement, default, new("zone"), null, "m", NoLimits with { ReportIntervalMilliseconds = 1_000 }, null, null),
            new(Heat, "Heat", "heat", SensorRole.Measurement, default, new("zone"), null, "K",
                NoLimits with { AlertAbove = 300, AlertDelayMilliseconds = 3_000 }, null, null),
        ],
        [], [], []);

    private CityCluster _cluster = null!;
    private long _sequence;

    public async ValueTask InitializeAsync() => _cluster = await CityCluster.Start(City, 1);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Contradiction_becomes_a_disagreement_in_its_time(bool isRestarted)
    {
        await Say(Meter, 0);
        await LiveLog.Holds(async () => (await Dues()).Length == 1);
        if (isRestarted)
        {
            await RestartWhenAllIsTold(0);
        }

        var disagrees = AlertId.For(DisagreementRules.AlertCause, Feeder);
        await LiveLog.Holds(async () => (await Alert(disagrees).Read())?.Phase == AlertPhase.Raised);
        Assert.Empty(await Dues());
    }

    [Fact]
    public async Task Sensor_that_falls_silent_during_a_restart_goes_stale_and_its_waiting_alert_is_raised()
    {
        await Say(Level, 2);
        await Say(Heat, 350);
        _cluster = await _cluster.Restart();

        var serializer = _cluster.Services.GetRequiredService<Serializer>();
        await LiveLog.Holds(async () => (await Snapshot()).Any(row => row is { Kind: PublishedKind.Sensor, Published: { } bytes }
            && row.Key == Level.Value && serializer.Deserialize<SensorStatus>(bytes)!.Condition == SensorCondition.Stale));
        await LiveLog.Holds(async () => (await Alert(AlertId.For("above-limit", Heat)).Read())?.Phase == AlertPhase.Raised);
    }

    private IAlertGrain Alert(AlertId id) => _cluster.Grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(id.Value));

    /// <summary>A tell that is sent again would wake its receiver: the restart must find none, so that nobody calls.</summary>
    private async Task RestartWhenAllIsTold(double volts)
    {
        await LiveLog.Holds(async () =>
        {
            await Say(Meter, volts);
            return !(await Snapshot()).Any(row => row is { Kind: PublishedKind.Outbox, Published: not null });
        });
        _cluster = await _cluster.Restart();
    }

    private Task<long?> Say(SensorId sensor, double number) => _cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(sensor))
        .Observe(new(sensor, 1, ++_sequence, DateTimeOffset.UtcNow, ReadingValue.Of(number)));

    private async Task<ChangeRow[]> Dues() =>
        [.. (await Snapshot()).Where(row => row is { Kind: PublishedKind.Due, Published: not null } && row.Key.StartsWith(GrainTypes.Segment, StringComparison.Ordinal))];

    private async Task<IEnumerable<ChangeRow>> Snapshot() =>
        (await _cluster.Services.GetRequiredService<IChangeLog>().Snapshot(TestContext.Current.CancellationToken)).Rows;
}
