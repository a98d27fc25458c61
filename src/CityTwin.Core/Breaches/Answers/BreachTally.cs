using System.Collections.Immutable;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// What the runs of one plan came to, all of it counts and sums of integers: merged in any order they give the same tally,
/// and it takes no more room for a million runs than for a thousand.
/// </summary>
public sealed class BreachTally
{
    private const double PermilleTicksPerThousandthHour = 3_600_000;
    private readonly BreachGround _ground;
    private readonly double _personsPerConnection;
    private readonly LossLedger _services;
    private readonly LossLedger _kinds;
    private readonly LossLedger _zones;
    private readonly RunLosses _ofKinds;
    private readonly RunLosses _ofZones;

    public BreachTally(BreachPlan plan)
    {
        Plan = plan;
        _ground = plan.Ground;
        _personsPerConnection = plan.Tables.PersonsPerConnection;
        Counts = new long[Enum.GetValues<BreachCount>().Length];
        Targets = new long[plan.Tables.Targets.Length];
        OnTheWay = new long[plan.Tables.Steps.Length];
        Records = [.. plan.Tables.RecordClasses.Select(_ => new Histogram())];
        var (services, kinds) = (_ground.Services.Length, _ground.Kinds.Length);
        (_services, _kinds, _zones) = (new(services), new(kinds), new(services));
        (_ofKinds, _ofZones) = (new(kinds), new(services));
    }

    public BreachPlan Plan { get; }

    public long Runs => Counts[(int)BreachCount.Runs];

    /// <summary>By <see cref="BreachCount"/>.</summary>
    public long[] Counts { get; }

    /// <summary>How many runs reached each target, in the order of the scenario.</summary>
    public long[] Targets { get; }

    /// <summary>Of each step of the plan, in how many successful runs a target was reached through it.</summary>
    public long[] OnTheWay { get; }

    /// <summary>From the beginning to success, of successful runs, in ms.</summary>
    public Histogram Compromise { get; } = new();

    /// <summary>From the beginning to the first detection, of runs that had one, in ms.</summary>
    public Histogram Detection { get; } = new();

    /// <summary>From the beginning until responders were there, of runs in which they came, in ms.</summary>
    public Histogram Arrival { get; } = new();

    /// <summary>From the beginning until every service was back, of runs in which any fell and all came back, in ms.</summary>
    public Histogram Restoration { get; } = new();

    /// <summary>Person-hours lost beyond those of the city without an attack, in thousandths; of all runs.</summary>
    public Histogram PersonHours { get; } = new();

    /// <summary>Customer-hours lost, likewise.</summary>
    public Histogram CustomerHours { get; } = new();

    /// <summary>Records disclosed of each class of the plan; of all runs.</summary>
    public ImmutableArray<Histogram> Records { get; }

    /// <summary>The services by name, such as power; sorted.</summary>
    public ImmutableArray<Core.Model.ServiceId> Kinds => _ground.Kinds;

    /// <summary>Of each name in <see cref="Kinds"/> what was lost over all zones; runs without a loss are not in it.</summary>
    public IReadOnlyList<KeyValuePair<int, LossTally>> ByKind => _kinds.Tallies;

    /// <summary>Of each zone, by the place of its first service, what was lost over all services; runs without a loss are not in it.</summary>
    public IReadOnlyList<KeyValuePair<int, LossTally>> ByZone => _zones.Tallies;

    /// <summary>Of each service of a zone what was lost; runs without a loss are not in it.</summary>
    public IReadOnlyList<KeyValuePair<int, LossTally>> ByService => _services.Tallies;

    /// <summary>What runs of one plan lose in all, in thousandths of person-hours: what variants are compared by, run by run.</summary>
    public long Take(BreachRun run)
    {
        var (outcome, counts) = (run.Outcome, Counts);
        counts[(int)BreachCount.Runs]++;
        Count(BreachCount.Detected, outcome.DetectedAt, Detection);
        Count(BreachCount.Alarmed, outcome.AlarmedAt, null);
        Count(BreachCount.Arrived, outcome.ArrivedAt, Arrival);
        Count(BreachCount.Succeeded, outcome.SucceededAt, Compromise);
        Count(BreachCount.Interrupted, outcome.InterruptedAt, null);
        Count(BreachCount.Neutralised, outcome.NeutralisedAt, null);
        Count(BreachCount.Stopped, outcome.SucceededAt is null ? outcome.NeutralisedAt : null, null);
        Count(BreachCount.Restored, outcome.RestoredAt, Restoration);
        counts[(int)BreachCount.Fallen] += outcome.HasFallen ? 1 : 0;
        counts[(int)BreachCount.Events] += outcome.Events;
        counts[(int)BreachCount.Evaluations] += outcome.Evaluations;
        counts[(int)BreachCount.Routings] += outcome.Routings;
        for (var target = 0; target < Targets.Length; target++)
        {
            Targets[target] += outcome.TargetAt[target] is null ? 0 : 1;
        }

        for (var step = 0; step < OnTheWay.Length; step++)
        {
            OnTheWay[step] += outcome.IsOnTheWay[step] ? 1 : 0;
        }

        for (var one = 0; one < Records.Length; one++)
        {
            Records[one].Add(outcome.Records[one]);
        }

        return TakeLosses(run.Course);
    }

    /// <param name="other">Of the same plan.</param>
    public void Merge(BreachTally other)
    {
        Add(Counts, other.Counts);
        Add(Targets, other.Targets);
        Add(OnTheWay, other.OnTheWay);
        foreach (var (mine, theirs) in Histograms.Zip(other.Histograms))
        {
            mine.Merge(theirs);
        }

        _services.Merge(other._services);
        _kinds.Merge(other._kinds);
        _zones.Merge(other._zones);
    }

