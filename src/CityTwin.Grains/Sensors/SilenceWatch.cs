using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Running;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Grains.Sensors;

/// <summary>
/// Asks sensors that have been silent for too long, or whose delayed alert is due: one wheel for the silo, not a timer
/// for each of 100,000 sensors. Sensors active here report their deadlines to it. After a start every sensor that time
/// matters to is asked once after a period of grace, also those whose grain has not yet woken, so that a sensor that fell
/// silent while the silo was down is found too, and an alert that was waiting for its delay.
/// </summary>
internal sealed partial class SilenceWatch : BackgroundService
{
    private readonly ICityCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WatchWheel<SensorId> _wheel;
    private DateTimeOffset _startedAt;

    public SilenceWatch(ICityCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<SilenceWatch> log)
    {
        (_catalog, _time, _log, _startedAt) = (catalog, time, log, time.GetUtcNow());
        _wheel = new(sensor => grains.GetGrain<ISensorGrain>(GrainKeys.Of(sensor)).CheckSilence(ListeningSince), CheckFailed, time);
    }

    /// <summary>Since the start; a start that lies ahead of a clock that was set back since counts as now.</summary>
    private DateTimeOffset ListeningSince => _time.GetUtcNow() is var now && now < _startedAt ? _startedAt = now : _startedAt;

    /// <summary>A sensor of this silo now has this state; the watch will ask it when it is due.</summary>
    internal void Expect(Sensor sensor, SensorState state) =>
        _wheel.Set(sensor.Id, SensorRules.NextDeadline(sensor, state, ListeningSince));

    /// <summary>The city no longer has this sensor: nobody expects anything of it.</summary>
    internal void Forget(SensorId sensor) => _wheel.Set(sensor, null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CityPlan? graced = null;
        using var timer = new PeriodicTimer(WatchWheel<SensorId>.Beat, _time);
        do
        {
            if (_catalog.Current != graced)
            {
                graced = _catalog.Current;
                GiveGrace(graced.City);
            }

            await _wheel.AskDue(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Also to the sensors of a changed definition: those that were here before keep their deadline.</summary>
    private void GiveGrace(City city)
    {
        var now = _time.GetUtcNow();
        _wheel.SetWhereNone(
            from sensor in city.Sensors
            let grace = SensorRules.GraceOf(sensor.Limits)
            where grace is not null
            select (sensor.Id, now + grace.Value));
    }

    [LoggerMessage(2301, LogLevel.Warning, "Sensor {Sensor} could not be asked whether it is silent; it is asked again.")]
    private partial void CheckFailed(SensorId sensor, Exception failure);
}
