using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// A scenario without and with each of some defences, made ready: run by run all meet the same luck, so that what differs is
/// the defence's doing. It never changes; parts merged in any order give the same answer.
/// </summary>
public sealed class RankJob
{
    private readonly Variant _base;
    private readonly ImmutableArray<Variant> _variants;

    /// <param name="sets">What is tried, each set beside the scenario as it is; a single defence is a set of one.</param>
    /// <exception cref="ArgumentException">The scenario belongs to another city, or the catalogue lacks a defence.</exception>
    public RankJob(
        City city, SimulationStart start, BreachScenario scenario, ImmutableArray<ImmutableArray<DefenceId>> sets, CancellationToken cancellation = default)
    {
        (City, Start, Scenario, Sets) = (city, start, scenario, sets);
        _base = new(city, start, scenario, [], null, cancellation);
        _variants = [.. sets.Select(set => new Variant(city, start, scenario, set, _base.Ground, cancellation))];
    }

    public City City { get; }

    public SimulationStart Start { get; }

    public BreachScenario Scenario { get; }

    public ImmutableArray<ImmutableArray<DefenceId>> Sets { get; }

    /// <summary>How many runs are made of each draw of the inputs.</summary>
    public int RunsOfDraws => BreachJob.RunsOfDrawsOf(Scenario);

    /// <summary>What a set costs, by the values as stated.</summary>
    public double CostOf(ImmutableArray<DefenceId> set) => set.Sum(id => City.Security.Defences.First(defence => defence.Id == id).Cost.Value);

    /// <summary>Runs one part of all runs, see <see cref="BreachJob.RunsInPart"/>.</summary>
    public RankPart Run(int part, CancellationToken cancellation = default)
    {
        var answer = new RankPart(Sets.Length, Scenario.InputDraws);
        var (first, end) = (part * BreachJob.RunsInPart, Math.Min((part + 1) * BreachJob.RunsInPart, Scenario.Runs));
        var results = new RunResult[1 + Scenario.InputDraws];
        var without = new RunResult[end - first][];
        var run = _base.Runs();
        for (var number = first; number < end; number++)
        {
            Go(run, number, results, cancellation);
            without[number - first] = [.. results];
            answer.Base.Add(results[0]);
        }

        // Variant by variant, so that only one city is in the caches.
        for (var set = 0; set < _variants.Length; set++)
        {
            run = _variants[set].Runs();
            for (var number = first; number < end; number++)
            {
                Go(run, number, results, cancellation);
                answer.Sets[set].Add(without[number - first], results, number < RunsOfDraws);
            }
        }

        return answer;
    }

    private void Go(BreachRun[] runs, int number, RunResult[] results, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        for (var draw = 0; draw < (number < RunsOfDraws ? runs.Length : 1); draw++)
        {
            runs[draw].Go(number);
            results[draw] = RunResult.Of(runs[draw]);
        }
    }

    /// <summary>One set of defences, with the inputs as stated and in each draw.</summary>
    private sealed class Variant
    {
        private readonly ImmutableArray<BreachPlan> _plans;

        public Variant(
            City city, SimulationStart start, BreachScenario scenario, ImmutableArray<DefenceId> set, BreachGround? known, CancellationToken cancellation)
        {
            var defended = Defended.By(city, scenario.Defences.Concat(set));
            var basis = Defended.By(city, scenario.Defences);
            Ground = known is not null && defended.BuildsAs(basis) ? known
                : new(city, start, scenario, defended.Patch, cancellation);
            var stated = BreachPlan.Of(Ground, scenario, defended, InputValues.Stated);
            _plans =
            [
                stated,
                .. Enumerable.Range(1, scenario.InputDraws)
                    .Select(draw => BreachPlan.Of(Ground, scenario, defended, InputValues.Drawn(scenario.Seed, draw), stated)),
            ];
        }

        public BreachGround Ground { get; }

        public BreachRun[] Runs() => [.. _plans.Select(plan => new BreachRun(plan))];
    }
}

/// <summary>What variants are compared by.</summary>
internal readonly record struct RunResult(bool Succeeded, bool Stopped, long LostThousandthHours, long Records)
{
    public static RunResult Of(BreachRun run) => new(
        run.Outcome.SucceededAt is not null,
        run.Outcome.SucceededAt is null && run.Outcome.NeutralisedAt is not null,
        run.LostThousandthHours(),
        run.Outcome.Records.Sum());
}

/// <summary>What a part of the runs came to, without and with each set.</summary>
public sealed class RankPart
{
    internal RankPart(int sets, int draws)
        : this(new(), [.. Enumerable.Range(0, sets).Select(_ => new SetTally(draws))])
    {
    }

    private RankPart(BaseTally basis, ImmutableArray<SetTally> sets) => (Base, Sets) = (basis, sets);

    internal BaseTally Base { get; }

    internal ImmutableArray<SetTally> Sets { get; }

    public long Runs => Base.Success.Trials;

