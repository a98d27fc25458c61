using CityTwin.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>Whoever sends what is refused is read at a pace, and nobody else.</summary>
public sealed class RefusalPaceTests
{
    private const string Reading = """{"value":230,"boot":1,"sequence":1}""";
    private readonly RecordingDoor _door = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private int _slowed;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Burst_is_free_and_then_each_refusal_takes_its_time()
    {
        var pace = new RefusalPace(_time, () => _slowed++);
        Refuse(pace, RefusalPace.Burst);
        Assert.True(pace.Wait(Cancellation).IsCompleted);
        Assert.Equal(0, _slowed);

        for (var second = 0; second < 3; second++)
        {
            for (var refused = 0; refused < RefusalPace.PerSecond; refused++)
            {
                Refuse(pace, 1);
                var waiting = pace.Wait(Cancellation);
                Assert.False(waiting.IsCompleted);
                _time.Advance(TimeSpan.FromSeconds(1) / RefusalPace.PerSecond);
                Assert.True(waiting.IsCompletedSuccessfully);
            }
        }

        Assert.Equal(1, _slowed);
    }

    [Fact]
    public void Who_has_been_well_for_a_while_has_his_burst_again_and_is_told_of_again()
    {
        var pace = new RefusalPace(_time, () => _slowed++);
        for (var times = 1; times <= 2; times++)
        {
            Refuse(pace, RefusalPace.Burst);
            Assert.True(pace.Wait(Cancellation).IsCompleted);
            Refuse(pace, 1);
            Assert.False(pace.Wait(Cancellation).IsCompleted);
            Assert.Equal(times, _slowed);
            _time.Advance(TimeSpan.FromSeconds(1) / RefusalPace.PerSecond * (RefusalPace.Burst + 1));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Broker_reads_on_from_others_while_it_lets_one_wait_who_is_refused()
    {
        await using var host = await IngestHost.Start(_door, time: _time);
        using var flooding = await host.Connect();
        using var good = await host.Connect();

        var refused = Enumerable.Range(0, RefusalPace.Burst + 100).Select(_ => flooding.Publish("sensors/meter/reading", "{")).ToList();
        await Task.WhenAll(refused.Take(RefusalPace.Burst + 1));
        for (var n = 1; n <= 2 * RefusalPace.Burst; n++)
        {
            Assert.True((await good.Publish("sensors/meter/reading", Reading)).IsSuccess);
        }

        Assert.Equal(RefusalPace.Burst + 1, host.Malformed.Count(MalformedReason.NotJson));
        _time.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(refused);
        Assert.Equal(RefusalPace.Burst + 100, host.Malformed.Count(MalformedReason.NotJson));
    }

    private static void Refuse(RefusalPace pace, int times)
    {
        for (var n = 0; n < times; n++)
        {
            pace.Refused();
        }
    }
}
