using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using CityTwin.Core.Sensing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>What is taken in without any broker, by a clock of the test's own.</summary>
public sealed class IntakeTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly RecordingDoor _door = new();
    private readonly FakeTimeProvider _time = new(Noon);
    private readonly ServiceProvider _services;

    public IntakeTests() => _services = new ServiceCollection().AddLogging().AddSingleton<ISensorDoor>(_door).AddSingleton<TimeProvider>(_time)
        .AddCityTwinIngest(new()).BuildServiceProvider();

    private MalformedLog Malformed => _services.GetRequiredService<MalformedLog>();

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(120)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Clock_that_was_set_back_by_more_than_a_reading_may_be_ahead_is_followed(int minutes)
    {
        await Take("""{"value":1}""");
        _time.AdjustTime(Noon.AddMinutes(-minutes));
        await Take("""[{"value":2},{"value":3}]""");

        var times = _door.Stored.Cast<Reading>().Select(reading => reading.ObservedAt).Skip(1).ToList();
        Assert.Equal([_time.GetUtcNow(), _time.GetUtcNow().AddTicks(1)], times);
        Assert.All(_door.Stored.Cast<Reading>().Skip(1), reading => Assert.Null(SensorRules.Check(RecordingDoor.Meter, reading, _time.GetUtcNow())));
    }

    [Fact]
    public async Task Clock_that_was_set_back_by_less_does_not_turn_the_order_of_readings_round()
    {
        await Take("""{"value":1}""");
        _time.AdjustTime(Noon.AddMinutes(-4));
        await Take("""{"value":2}""");

        var times = _door.Stored.Cast<Reading>().Select(reading => reading.ObservedAt).ToList();
        Assert.True(times[1] > times[0]);
    }

    [Fact]
    public async Task Reading_that_its_sensor_refuses_is_put_on_record_with_the_reason()
    {
        _door.Refuses = ReadingFault.FromTheFuture;

        await Take("""{"value":1}""");

        Assert.Equal((MalformedReason.FromTheFuture, "meter"), (Assert.Single(Malformed.Latest()).Reason, Malformed.Latest()[0].Sensor));
    }

    [Fact]
    public async Task Traces_of_senders_are_gone_on_with_so_many_a_second_and_no_more()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var received = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == IngestInstruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = received.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        for (var message = 0; message < 30; message++)
        {
            await Take($$"""{"value":{{message}}}""", $"00-{trace}-00f067aa0ba902b7-01");
        }

        Assert.Equal(20, Continued());
        _time.Advance(TimeSpan.FromSeconds(1));
        await Take("""{"value":31}""", $"00-{trace}-00f067aa0ba902b7-01");
        await Take("""{"value":32}""", "nonsense");
        Assert.Equal(21, Continued());

        int Continued() => received.Count(activity => activity.OperationName == "receive" && activity.TraceId.ToHexString() == trace);
    }

    private Task<bool> Take(string payload, string? traceParent = null) => _services.GetRequiredService<Intake>().Take(
        "citytwin/v1/sensors/meter/reading", new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)), isRetained: false, traceParent);
}
