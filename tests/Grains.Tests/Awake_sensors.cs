using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Sensors;
using Orleans.Runtime;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>More sensors than a silo keeps awake.</summary>
public sealed class Awake_sensors : IAsyncLifetime
{
    private const int AwakeMax = 3;
    private const int Sensors = 20;

    private static readonly SegmentId Breaker = new("breaker");
    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);

    private static readonly City City = new(
        new(new string('1', 64)), "Twenty meters", "UTC", true,
        [new(new("zone"), "Zone", ZoneKind.Zone, null, [], 0, 0, [], 0)],
        [],
        [new(Breaker, "Breaker", "breaker", new("power"), new("zone"), [], new(), false)],
        [
            new(new("breaker-status"), "Breaker", "breaker", SensorRole.Status, default, new("zone"), Breaker, null, NoLimits, null, null),
            .. Enumerable.Range(0, Sensors).Select(number => new Sensor(
                new(Name(number)), Name(number), "meter", SensorRole.Measurement, default, new("zone"), null, null, NoLimits, null, null)),
        ],
        [], [], []);

    private CityCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await CityCluster.Start(City, 1, AwakeMax);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Are_no_more_than_the_limit_and_those_let_go_go_on_where_they_were()
    {
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            for (var number = 0; number < Sensors; number++)
            {
                Assert.NotNull(await Meter(number).Observe(Reading(Name(number), sequence, 1.5)));
            }

            await LiveLog.Holds(async () => await Awake() <= AwakeMax);
        }

        for (var number = 0; number < Sensors; number++)
        {
            Assert.Null(await Meter(number).Observe(Reading(Name(number), 3, 1.5)));
            Assert.Equal((3, 3L), ((await Meter(number).Read()).Alike, (await Meter(number).Read()).Sequence));
        }
    }

    [Fact]
    public async Task Keep_one_that_still_has_something_to_tell()
    {
        _cluster.Failures.Add("segment", Enumerable.Repeat(FailingStorage.Failure.Before, 1_000).ToArray());
        var breaker = _cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(new SensorId("breaker-status")));
        await breaker.Observe(Reading("breaker-status", 1, 0));
        var since = (await breaker.Inspect()).ActivatedAt;

        for (var number = 0; number < Sensors; number++)
        {
            await Meter(number).Observe(Reading(Name(number), 1, 1.5));
        }

        await LiveLog.Holds(async () => await Awake() <= AwakeMax);
        var after = await breaker.Inspect();
        Assert.Equal((since, 1), (after.ActivatedAt, after.PendingTells));
    }

    private async Task<int> Awake() => (await _cluster.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics())
        .Where(kind => kind.GrainType.Contains("SensorGrain", StringComparison.Ordinal)).Sum(kind => kind.ActivationCount);

    private ISensorGrain Meter(int number) => _cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(new SensorId(Name(number))));

    private static string Name(int number) => $"meter-{number}";

    private static Reading Reading(string sensor, long sequence, double value) =>
        new(new(sensor), 1, sequence, DateTimeOffset.UtcNow, ReadingValue.Of(value));
}
