using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Definitions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Grains.Sensors;

/// <summary>
/// Asks sensors that have been silent for too long, or whose delayed alert is due: one wheel for the silo, not a timer
/// for each of 100,000 sensors. Sensors active here report their deadlines to it. After a start every sensor gets its
/// offline limit as a period of grace, also those whose grain has not yet woken, so that a sensor that fell silent while
/// the silo was down is found too.
/// </summary>
internal sealed partial class SilenceWatch(ICityCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<SilenceWatch> log)
    : BackgroundService
{
    private const int AskedAtOnceMax = 32;
    private const int AskedPerBeatMax = 2_000;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly DeadlineWheel _wheel = new();
    private readonly DateTimeOffset _listeningSince = time.GetUtcNow();

    /// <summary>A sensor of this silo now has this state; the watch will ask it when it is due.</summary>
    internal void Expect(Sensor sensor, SensorState state)
    {
        var due = SensorRules.NextDeadline(sensor, state, _listeningSince);
        lock (_lock)
        {
            _wheel.Set(sensor.Id, due);
        }
    }

    /// <summary>The city no longer has this sensor: nobody expects anything of it.</summary>
    internal void Forget(SensorId sensor)
    {
        lock (_lock)
        {
            _wheel.Set(sensor, null);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CityPlan? graced = null;
        using var timer = new PeriodicTimer(Beat, time);
        do
        {
            if (catalog.Current != graced)
            {
                graced = catalog.Current;
                GiveGrace(graced.City);
            }

            await Parallel.ForEachAsync(
                TakeDue(),
                new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnceMax, CancellationToken = stoppingToken },
                async (sensor, _) => await Ask(sensor));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Also to the sensors of a changed definition: those that were here before keep their deadline.</summary>
    private void GiveGrace(City city)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var sensor in city.Sensors.Where(sensor => sensor.Limits.OfflineAfterMilliseconds > 0))
            {
                _wheel.SetIfNone(sensor.Id, now.AddMilliseconds(sensor.Limits.OfflineAfterMilliseconds));
            }
        }
    }

    private IReadOnlyList<SensorId> TakeDue()
    {
        lock (_lock)
        {
            return _wheel.TakeDue(time.GetUtcNow(), AskedPerBeatMax);
        }
    }

    private async Task Ask(SensorId sensor)
    {
        try
        {
            await grains.GetGrain<ISensorGrain>(GrainKeys.Of(sensor)).CheckSilence(_listeningSince);
        }
        catch (NotInCityException)
        {
            // Taken out of the city since: nobody expects anything of it.
        }
        catch (Exception failure)
        {
            CheckFailed(sensor, failure);
            lock (_lock)
            {
                _wheel.SetIfNone(sensor, time.GetUtcNow() + RetryAfter);
            }
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Sensor {Sensor} could not be asked whether it is silent; it is asked again.")]
    private partial void CheckFailed(SensorId sensor, Exception failure);
}
