using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Runs scenarios on a copy of a city, always beside the same run without the events. Nothing live is touched.</summary>
public static class Simulator
{
    /// <summary>Runs one scenario that Import has read and checked against this city.</summary>
    /// <exception cref="ArgumentException">The scenario or the start belongs to another city, or names what this one lacks.</exception>
    /// <exception cref="KernelLimitException">The run is too long, or a ring does not come to rest.</exception>
    public static SimulationReport Run(
        City city, SimulationStart start, Scenario scenario, KernelLimits? limits = null, CancellationToken cancellation = default)
    {
        Check(city, start, scenario);
        var without = Watch(city, start, scenario with { Events = [] }, null, limits, cancellation);
        return Watch(city, start, scenario, without, limits, cancellation).Report(scenario, city);
    }

    private static SimulationRecorder Watch(
        City city, SimulationStart start, Scenario scenario, SimulationRecorder? without, KernelLimits? limits, CancellationToken cancellation)
    {
        var run = new SimulationRun(city, start, scenario.Patch, limits ?? KernelLimits.Default);
        var recorder = new SimulationRecorder(city, run, start.At, without);
        run.Go(scenario.Events, scenario.HorizonTicks, recorder.Settled, cancellation);
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
