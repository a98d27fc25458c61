using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.Import.Tests.Sample;

/// <summary>
/// What it is worth that defences are compared run by run on the same luck: intervals against those of two independent
/// samples, which are Newcombe's square-and-add for shares and Student's for means.
/// </summary>
public sealed class PairedDefencesTests
{
    private const double Confidence = BreachReport.DefaultConfidence;
    private const int Few = 500;
    private const int Many = 5_000;

    private static readonly City Havenbrug = CityReader.Open(SampleCity.Folder).City!;

    [Fact]
    public void Paired_intervals_are_no_wider_than_independent_ones_for_any_defence_of_the_catalogue()
    {
        var intrusion = Ready("substation-intrusion");
        var report = Paired(intrusion, [.. Havenbrug.Security.Defences.Select(defence => defence.Id)]);
        var without = Tally(intrusion);

        Assert.All(report.Sets, set =>
        {
            var with = Tally(WithOtherLuck(intrusion) with { Defences = set.Defences });
            var (success, hours) = (OfSuccess(without, with), OfHours(without, with));
            Assert.True(set.Success.Interval!.Value.HalfWidth <= success.HalfWidth, $"Success: {set.Success.Interval} paired, {success} independent.");
            if (set.PersonHours.Interval is { } paired)
            {
                Assert.True(paired.HalfWidth <= hours.HalfWidth, $"Person-hours: {paired} paired, {hours} independent.");
            }
        });
    }

    /// <summary>
    /// To watch the networks stops one in a hundred of those who come by a supplier's remote access. With a handful of runs
    /// that differ the interval of person-hours is made wider than it need be, and is far narrower all the same.
    /// </summary>
    [Fact]
    public void Five_hundred_paired_runs_tell_more_of_watched_networks_than_five_thousand_independent_ones()
    {
        var (access, watch) = (Ready("vendor-remote-access"), new DefenceId("monitoring-networks"));
        var set = Paired(access, [watch]).Sets.Single();
        var (without, with) = (Tally(access with { Runs = Many }), Tally(WithOtherLuck(access) with { Runs = Many, Defences = [watch] }));
        var (success, hours) = (OfSuccess(without, with), OfHours(without, with));
        var told = $"{set.RunsChanged} of {Few} runs changed: success {Text(set.Success.Interval)} paired, {Text(success)} independent; person-hours {Text(set.PersonHours.Interval)} paired, {Text(hours)} independent";
        TestContext.Current.SendDiagnosticMessage(told);
        Assert.True(set.Success.Interval!.Value.HalfWidth < success.HalfWidth, told);
        Assert.True(set.PersonHours.Interval!.Value.HalfWidth < hours.HalfWidth, told);
        Assert.Equal((Verdict.Lower, Verdict.Lower), (set.Success.Verdict, set.PersonHours.Verdict));
        Assert.True(success.Contains(0) && hours.Contains(0), told);
    }

    private static BreachScenario Ready(string name) => ReadyScenarios.Open(name, Havenbrug)!.Scenario! with { InputDraws = 0, Runs = Few };

    private static BreachScenario WithOtherLuck(BreachScenario scenario) => scenario with { Seed = scenario.Seed + 1 };

    private static RankReport Paired(BreachScenario scenario, ImmutableArray<DefenceId> defences)
    {
        var job = new RankJob(Havenbrug, StartOf(scenario), scenario, [.. defences.Select(defence => ImmutableArray.Create(defence))], TestContext.Current.CancellationToken);
        var all = job.Run(0, TestContext.Current.CancellationToken);
        for (var part = 1; part < BreachJob.PartsOf(Few); part++)
        {
            all.Merge(job.Run(part, TestContext.Current.CancellationToken));
        }

        return RankReport.Of(job, all, Confidence, null);
    }

    private static BreachTally Tally(BreachScenario scenario)
    {
        var job = new BreachJob(Havenbrug, StartOf(scenario), scenario, TestContext.Current.CancellationToken);
        var all = job.Run(0, TestContext.Current.CancellationToken);
        for (var part = 1; part < BreachJob.PartsOf(scenario.Runs); part++)
        {
            all.Merge(job.Run(part, TestContext.Current.CancellationToken));
        }

        return all.Tally;
    }

    private static SimulationStart StartOf(BreachScenario scenario) => SimulationStart.New(Havenbrug, scenario.StartsAt ?? SimulationStart.DefaultAt);

    private static Interval OfSuccess(BreachTally without, BreachTally with)
    {
        var (first, second) = (Share(without), Share(with));
        var (low, high) = (first.Wilson(Confidence), second.Wilson(Confidence));
        var difference = second.Estimate - first.Estimate;
        return new(
            difference - Math.Sqrt(Square(second.Estimate - high.Low) + Square(low.High - first.Estimate)),
            difference + Math.Sqrt(Square(high.High - second.Estimate) + Square(first.Estimate - low.Low)));

        static Proportion Share(BreachTally tally) => new(tally.Counts[(int)BreachCount.Succeeded], tally.Runs);
    }

    private static Interval OfHours(BreachTally without, BreachTally with)
    {
        var (first, second) = (without.PersonHours.Moments, with.PersonHours.Moments);
        var error = Math.Sqrt((first.Variance / first.Count) + (second.Variance / second.Count));
        var difference = (second.Mean - first.Mean) / 1_000;
        return Interval.Around(difference, StudentT.TwoSided(Confidence, first.Count + second.Count - 2) * error / 1_000);
    }

    private static string Text(Interval? interval) => interval is { } one
        ? string.Create(CultureInfo.InvariantCulture, $"{one.Low:0.0000} .. {one.High:0.0000} (reach {one.HalfWidth:0.0000})") : "no interval";

    private static double Square(double value) => value * value;
}
