using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Cities;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Testing.Breaches;

/// <summary>
/// A breach of <see cref="HarbourCity"/> in which everything varies from run to run: a login that may be noticed, a
/// switched substation, records that leak; with inputs in ranges and a response that may come too late.
/// </summary>
public static class SmallBreach
{
    public static City City { get; } = With(SecurityOf(
        [
            Cyber("entry", StepLogic.Any, [], Duration.Exponential(300), 0.9, [Noticed(0.4)]),
            Cyber("trip", StepLogic.Any, ["entry"], Ranged(600, 200, 1_500), 1, [Noticed(0.3)], new Manipulation(new("substation"), 0)),
            Cyber("leak", StepLogic.Any, ["entry"], Duration.Exponential(900), 0.7, null, new Disclosure("identity", 500)),
        ],
        Adversary(["entry"], neutralisation: 0.6),
        cyber: Answer(Duration.Exponential(900), 0.8)) with
    {
        Defences =
        [
            new(new("drill"), "Drill", "training", Estimate.One, [new StepRarer(new("leak"), Estimate.Of(0.5))]),
            new(new("filter"), "Filter", "patch", Estimate.One, [new StepRarer(new("trip"), Estimate.Of(0.6))]),
            new(new("poster"), "Poster", "training", Estimate.One, [new StepRarer(new("leak"), Estimate.One)]),
        ],
    });

    public static SimulationStart Start { get; } = SimulationStart.New(City, SimulationStart.DefaultAt);

    public static BreachScenario Of(int runs, ulong seed = 1, int draws = 0) =>
        Scenario(["trip", "leak"], seed, 4 * Hour, new CeilingEvent(Hour / 2, new("pump"), 400, "storm"), new StartEvent(Hour, [new("pump")])) with { Runs = runs, InputDraws = draws };

    public static BreachJob Job(int runs, ulong seed = 1, int draws = 0) => new(City, Start, Of(runs, seed, draws));

    public static BreachOrder Order(int runs, int draws = 0, DefenceRanking? ranking = null, double halfWidth = 0, string id = "b") =>
        new(id, "{}", Of(runs, draws: draws), halfWidth, Start, "", "anna", "why", id, DateTimeOffset.UnixEpoch, ranking);

    public static KeptJob Kept(int runs, int draws = 0, DefenceRanking? ranking = null, double halfWidth = 0) => new(City, Order(runs, draws, ranking, halfWidth));

    /// <summary>What one thread makes of it.</summary>
    public static KeptAnswer AnswerOf(KeptJob job)
    {
        var all = job.Read(job.Run(0));
        for (var part = 1; part < BreachJob.PartsOf(job.Rule.RunsMax); part++)
        {
            all.Merge(job.Read(job.Run(part)));
        }

        return job.Answer(all, _ => { });
    }

    /// <summary>What one thread makes of a ranking of the whole catalogue.</summary>
    public static byte[] Ranking(int runs, ulong seed = 1, int draws = 0, double? budget = null)
    {
        var ranking = new DefenceRanking([], budget);
        var scenario = Of(runs, seed, draws);
        var job = new RankJob(City, Start, scenario, ranking.Candidates(City, scenario));
        return RankReportText.Json(ranking.Report(job, All(job), All, _ => { }, CancellationToken.None));

        static RankPart All(RankJob small)
        {
            var all = small.Run(0);
            for (var part = 1; part < BreachJob.PartsOf(small.Scenario.Runs); part++)
            {
                all.Merge(small.Run(part));
            }

            return all;
        }
    }

    /// <summary>What one thread makes of it, part after part.</summary>
    public static byte[] Report(BreachJob job, StoppingRule? rule = null)
    {
        rule ??= new(BreachReport.DefaultConfidence, 0, job.Scenario.Runs);
        var all = job.Run(0);
        for (var part = 1; part * BreachJob.RunsInPart < job.Scenario.Runs && !(rule.Looks.Contains((int)all.Tally.Runs) && rule.Stops(all.Watched)); part++)
        {
            all.Merge(job.Run(part));
        }

        return BreachReportJson.Write(BreachReport.Of(job, all, rule));
    }

    private static Duration Ranged(double mean, double low, double high) =>
        new(DurationKind.Exponential, new Estimate(mean, low, high, "assumed"), Estimate.Zero);
}
