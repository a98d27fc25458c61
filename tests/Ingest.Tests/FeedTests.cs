using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Feed;
using CityTwin.Import.Generation;
using CityTwin.Import.Sample;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class FeedTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly City City = CityGenerator.Generate(SampleCity.Options);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_reading_of_every_sensor_at_any_hour_is_believed_and_beyond_no_limit() =>
        Gen.Select(Gen.Int[0, City.Sensors.Length - 1], Gen.Int[0, 7 * 24 * 3600], Gen.ULong).Sample((pick, seconds, seed) =>
        {
            var (sensor, at) = (City.Sensors[pick], Noon.AddSeconds(seconds));
            var message = FeedMessage.Of("citytwin/v1", new Reading(sensor.Id, 1, 1, at, new Field(City, seed).Read(sensor, at)), sensor.Unit);

            var parsed = SensorCodec.Parse(sensor, SensorTopicKind.Reading, message.Payload.Span, at, 1);
            var step = SensorRules.Observe(sensor, SensorState.Initial, Assert.Single(parsed.Readings), at);

            Assert.Equal(SensorCondition.Good, step.State.Condition);
            Assert.Empty(step.Effects.OfType<AlertSignalled>());
        });

    [Fact]
    public void Status_sensors_begin_by_saying_what_the_definition_says()
    {
        var open = City.Segments.Where(segment => segment.NormallyOpen).Select(segment => (SegmentId?)segment.Id).ToHashSet();
        var field = new Field(City, 1);

        Assert.NotEmpty(open);
        Assert.All(City.Sensors.Where(sensor => sensor.Role == SensorRole.Status), sensor => Assert.Equal(
            open.Contains(sensor.Segment) ? 0 : 1000,
            StatusWords.LevelOf(sensor.Kind, field.Read(sensor, Noon).Word!)));
    }

    [Fact]
    public void Same_seed_reads_and_lives_the_same_and_another_does_not()
    {
        var sensor = City.Sensors.First(candidate => candidate.Kind == "meter");
        double Read(ulong seed) => new Field(City, seed).Read(sensor, Noon).Number!.Value;
        Incident[] Live(ulong seed) => [.. Enumerable.Range(0, 50).SelectMany(n => new Field(City, seed).Incidents(n, Noon, TimeSpan.FromMinutes(15)))];

        Assert.Equal(Read(7), Read(7));
        Assert.NotEqual(Read(7), Read(8));
        Assert.Equal(Live(7), Live(7));
        Assert.Contains(Live(7), incident => incident is SwitchMoves);
        Assert.Contains(Live(7), incident => incident is EventHappens);
    }

    [Fact]
    public void Evening_draws_more_than_the_night()
    {
        var field = new Field(City, 1);
        double Sum(int hour) => City.Sensors.Where(sensor => sensor.Kind == "meter")
            .Sum(sensor => field.Read(sensor, Noon.Date.AddHours(hour)).Number!.Value);

        Assert.True(Sum(18) > 1.5 * Sum(3));
    }

    [Fact(Timeout = 60_000)]
    public async Task Sensors_of_the_sample_city_report_through_the_embedded_broker_and_nothing_is_malformed()
    {
        var city = Quick(City);
        var door = new RecordingDoor(city.Sensors);
        await using var host = await IngestHost.Start(door);
        using var feed = new SampleFeed(city, new FeedOptions { Port = host.Options.Port }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = feed.Run(stop.Token);

        await door.Until(seen => seen.Stored.Count >= city.Sensors.Length);
        await stop.CancelAsync();
        await running;

        Assert.Empty(host.Malformed.Latest());
        Assert.All(door.Stored.Cast<Reading>(), reading => Assert.True(reading.IsNumbered));
    }

    [Fact(Timeout = 60_000)]
    public async Task Switch_that_somebody_else_operates_is_reported_so_from_then_on()
    {
        var city = Quick(City);
        var breaker = city.Sensors.First(sensor => sensor.Kind == "breaker");
        var door = new RecordingDoor(city.Sensors);
        await using var host = await IngestHost.Start(door);
        using var feed = new SampleFeed(city, new FeedOptions { Port = host.Options.Port }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = feed.Run(stop.Token);
        await door.Until(seen => Of(seen).Any());

        using var operating = await host.Connect();
        await operating.Publish($"sensors/{breaker.Id}/reading", """{"value":"open"}""");
        await door.Until(seen => Of(seen).Count(reading => reading is { IsNumbered: true, Value.Word: "open" }) >= 3);
        await stop.CancelAsync();
        await running;

        Assert.Equal("open", Of(door).Last().Value.Word);

        IEnumerable<Reading> Of(RecordingDoor seen) => seen.Stored.OfType<Reading>().Where(reading => reading.Sensor == breaker.Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task Load_is_stored_without_gaps_up_to_what_was_acknowledged_also_when_connections_break()
    {
        var door = new RecordingDoor(City.Sensors);
        await using var host = await IngestHost.Start(door);
        var load = new LoadFeed(City, new FeedOptions { Port = host.Options.Port, Connections = 2, Window = 8 }, TimeProvider.System);
        var failures = 0;
        door.StoreBy(City.Sensors[0], () => Interlocked.Increment(ref failures) is > 4 and < 11 ? Task.FromException(new IOException("disk full")) : Task.CompletedTask);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = load.Run(stop.Token);
        await door.Until(_ => Volatile.Read(ref failures) > 20);
        await stop.CancelAsync();
        await running;

        var stored = door.Stored
            .Select(item => item is Reading reading ? (reading.Sensor, reading.Sequence) : (((SensorEvent)item).Sensor, ((SensorEvent)item).Sequence))
            .ToLookup(item => item.Sensor, item => item.Sequence!.Value);
        Assert.NotEmpty(load.Acknowledged);
        Assert.All(load.Acknowledged, acknowledged =>
            Assert.Empty(Enumerable.Range(1, (int)acknowledged.Value).Select(n => (long)n).Except(stored[acknowledged.Key])));
    }

    [Fact(Timeout = 60_000)]
    public async Task Load_keeps_to_its_pace_moves_switches_and_sends_events_that_alert()
    {
        const int Rounds = 64;
        var city = City with { Sensors = [RecordingDoor.Meter, RecordingDoor.Breaker, RecordingDoor.Door] };
        var door = new RecordingDoor(city.Sensors);
        await using var host = await IngestHost.Start(door);
        var time = new FakeTimeProvider(Noon.AddYears(-5));
        var load = new LoadFeed(city, new FeedOptions { Port = host.Options.Port, Connections = 1, Window = 4, PerSecondMax = 3 }, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = load.Run(stop.Token);
        for (var round = 1; round <= Rounds; round++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await door.Until(seen => seen.Stored.Count >= round * 3);
            Assert.Equal(round * 3, door.Stored.Count);
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal(["closed", "open"], door.Stored.OfType<Reading>().Select(reading => reading.Value.Word).OfType<string>().Distinct().Order());
        Assert.All(door.Stored.OfType<SensorEvent>(), reported => Assert.True(reported.Confidence >= SensorRules.AlertConfidenceMin));
        Assert.Equal(Rounds, door.Stored.OfType<SensorEvent>().Count());
    }

    /// <summary>The same city, with every sensor reporting four times a second.</summary>
    private static City Quick(City city) => city with
    {
        Sensors = [.. city.Sensors.Select(sensor => sensor with { Limits = sensor.Limits with { ReportIntervalMilliseconds = 250 } })],
    };
}
