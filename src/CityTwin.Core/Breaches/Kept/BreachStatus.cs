using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>Where a kept breach stands.</summary>
public enum BreachPhase
{
    /// <summary>Saved; nobody has begun with it.</summary>
    Queued,
    Running,

    /// <summary>Done, with a report.</summary>
    Succeeded,

    /// <summary>Done, with an error.</summary>
    Failed,

    /// <summary>Stopped by order.</summary>
    Cancelled,
}

/// <summary>What is published of a kept breach: small, for lists and those who watch.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="AsOf">The instant its runs begin at, in ticks.</param>
/// <param name="RunsMax">The budget.</param>
/// <param name="RunsDone">How many runs are in; those of a silo that died are made again.</param>
/// <param name="NextLook">After how many runs it looks whether that is enough; null when it has.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="CancelledBy">Who stopped it.</param>
/// <param name="Headline">Once it has succeeded; none of a ranking.</param>
/// <param name="Ranking">What is ranked; null where one report is asked for.</param>
/// <param name="SetsTried">How many sets of defences have been tried in search of the best within the budget.</param>
[GenerateSerializer, Alias("breach-status"), Immutable]
public sealed record BreachStatus(
    string Id,
    BreachPhase Phase,
    string Scenario,
    CityHash City,
    string Version,
    long AsOf,
    ulong Seed,
    int RunsMax,
    int InputDraws,
    double HalfWidth,
    int RulesVersion,
    string Principal,
    string Reason,
    string RequestId,
    DateTimeOffset CreatedAt,
    long RunsDone = 0,
    int? NextLook = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    string? Error = null,
    string? CancelledBy = null,
    BreachHeadline? Headline = null,
    DefenceRanking? Ranking = null,
    int SetsTried = 0)
{
    public bool IsDone => Phase is BreachPhase.Succeeded or BreachPhase.Failed or BreachPhase.Cancelled;

    /// <summary>
    /// How much of the budget of runs is in, 0..1000; 1000 for one that has succeeded, also where it stopped early. Where the best
    /// set within a budget of money is looked for, the runs are one half and the most sets that may be tried are the other.
    /// </summary>
    public int ProgressPermille
    {
        get
        {
            var ofRuns = (int)(RunsDone * 1000 / Math.Max(1, RunsMax));
            return Phase == BreachPhase.Succeeded ? 1000
                : Ranking?.Budget is null ? ofRuns
                : (ofRuns / 2) + Math.Min(500, SetsTried * 500 / BestSet.ExhaustiveMax);
        }
    }
}

/// <summary>The figures of a report that two breaches are compared by; those of losses are sums over all runs, in thousandths of hours.</summary>
/// <param name="Confidence">Of the intervals in the report.</param>
/// <param name="Success">All targets are reached.</param>
/// <param name="Interruption">P_I.</param>
/// <param name="Neutralisation">P_N.</param>
/// <param name="Effectiveness">P_E.</param>
[GenerateSerializer, Alias("breach-headline"), Immutable]
public sealed record BreachHeadline(
    double Confidence,
    Proportion Success,
    Proportion Interruption,
    Proportion Neutralisation,
    Proportion Effectiveness,
    Moments PersonHours,
    Moments CustomerHours)
{
    public static BreachHeadline Of(BreachReport report, BreachTally tally) => new(
        report.Confidence, report.Success, report.Interruption, report.Neutralisation, report.Effectiveness,
        tally.PersonHours.Moments, tally.CustomerHours.Moments);
}
