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
        Watch = new(city, run.State.Kernel);
        (Start, FirstService) = (WithServices(run.State), run.State.Kernel.Segments.Length);
        (StartedAt, HorizonTicks) = (start.At, scenario.HorizonTicks);
        LocalStart = start.At + PeopleRules.OffsetTicks(city.TimeZone, DateTimeOffset.FromUnixTimeMilliseconds(start.At));
        StartLevels = [.. Watch.Services.Select((_, service) => Watch.LevelOf(service, run.State))];
        CriticalBelow = [.. Watch.Services.Select(service => service.Service.CriticalBelowPermille ?? 0)];
        Roads = RoadGraph.Of(city, Kernel);
        IsRoad = new bool[FirstService];
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
        ChangingAnyway = [.. course.Touched];
        Without = course.Outcome();
        Kinds = [.. Watch.Services.Select(item => item.Service.Service).Distinct().Order()];
        Services = Grouped(Watch.Services, Kinds);
    }

    public City City { get; }

    public Kernel Kernel => Start.Kernel;

    internal KernelState Start { get; }

    internal long StartedAt { get; }

    internal long LocalStart { get; }

    internal long HorizonTicks { get; }

    /// <summary>The services of all zones, numbered.</summary>
    internal ServiceWatch Watch { get; }

    /// <summary>Where the services begin among the segments of the kernel: they lie behind those of the city, in their order.</summary>
    internal int FirstService { get; }

    /// <summary>Of each segment of the city whether it is a road or bridge.</summary>
    internal bool[] IsRoad { get; }

    /// <summary>The level of each service as runs begin.</summary>
    internal int[] StartLevels { get; }

    /// <summary>Of each service the level below which its failure is critical; 0 where none is.</summary>
    internal int[] CriticalBelow { get; }

    internal RoadGraph Roads { get; }

    internal ImmutableArray<CityEvent> Events { get; }

    /// <summary>The services whose level changes although nobody attacks.</summary>
    internal int[] ChangingAnyway { get; } = [];

    /// <summary>How the city fares if nobody attacks.</summary>
    internal CourseOutcome Without { get; }

    /// <summary>The services by name, such as power; sorted.</summary>
    internal ImmutableArray<ServiceId> Kinds { get; }

    /// <summary>What runs and tallies want to know of each service.</summary>
    internal GroundService[] Services { get; }

    private GroundService[] Grouped(ImmutableArray<(Zone Zone, ZoneService Service)> services, ImmutableArray<ServiceId> kinds)
    {
        var grouped = new GroundService[services.Length];
        var first = 0;
        for (var number = 0; number < services.Length; number++)
        {
            var (zone, service) = services[number];
            first = zone.Id == services[first].Zone.Id ? first : number; // they are numbered zone by zone
            grouped[number] = new(
                first, kinds.IndexOf(service.Service), zone.PeopleByNight, zone.PeopleByDay,
                !Without.WasCritical[number] && StartLevels[number] >= CriticalBelow[number], Without.LostTicks[number], Without.Lost[number]);
        }

        return grouped;
    }

    /// <summary>
    /// The same state of a kernel in which each service of a zone is one more segment that needs what the service reads: so
    /// the kernel tells which services change, and wakes only those whose supplier crosses their level.
    /// </summary>
    private KernelState WithServices(KernelState state)
    {
        var services = Watch.Services.Select(item => (new SegmentId($"{item.Zone.Id}/{item.Service.Service}"), new SegmentRule(Needs: item.Service.Level)));
        var kernel = Kernel.Compile([.. state.Kernel.Segments.Zip(state.Kernel.Rules), .. services]);
        return KernelState.Restore(
            kernel,
            state.Now,
            [
                .. state.Kernel.Segments.Select((_, segment) => state.Read(segment)),
                .. Watch.Services.Select((_, service) => new SegmentSnapshot(1000, Watch.LevelOf(service, state), null)),
            ],
            state.Limits);
    }

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

            var kernel = run.State.Kernel; // the city's segments have the same places in both
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

/// <summary>What runs and tallies want to know of a service, together: they ask for hundreds of them in each run.</summary>
/// <param name="Zone">Its zone, by the place of the first service there.</param>
/// <param name="Kind">Its place in <see cref="BreachGround.Kinds"/>.</param>
/// <param name="CanTurnCritical">It is neither critical as runs begin nor ever if nobody attacks.</param>
/// <param name="LostTicks">Without an attack.</param>
/// <param name="Lost">Without an attack.</param>
internal readonly record struct GroundService(
    int Zone, int Kind, int PeopleByNight, int PeopleByDay, bool CanTurnCritical, long LostTicks, Int128 Lost);