    /// <summary>For sending to whoever merges.</summary>
    public BreachTallyState ToState() => new(
        [.. Counts], [.. Targets], [.. OnTheWay], [.. Histograms.Select(histogram => histogram.ToState())],
        StateOf(_services), StateOf(_kinds), StateOf(_zones));

    /// <param name="plan">The same that the state's runs were made of.</param>
    public static BreachTally Of(BreachPlan plan, BreachTallyState state)
    {
        var tally = new BreachTally(plan);
        state.Counts.CopyTo(tally.Counts);
        state.Targets.CopyTo(tally.Targets);
        state.OnTheWay.CopyTo(tally.OnTheWay);
        foreach (var (mine, kept) in tally.Histograms.Zip(state.Histograms))
        {
            mine.Merge(Histogram.Of(kept));
        }

        Restore(tally._services, state.Services);
        Restore(tally._kinds, state.Kinds);
        Restore(tally._zones, state.Zones);
        return tally;
    }

    private IEnumerable<Histogram> Histograms => [Compromise, Detection, Arrival, Restoration, PersonHours, CustomerHours, .. Records];

    private void Count(BreachCount count, long? at, Histogram? times)
    {
        if (at is { } ticks)
        {
            Counts[(int)count]++;
            times?.Add(ticks);
        }
    }

    private long TakeLosses(CityCourse course)
    {
        var (people, customers) = (0L, 0L);
        foreach (var service in course.Touched)
        {
            ref readonly var known = ref _ground.Services[service];
            var lost = course.LostThousandthHours(service);
            var ticks = course.LostTicks(service) - known.LostTicks;
            var connections = (long)((ticks * (known.PeopleByNight / _personsPerConnection) / PermilleTicksPerThousandthHour) + 0.5);
            var isCritical = known.CanTurnCritical && course.WasCritical(service);
            if (lost > 0 || ticks > 0 || isCritical)
            {
                _services.Add(service, lost, connections, isCritical);
                _ofZones.Add(known.Zone, lost, connections);
                _ofKinds.Add(known.Kind, lost, connections);
                (people, customers) = (people + lost, customers + connections);
            }
        }

        _ofZones.MoveTo(_zones);
        _ofKinds.MoveTo(_kinds);
        PersonHours.Add(people);
        CustomerHours.Add(customers);
        return people;
    }

    private static void Add(long[] mine, long[] theirs)
    {
        for (var place = 0; place < mine.Length; place++)
        {
            mine[place] += theirs[place];
        }
    }

    private static ImmutableArray<LossTallyState> StateOf(LossLedger ledger) =>
        [.. ledger.Tallies.Select(pair => new LossTallyState(pair.Key, pair.Value.PersonHours.ToState(), pair.Value.CustomerHours.ToState(), pair.Value.Critical))];

    private static void Restore(LossLedger ledger, ImmutableArray<LossTallyState> states)
    {
        foreach (var state in states)
        {
            ledger.Merge(state.Place, new(Histogram.Of(state.PersonHours), Histogram.Of(state.CustomerHours), state.Critical));
        }
    }
}

/// <summary>What is counted over runs.</summary>
public enum BreachCount
{
    Runs,
    Succeeded,
    Detected,
    Alarmed,
    Arrived,

    /// <summary>Responders were there before the attack had succeeded.</summary>
    Interrupted,

    /// <summary>They put an end to the steps of their kind.</summary>
    Neutralised,

    /// <summary>The attack did not succeed, and responders had put an end to it.</summary>
    Stopped,

    /// <summary>A service fell.</summary>
    Fallen,

    /// <summary>A service fell, and all were back before the horizon.</summary>
    Restored,
    Events,
    Evaluations,
    Routings,
}

/// <summary>What one service, one kind of service or one zone lost, over the runs in which it lost anything; thousandths of hours.</summary>
public sealed class LossTally
{
    internal LossTally()
        : this(new(), new(), 0)
    {
    }

    internal LossTally(Histogram personHours, Histogram customerHours, long critical) =>
        (PersonHours, CustomerHours, Critical) = (personHours, customerHours, critical);

    public Histogram PersonHours { get; }

    public Histogram CustomerHours { get; }

    /// <summary>In how many runs the service fell below its critical level, which it would not have without the attack.</summary>
    public long Critical { get; private set; }

    internal void Add(long people, long customers, bool isCritical)
    {
        PersonHours.Add(people);
        CustomerHours.Add(customers);
        Critical += isCritical ? 1 : 0;
    }

    internal void Merge(LossTally other)
    {
        PersonHours.Merge(other.PersonHours);
        CustomerHours.Merge(other.CustomerHours);
        Critical += other.Critical;
    }
}

/// <summary>The state of a <see cref="BreachTally"/>: equal tallies have equal states.</summary>
[GenerateSerializer, Alias("breach-tally"), Immutable]
public sealed record BreachTallyState(
    ImmutableArray<long> Counts,
    ImmutableArray<long> Targets,
    ImmutableArray<long> OnTheWay,
    ImmutableArray<HistogramState> Histograms,
    ImmutableArray<LossTallyState> Services,
    ImmutableArray<LossTallyState> Kinds,
    ImmutableArray<LossTallyState> Zones);

/// <summary>The state of a <see cref="LossTally"/>, and whose it is.</summary>
[GenerateSerializer, Alias("breach-loss-tally"), Immutable]
public sealed record LossTallyState(int Place, HistogramState PersonHours, HistogramState CustomerHours, long Critical);
