using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Runs scenarios on a copy of a city, always beside the same run without the events. Nothing live is touched.</summary>
public static class Simulator
{
    /// <summary>Runs one scenario that Import has read and checked against this city.</summary>
    /// <param name="progress">Told now and then how much of both runs is done, 0..1000; never less than before.</param>
    /// <exception cref="ArgumentException">The scenario or the start belongs to another city, or names what this one lacks.</exception>
    /// <exception cref="KernelLimitException">The run is too long, or a ring does not come to rest.</exception>
    public static SimulationReport Run(
        City city,
        SimulationStart start,
        Scenario scenario,
        KernelLimits? limits = null,
        Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        const int Half = 500;
        Check(city, start, scenario);
        var without = Watch(
            city, start, scenario with { Events = [] }, null, limits, done => progress?.Invoke(done * Half / 1000), cancellation);
        return Watch(
            city, start, scenario, without, limits, done => progress?.Invoke(Half + (done * Half / 1000)), cancellation).Report(scenario, city);
    }

    private static SimulationRecorder Watch(
        City city,
        SimulationStart start,
        Scenario scenario,
        SimulationRecorder? without,
        KernelLimits? limits,
        Action<int> progress,
        CancellationToken cancellation)
    {
        var run = new SimulationRun(city, start, scenario.Patch, limits ?? KernelLimits.Default);
        var recorder = new SimulationRecorder(city, run, start.At, without);
        run.Go(
            scenario.Events,
            scenario.HorizonTicks,
            () =>
            {
                recorder.Settled();
                progress((int)(run.Now * 1000 / scenario.HorizonTicks));
            },
            cancellation);
        recorder.End(scenario.HorizonTicks);
        return recorder;
    }

    private static void Check(City city, SimulationStart start, Scenario scenario)
    {
        if (start.City != city.Hash || (scenario.City is { } hash && hash != city.Hash))
        {
            throw new ArgumentException($"The scenario or its starting point was made for another definition than {city.Hash}.", nameof(scenario));
        }
    }
}