    public void Merge(RankPart other)
    {
        Base.Merge(other.Base);
        foreach (var (mine, theirs) in Sets.Zip(other.Sets))
        {
            mine.Merge(theirs);
        }
    }

    /// <summary>For sending to whoever merges.</summary>
    public RankPartState ToState() => new(Base.Success, Base.Stopped, Base.Hours, Base.Records, [.. Sets.Select(set => set.ToState())]);

    public static RankPart Of(RankPartState state) => new(BaseTally.Of(state), [.. state.Sets.Select(SetTally.Of)]);
}

/// <summary>The state of a <see cref="RankPart"/>: first what the runs came to as it is, then with each set less without it.</summary>
[GenerateSerializer, Alias("rank-part"), Immutable]
public sealed record RankPartState(Proportion Success, Proportion Stopped, Moments Hours, Moments Records, ImmutableArray<SetTallyState> Sets);

/// <summary>The state of one set's differences.</summary>
[GenerateSerializer, Alias("rank-set-tally"), Immutable]
public sealed record SetTallyState(
    PairedProportions Success, PairedProportions Stopped, PairedDifference Hours, PairedDifference Records,
    NestedEstimateState? StoppedOfDraws, NestedEstimateState? HoursOfDraws);

/// <summary>The scenario as it is.</summary>
internal sealed class BaseTally
{
    public Proportion Success { get; private set; }

    public Proportion Stopped { get; private set; }

    public Moments Hours { get; private set; }

    public Moments Records { get; private set; }

    public void Add(RunResult run)
    {
        (Success, Stopped) = (Success.Add(run.Succeeded), Stopped.Add(run.Stopped));
        (Hours, Records) = (Hours.Add(run.LostThousandthHours), Records.Add(run.Records));
    }

    public void Merge(BaseTally other)
    {
        (Success, Stopped) = (Success.Merge(other.Success), Stopped.Merge(other.Stopped));
        (Hours, Records) = (Hours.Merge(other.Hours), Records.Merge(other.Records));
    }

    public static BaseTally Of(RankPartState state) =>
        new() { Success = state.Success, Stopped = state.Stopped, Hours = state.Hours, Records = state.Records };
}

/// <summary>With a set less without it, run by run.</summary>
internal sealed class SetTally
{
    private readonly NestedEstimate? _stoppedOfDraws;
    private readonly NestedEstimate? _hoursOfDraws;
    private readonly long[] _values;

    public SetTally(int draws)
        : this(draws < 2 ? null : new(draws), draws < 2 ? null : new(draws))
    {
    }

    private SetTally(NestedEstimate? stopped, NestedEstimate? hours) =>
        (_stoppedOfDraws, _hoursOfDraws, _values) = (stopped, hours, new long[stopped?.Draws ?? 0]);

    public PairedProportions Success { get; private set; }

    public PairedProportions Stopped { get; private set; }

    public PairedDifference Hours { get; private set; }

    public PairedDifference Records { get; private set; }

    public NestedEstimate? StoppedOfDraws => _stoppedOfDraws;

    public NestedEstimate? HoursOfDraws => _hoursOfDraws;

    /// <param name="without">As stated, and of each draw.</param>
    public void Add(RunResult[] without, RunResult[] with, bool isDrawn)
    {
        Success = Success.Add(without[0].Succeeded, with[0].Succeeded);
        Stopped = Stopped.Add(without[0].Stopped, with[0].Stopped);
        Hours = Hours.Add(without[0].LostThousandthHours, with[0].LostThousandthHours);
        Records = Records.Add(without[0].Records, with[0].Records);
        if (_stoppedOfDraws is null || !isDrawn)
        {
            return;
        }

        for (var draw = 0; draw < _values.Length; draw++)
        {
            _values[draw] = (with[draw + 1].Stopped ? 1 : 0) - (without[draw + 1].Stopped ? 1 : 0);
        }

        _stoppedOfDraws.Add(_values);
        for (var draw = 0; draw < _values.Length; draw++)
        {
            _values[draw] = with[draw + 1].LostThousandthHours - without[draw + 1].LostThousandthHours;
        }

        _hoursOfDraws!.Add(_values);
    }

    public void Merge(SetTally other)
    {
        (Success, Stopped) = (Success.Merge(other.Success), Stopped.Merge(other.Stopped));
        (Hours, Records) = (Hours.Merge(other.Hours), Records.Merge(other.Records));
        _stoppedOfDraws?.Merge(other._stoppedOfDraws!);
        _hoursOfDraws?.Merge(other._hoursOfDraws!);
    }

    public SetTallyState ToState() => new(Success, Stopped, Hours, Records, _stoppedOfDraws?.ToState(), _hoursOfDraws?.ToState());

    public static SetTally Of(SetTallyState state) => new(
        state.StoppedOfDraws is { } stopped ? NestedEstimate.Of(stopped) : null, state.HoursOfDraws is { } hours ? NestedEstimate.Of(hours) : null)
    {
        Success = state.Success, Stopped = state.Stopped, Hours = state.Hours, Records = state.Records,
    };
}
