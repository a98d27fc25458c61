using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Sensors;

/// <summary>One sensor: owns its latest reading, its condition and what its alerts say.</summary>
[Alias("CityTwin.ISensorGrain")]
public interface ISensorGrain : ITellSender, IInspectable
{
    /// <summary>A reading arrived. Returns once it is saved; what it means for segment and alerts follows by itself.</summary>
    /// <returns>Where it stands in the change log; null when it was a repeat, late (then history alone keeps it) or refused.</returns>
    Task<long?> Observe(Reading reading);

    /// <summary>An event was reported; as with <see cref="Observe"/>.</summary>
    Task<long?> Report(SensorEvent reported);

    /// <summary>Nobody speaks for it any more: it is offline at once.</summary>
    /// <returns>Where that stands in the change log; null when it was offline already.</returns>
    Task<long?> Lose();

    /// <summary>Somebody speaks for it again, though perhaps without saying anything new.</summary>
    /// <returns>As with <see cref="Lose"/>; null when it was not offline.</returns>
    Task<long?> Regain();

    /// <summary>Time has passed: is it silent, is a delayed alert due?</summary>
    /// <param name="listeningSince">Silence before that was ours.</param>
    Task CheckSilence(DateTimeOffset listeningSince);

    /// <summary>Another definition is in force: it tells anew whom it concerns now, or forgets itself when the city no longer has it.</summary>
    Task Redefined(CityHash before, CityHash after);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<SensorState> Read();
}
