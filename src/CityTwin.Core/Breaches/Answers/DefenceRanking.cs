using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What a ranking of defences is asked for.</summary>
/// <param name="Only">These of the catalogue; empty = all of it.</param>
/// <param name="Budget">Also the best set within this budget, 0 to <see cref="BudgetMax"/> in the model's currency; null = none is looked for.</param>
[GenerateSerializer, Alias("defence-ranking"), Immutable]
public sealed record DefenceRanking(ImmutableArray<DefenceId> Only, double? Budget)
{
    /// <summary>The largest budget: a thousand thousand million.</summary>
    public const double BudgetMax = 1e12;

    /// <summary>How many runs each set of defences is tried with at most when a budget is given.</summary>
    public const int RunsOfSetMax = 500;

    /// <summary>How many runs the best set is tried again with at most.</summary>
    public const int RunsOfCheckMax = 10_000;

    /// <summary>What is tried: each defence that is asked for and not in place already; sorted, and maybe none.</summary>
    public ImmutableArray<ImmutableArray<DefenceId>> Candidates(City city, BreachScenario scenario) =>
    [
        .. (Only.IsEmpty ? city.Security.Defences.Select(defence => defence.Id) : Only)
            .Except(scenario.Defences).Distinct().Order().Select(id => ImmutableArray.Create(id)),
    ];

    /// <summary>The report of a job whose runs are done; looks for the best set where there is a budget.</summary>
    /// <param name="run">All runs of a smaller job.</param>
    /// <param name="tried">Told how many sets have been tried.</param>
    public RankReport Report(RankJob job, RankPart all, Func<RankJob, RankPart> run, Action<int> tried, CancellationToken cancellation)
    {
        var ranked = RankReport.Of(job, all, BreachReport.DefaultConfidence, null);
        return Budget is { } budget ? ranked with { Best = Best(job, ranked, budget, run, tried, cancellation) } : ranked;
    }

    /// <summary>
    /// Defences are combined that changed at least one run by themselves, whether or not that can be told from no effect: two may
    /// be worth something only together. The set is tried again with other luck, because the best of many looks better than it is
    /// in the runs that it was chosen by.
    /// </summary>
    private static BestSetReport Best(
        RankJob job, RankReport ranked, double budget, Func<RankJob, RankPart> run, Action<int> tried, CancellationToken cancellation)
    {
        var useful = ranked.Sets.Where(set => !set.TouchesNothing).OrderBy(set => set.Defences[0]).ToImmutableArray();
        var shorter = job.Scenario with { Runs = Math.Min(job.Scenario.Runs, RunsOfSetMax), InputDraws = 0 };
        var count = 0;
        var answer = BestSet.Find([.. useful.Select(set => set.Cost)], budget, items =>
        {
            cancellation.ThrowIfCancellationRequested();
            tried(count++);
            return items.IsEmpty ? 0 : ranked.SavedBy(Try(SetOf(items), shorter));
        });
        var best = SetOf(answer.Items);
        var other = job.Scenario with { Seed = unchecked(job.Scenario.Seed + 1), Runs = Math.Min(job.Scenario.Runs, RunsOfCheckMax), InputDraws = 0 };
        return new(
            budget, best, answer.Cost, answer.Value, shorter.Runs, answer.Tried, answer.IsHeuristic, answer.IsCutShort,
            best.IsEmpty ? null : new(other.Seed, other.Runs, Try(best, other)));

        ImmutableArray<DefenceId> SetOf(ImmutableArray<int> items) => [.. items.Select(item => useful[item].Defences[0])];

        RankedSet Try(ImmutableArray<DefenceId> set, BreachScenario scenario)
        {
            var small = new RankJob(job.City, job.Start, scenario, [set], cancellation);
            return RankReport.Of(small, run(small), BreachReport.DefaultConfidence, null).Sets[0];
        }
    }
}
