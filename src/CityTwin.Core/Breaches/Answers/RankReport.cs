using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Defences ranked by what they change in one scenario, given that someone tries.</summary>
/// <param name="Sets">By what is saved for the cost, see <see cref="SavesRecords"/>, and where nothing is, by P_E; those that cannot be told from no effect last.</param>
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

    /// <summary>Whether defences are measured by the records that stay secret: where nobody loses an hour, and records become known.</summary>
    public bool SavesRecords => MeanPersonHours == 0 && MeanRecords > 0;

    /// <summary>What a set saves on average: person-hours, or records.</summary>
    public double SavedBy(RankedSet set) => 0 - (SavesRecords ? set.RecordsDifference : set.PersonHours).Mean;

    /// <summary>The same for each unit of cost; 0 for a set that costs nothing.</summary>
    public double SavedPerCost(RankedSet set) => set.Cost > 0 ? SavedBy(set) / set.Cost : 0;

    /// <summary>Makes the report of a job whose runs are done.</summary>
    public static RankReport Of(RankJob job, RankPart all, double confidence, BestSetReport? best)
    {
        var report = new RankReport(
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
            [.. job.Sets.Select((set, place) => RankedSet.Of(set, job.CostOf(set), all.Sets[place], confidence))],
            best);
        return report with { Sets = report.Ranked() };
    }

    private ImmutableArray<RankedSet> Ranked() =>
    [
        .. Sets
            .OrderBy(set => set.IsDistinguishable ? 0 : 1)
            .ThenByDescending(SavedPerCost)
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
/// <param name="TouchesNothing">No run came to anything else, with the inputs as stated; nor on average over draws of them.</param>
public sealed record RankedSet(
    ImmutableArray<DefenceId> Defences,
    double Cost,
    DifferenceAnswer Success,
    DifferenceAnswer Effectiveness,
    DifferenceAnswer PersonHours,
    DifferenceAnswer RecordsDifference,
    long RunsChanged,
    bool TouchesNothing)
{
    /// <summary>Whether it can be told from no effect, in any of the measures.</summary>
    public bool IsDistinguishable => new[] { Success, Effectiveness, PersonHours, RecordsDifference }.Any(one => one.Verdict != Verdict.NotDistinguishable);

    internal static RankedSet Of(ImmutableArray<DefenceId> set, double cost, SetTally tally, double confidence) => new(
        set,
        cost,
        new(tally.Success.Estimate, tally.Success.Interval(confidence), null),
        new(tally.Stopped.Estimate, tally.Stopped.Interval(confidence), tally.StoppedOfDraws is { } stopped ? NestedAnswer.OfDifference(stopped, confidence) : null),
        new(tally.Hours.Mean / 1000, Scaled(tally.Hours.Interval(confidence), 1000), tally.HoursOfDraws is { } hours ? NestedAnswer.Of(hours, 1000, confidence) : null),
        new(tally.Records.Mean, tally.Records.Interval(confidence), null),
        tally.Hours.Unequal,
        tally is { Success: { OnlyFirst: 0, OnlySecond: 0 }, Stopped: { OnlyFirst: 0, OnlySecond: 0 }, Hours.Unequal: 0, Records.Unequal: 0 }
            && tally.StoppedOfDraws is null or { Mean: 0 } && tally.HoursOfDraws is null or { Mean: 0 });

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
/// <param name="Value">What it saved in the runs that it was chosen by: person-hours on average, or records. Flattering, see <paramref name="Check"/>.</param>
/// <param name="IsHeuristic">True: not all sets were tried.</param>
/// <param name="Check">The set in runs that had no part in choosing it; null for the empty set.</param>
public sealed record BestSetReport(
    double Budget, ImmutableArray<DefenceId> Defences, double Cost, double Value, int RunsOfEach, int Tried, bool IsHeuristic, bool IsCutShort,
    BestSetCheck? Check);

/// <summary>The best set once more, with other luck.</summary>
/// <param name="Seed">The ranking's, and one more.</param>
/// <param name="Set">For the inputs as stated.</param>
public sealed record BestSetCheck(ulong Seed, int Runs, RankedSet Set);
