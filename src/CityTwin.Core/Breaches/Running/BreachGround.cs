using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// Everything about the city that all runs of a scenario share: rules with what defences built, the state it starts from,
/// what happens to it meanwhile, its roads, and how it fares without an attack. It never changes.
/// </summary>
public sealed class BreachGround
{
    /// <param name="start">The state that runs begin from.</param>
    /// <param name="patch">What defences build.</param>
    /// <exception cref="ArgumentException">Start and city do not belong together, or the patch does not fit.</exception>
    public BreachGround(City city, SimulationStart start, BreachScenario scenario, CityPatch patch, CancellationToken cancellation = default)
    {
        City = city;
        var run = new SimulationRun(city, start, patch, KernelLimits.Default);
        (Start, StartedAt, HorizonTicks) = (run.State, start.At, scenario.HorizonTicks);
        LocalStart = start.At + PeopleRules.OffsetTicks(city.TimeZone, DateTimeOffset.FromUnixTimeMilliseconds(start.At));
        Watch = new(city, Kernel);
        StartLevels = [.. Watch.Services.Select((_, service) => Watch.LevelOf(service, Start))];
        Roads = RoadGraph.Of(city, Kernel);
        IsRoad = new bool[Kernel.Segments.Length];
        foreach (var road in Roads.Roads)
        {
            IsRoad[road] = true;
        }

        _ = Start.NextTimer; // brings up to date what follows from the facts, once for all forks
        Events = Compiled(scenario.Events, run);
        var course = new CityCourse(this, null);
        course.Reset();
        foreach (var happening in Events)
        {
            cancellation.ThrowIfCancellationRequested();
            course.RunTo(happening.AfterTicks);
            course.Queue(happening);
            course.Settle(happening.AfterTicks);
        }

        course.RunTo(HorizonTicks);
        course.End(everything: true);
        Without = course.Outcome();
    }

    public City City { get; }

    public Kernel Kernel => Start.Kernel;

    internal KernelState Start { get; }

    internal long StartedAt { get; }

    internal long LocalStart { get; }

    internal long HorizonTicks { get; }

    internal ServiceWatch Watch { get; }

    /// <summary>The level of each service as runs begin.</summary>
    internal int[] StartLevels { get; }

    internal RoadGraph Roads { get; }

    internal bool[] IsRoad { get; }

    internal ImmutableArray<CityEvent> Events { get; }

    /// <summary>How the city fares if nobody attacks.</summary>
    internal CourseOutcome Without { get; }

    /// <summary>The ceilings that a scenario's events give are the same in every run: they are worked out once.</summary>
    private static ImmutableArray<CityEvent> Compiled(ImmutableArray<ScenarioEvent> events, SimulationRun run)
    {
        var causes = new Dictionary<SegmentId, Dictionary<string, int>>();
        var compiled = ImmutableArray.CreateBuilder<CityEvent>();
        foreach (var instant in events.GroupBy(happening => happening.AfterTicks).OrderBy(group => group.Key))
        {
            var touched = new SortedSet<SegmentId>();
            foreach (var ceiling in instant.OfType<CeilingEvent>())
            {
                if (!causes.TryGetValue(ceiling.Target, out var known))
                {
                    causes[ceiling.Target] = known = run.CausesOf(ceiling.Target).ToDictionary(cause => cause.Name, cause => cause.LevelPermille, StringComparer.Ordinal);
                }

                known[ceiling.Cause] = ceiling.LevelPermille;
                touched.Add(ceiling.Target);
            }

            var kernel = run.State.Kernel;
            compiled.Add(new(
                instant.Key,
                [.. touched.Select(segment => new CeilingSetting(kernel.IndexOf(segment), causes[segment].Values.Min()))],
                [.. instant.OfType<StartEvent>().SelectMany(start => start.Segments).Distinct().Select(kernel.IndexOf)]));
        }

        return compiled.DrainToImmutable();
    }
}

/// <summary>What happens to the city in one instant of a scenario, whoever attacks.</summary>
/// <param name="Ceilings">Of the city's own causes, from then on.</param>
internal sealed record CityEvent(long AfterTicks, ImmutableArray<CeilingSetting> Ceilings, ImmutableArray<int> Starts);
