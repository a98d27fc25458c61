using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Defences ranked by what they change in one scenario, given that someone tries.</summary>
/// <param name="Sets">By <see cref="RankedSet.HoursSavedPerCost"/> and, where no hours are saved, by P_E; those that cannot be told from no effect last.</param>
/// <param name="Best">The best set within a budget; null where none was asked for.</param>
public sealed record RankReport(
    BreachScenario Scenario,
    CityHash City,
    int RulesVersion,
    long Runs,
    double Confidence,
    string Currency,
    Proportion Success,
    Proportion Effectiveness,
    double MeanPersonHours,
    double MeanRecords,
    ImmutableArray<RankedSet> Sets,
    BestSetReport? Best)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Makes the report of a job whose runs are done.</summary>
    public static RankReport Of(RankJob job, RankPart all, double confidence, BestSetReport? best) => new(
        job.Scenario,
        job.City.Hash,
        BreachRun.RulesVersion,
        all.Runs,
        confidence,
        job.City.Security.Currency,
        all.Base.Success,
        all.Base.Stopped,
        all.Base.Hours.Mean / 1000,
        all.Base.Records.Mean,
        Ranked(job.Sets.Select((set, place) => RankedSet.Of(set, job.CostOf(set), all.Sets[place], confidence))),
        best);

    private static ImmutableArray<RankedSet> Ranked(IEnumerable<RankedSet> sets) =>
    [
        .. sets
            .OrderBy(set => set.IsDistinguishable ? 0 : 1)
            .ThenByDescending(set => set.HoursSavedPerCost)
            .ThenByDescending(set => set.Effectiveness.Mean)
            .ThenBy(set => set.RecordsDifference.Mean)
            .ThenBy(set => string.Join(',', set.Defences), StringComparer.Ordinal),
    ];
}

/// <summary>What a set of defences changes: with it less without it.</summary>
/// <param name="Success">Of the chance that the attack succeeds; below 0 is better.</param>
/// <param name="Effectiveness">Of P_E; above 0 is better.</param>
/// <param name="PersonHours">Of the hours lost; below 0 is better.</param>
/// <param name="RecordsDifference">Of the records disclosed; below 0 is better.</param>
/// <param name="RunsChanged">In how many runs the hours lost differ.</param>
public sealed record RankedSet(
    ImmutableArray<DefenceId> Defences,
    double Cost,
    DifferenceAnswer Success,
    DifferenceAnswer Effectiveness,
    DifferenceAnswer PersonHours,
    DifferenceAnswer RecordsDifference,
    long RunsChanged)
{
    /// <summary>Person-hours saved for each unit of cost.</summary>
    public double HoursSavedPerCost => Cost > 0 ? (0 - PersonHours.Mean) / Cost : 0;

    /// <summary>Whether it can be told from no effect, in any of the measures.</summary>
    public bool IsDistinguishable => new[] { Success, Effectiveness, PersonHours, RecordsDifference }.Any(one => one.Verdict != Verdict.NotDistinguishable);

    internal static RankedSet Of(ImmutableArray<DefenceId> set, double cost, SetTally tally, double confidence) => new(
        set,
        cost,
        new(tally.Success.Estimate, tally.Success.Interval(confidence), null),
        new(tally.Stopped.Estimate, tally.Stopped.Interval(confidence), tally.StoppedOfDraws is { } stopped ? NestedAnswer.OfDifference(stopped, confidence) : null),
        new(tally.Hours.Mean / 1000, Scaled(tally.Hours.Interval(confidence), 1000), tally.HoursOfDraws is { } hours ? NestedAnswer.Of(hours, 1000, confidence) : null),
        new(tally.Records.Mean, tally.Records.Interval(confidence), null),
        tally.Hours.Unequal);

    private static Interval? Scaled(Interval? interval, double unit) => interval is { } one ? new(one.Low / unit, one.High / unit) : null;
}

/// <summary>A paired difference, for the inputs as stated; and over draws of the inputs, where they were drawn.</summary>
/// <param name="Interval">Null where too few runs differ to tell.</param>
public sealed record DifferenceAnswer(double Mean, Interval? Interval, NestedAnswer? OverInputs)
{
    /// <summary>By the interval over both uncertainties where the inputs were drawn, else by the sampling interval.</summary>
    public Verdict Verdict => Verdicts.Of(OverInputs is { } nested ? nested.Both : Interval);
}

/// <summary>The best set of defences within a budget.</summary>
/// <param name="RunsOfEach">How many runs each set was tried with.</param>
/// <param name="Value">What it saves beside the scenario as it is: person-hours on average.</param>
/// <param name="IsHeuristic">True: not all sets were tried.</param>
public sealed record BestSetReport(
    double Budget, ImmutableArray<DefenceId> Defences, double Cost, double Value, int RunsOfEach, int Tried, bool IsHeuristic, bool IsCutShort);
