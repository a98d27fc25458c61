using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What a part of the runs came to; merged it is what all came to.</summary>
public sealed class BreachPart
{
    internal BreachPart(BreachJob job)
        : this(new(job.Plan), OverDraws(job), OverDraws(job))
    {
    }

    private BreachPart(BreachTally tally, NestedEstimate? success, NestedEstimate? hours) =>
        (Tally, Success, PersonHours) = (tally, success, hours);

    public BreachTally Tally { get; }

    /// <summary>Success over draws of the inputs; null without draws.</summary>
    public NestedEstimate? Success { get; }

    /// <summary>Person-hours lost, in thousandths, over draws of the inputs; null without draws.</summary>
    public NestedEstimate? PersonHours { get; }

    public void Merge(BreachPart other)
    {
        Tally.Merge(other.Tally);
        Success?.Merge(other.Success!);
        PersonHours?.Merge(other.PersonHours!);
    }

    /// <summary>The chances that a stopping rule looks at: success, and P_E.</summary>
    public Proportion[] Watched =>
        [new(Tally.Counts[(int)BreachCount.Succeeded], Tally.Runs), new(Tally.Counts[(int)BreachCount.Stopped], Tally.Runs)];

    /// <summary>For sending to whoever merges.</summary>
    public BreachPartState ToState() => new(Tally.ToState(), Success?.ToState(), PersonHours?.ToState(), null, []);

    /// <param name="job">The one that the state's runs were made of.</param>
    public static BreachPart Of(BreachJob job, BreachPartState state) => new(
        BreachTally.Of(job.Plan, state.Tally!),
        state.Success is { } success ? NestedEstimate.Of(success) : null,
        state.PersonHours is { } hours ? NestedEstimate.Of(hours) : null);

    private static NestedEstimate? OverDraws(BreachJob job) => job.Scenario.InputDraws >= 2 ? new(job.Scenario.InputDraws) : null;
}

/// <summary>The state of a <see cref="BreachPart"/>: equal parts have equal states. Of a ranking it is only <paramref name="Ranking"/>.</summary>
/// <param name="Tally">Null of a ranking.</param>
/// <param name="Ranking">Null of anything else.</param>
/// <param name="Notes">What single runs came to, by part; of the first runs only, see <see cref="RunNotes"/>.</param>
[GenerateSerializer, Alias("breach-part"), Immutable]
public sealed record BreachPartState(
    BreachTallyState? Tally, NestedEstimateState? Success, NestedEstimateState? PersonHours, RankPartState? Ranking = null, ImmutableArray<RunNotes> Notes = default);
