using System.Buffers;
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

    private Task Take(string payload) => _services.GetRequiredService<Intake>().Take(
        "citytwin/v1/sensors/meter/reading", new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)), isRetained: false);
}
