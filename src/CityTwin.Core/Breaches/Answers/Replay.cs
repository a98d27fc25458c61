using System.Collections.Immutable;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// One run of a breach told again: what happened, what it came to, and what would have come of the same luck with one thing
/// changed. It depends on the job's city, start, scenario and the number alone, and is the run of that number that a tally
/// of the job counts.
/// </summary>
/// <param name="RulesVersion">See <see cref="BreachRun.RulesVersion"/>.</param>
/// <param name="Number">The number of the run, from 0 on.</param>
/// <param name="Counterfactuals">All that were tried, those that change the most first.</param>
/// <param name="IsCutShort">More could have been tried than <see cref="Counterfactual.TriedMax"/>.</param>
public sealed record Replay(
    BreachJob Job,
    int RulesVersion,
    long Number,
    ImmutableArray<StoryLine> Story,
    ReplayFacts Facts,
    ImmutableArray<Counterfactual> Counterfactuals,
    bool IsCutShort)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>So many runs are looked through for one that succeeds.</summary>
    public const int LookedThroughMax = 1_000;

    public City City => Job.City;

    /// <param name="number">At least 0.</param>
    public static Replay Of(BreachJob job, long number, CancellationToken cancellation = default)
    {
        var story = new List<StoryLine>();
        var facts = ReplayFacts.Of(job.Plan, number, story);
        var changes = Counterfactual.ChangesFor(job, facts);
        var tried = changes.Take(Counterfactual.TriedMax).Select(change =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Counterfactual.Of(job, number, facts, change, cancellation);
        });
        return new(
            job, BreachRun.RulesVersion, number, [.. story], facts, [.. Counterfactual.Ordered(tried)], changes.Length > Counterfactual.TriedMax);
    }

    /// <summary>The first run in which the attack succeeds; 0 where it does in none of the first <see cref="LookedThroughMax"/>.</summary>
    public static long FirstSuccess(BreachJob job)
    {
        var run = new BreachRun(job.Plan);
        for (var number = 0; number < LookedThroughMax; number++)
        {
            run.Go(number);
            if (run.Outcome.SucceededAt is not null)
            {
                return number;
            }
        }

        return 0;
    }
}
