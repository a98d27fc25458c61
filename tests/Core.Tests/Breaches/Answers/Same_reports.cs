using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>A job gives the same bytes in whatever order, on however many threads, and through whatever states its parts went.</summary>
public sealed class Same_reports
{
    /// <summary>The last part is not full.</summary>
    private const int Runs = (8 * BreachJob.RunsInPart) + 100;

    private static readonly ImmutableArray<int> InOrder = [.. Enumerable.Range(0, BreachJob.PartsOf(Runs))];

    private static readonly ImmutableArray<ImmutableArray<DefenceId>> Sets = [[new("nothing")], [new("rarer")], [new("nothing"), new("rarer")]];

    [Fact]
    public void A_breach_report_has_the_same_bytes_in_any_order_of_parts_and_on_two_threads()
    {
        var expected = Report(Job(1), InOrder);

        Assert.Equal(expected, Report(Job(1), InOrder.Reverse()));
        Assert.Equal(expected, Report(Job(1), [.. InOrder.Where(part => part % 2 == 1), .. InOrder.Where(part => part % 2 == 0)]));
        var job = Job(1);
        Assert.Equal(expected, Report(job, OnTwoThreads(part => job.Run(part, TestContext.Current.CancellationToken))));
        Assert.NotEqual(expected, Report(Job(2), InOrder));
    }

    [Fact]
    public void A_tally_that_was_sent_as_a_state_is_the_same()
    {
        var job = Job(1, inputDraws: 0);
        var (straight, sent) = (new BreachPart(job), new BreachPart(job));
        foreach (var part in InOrder)
        {
            var done = job.Run(part, TestContext.Current.CancellationToken);
            straight.Merge(done);
            sent.Tally.Merge(BreachTally.Of(job.Plan, BreachTally.Of(job.Plan, done.Tally.ToState()).ToState()));
        }

        Assert.Equal(Bytes(job, straight), Bytes(job, sent));
    }

    [Fact]
    public void A_ranking_has_the_same_bytes_in_any_order_of_parts_and_on_two_threads()
    {
        var expected = Ranking(Ranked(1), InOrder);

        Assert.Equal(expected, Ranking(Ranked(1), InOrder.Reverse()));
        var job = Ranked(1);
        Assert.Equal(expected, Ranking(job, OnTwoThreads(part => job.Run(part, TestContext.Current.CancellationToken))));
        Assert.NotEqual(expected, Ranking(Ranked(2), InOrder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_defence_that_touches_nothing_changes_no_run_and_is_told_so(int inputDraws)
    {
        var job = Ranked(1, inputDraws);
        var report = RankReport.Of(job, Merged(job, InOrder), BreachReport.DefaultConfidence, null);

        var nothing = report.Sets.Single(set => set.Defences.SequenceEqual(Sets[0]));
        Assert.Equal(0, nothing.RunsChanged);
        Assert.False(nothing.IsDistinguishable);
        foreach (var difference in new[] { nothing.Success, nothing.Effectiveness, nothing.PersonHours, nothing.RecordsDifference })
        {
            Assert.Equal((0, Verdict.NotDistinguishable), (difference.Mean, difference.Verdict));
        }

        // What does something is told apart, so the test could fail; and with the other it does no less and no more.
        var rarer = report.Sets.Single(set => set.Defences.SequenceEqual(Sets[1]));
        Assert.True(rarer.IsDistinguishable && rarer.RunsChanged > 0);
        Assert.Equal(rarer with { Defences = Sets[2], Cost = 2 }, report.Sets.Single(set => set.Defences.Length == 2), SameAnswers);
    }

    private static bool SameAnswers(RankedSet one, RankedSet other) =>
        (one.Success, one.Effectiveness, one.PersonHours, one.RecordsDifference, one.RunsChanged)
        == (other.Success, other.Effectiveness, other.PersonHours, other.RecordsDifference, other.RunsChanged);

    /// <summary>The noisy model with a range among its inputs, and a defence that does something beside one that does not.</summary>
    private static SecurityModel Model()
    {
        var noisy = Breach_run.Noisy();
        return noisy with
        {
            Steps =
            [
                .. noisy.Steps.Select(step => step.Id.Value == "a" ? step with { Exists = new(0.7, 0.4, 0.9) } : step)
                    .Append(Cyber("unrelated", StepLogic.Any, [], Duration.Exponential(5), 0.5)).OrderBy(step => step.Id),
            ],
            Defences =
            [
                new(new("nothing"), "Nothing", "training", Estimate.One, [new StepDisabled(new("unrelated"))]),
                new(new("rarer"), "Rarer", "patch", Estimate.One, [new StepRarer(new("a"), Estimate.Of(0.5))]),
            ],
        };
    }

    private static BreachJob Job(ulong seed, int inputDraws = 4)
    {
        var city = With(Model());
        return new(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario(["t"], seed) with { Runs = Runs, InputDraws = inputDraws });
    }

    private static RankJob Ranked(ulong seed, int inputDraws = 3)
    {
        var city = With(Model());
        return new(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario(["t"], seed) with { Runs = Runs, InputDraws = inputDraws }, Sets);
    }

    private static byte[] Report(BreachJob job, IEnumerable<int> parts) =>
        Report(job, parts.Select(part => job.Run(part, TestContext.Current.CancellationToken)));

    private static byte[] Report(BreachJob job, IEnumerable<BreachPart> parts)
    {
        var all = new BreachPart(job);
        foreach (var part in parts)
        {
            all.Merge(part);
        }

        return Bytes(job, all);
    }

    private static byte[] Bytes(BreachJob job, BreachPart all) =>
        BreachReportJson.Write(BreachReport.Of(job, all, new(BreachReport.DefaultConfidence, 0, Runs)));

    private static RankPart Merged(RankJob job, IEnumerable<int> parts) =>
        Merged(parts.Select(part => job.Run(part, TestContext.Current.CancellationToken)));

    private static RankPart Merged(IEnumerable<RankPart> parts) => parts.Aggregate((all, part) =>
    {
        all.Merge(part);
        return all;
    });

    private static byte[] Ranking(RankJob job, IEnumerable<int> parts) => Ranking(job, [Merged(job, parts)]);

    private static byte[] Ranking(RankJob job, IEnumerable<RankPart> parts) =>
        RankReportText.Json(RankReport.Of(job, Merged(parts), BreachReport.DefaultConfidence, null));

    /// <summary>Both threads run at once; each merges nothing, so parts come in the order in which they were done.</summary>
    private static List<T> OnTwoThreads<T>(Func<int, T> run)
    {
        var done = new List<T>();
        var next = -1;
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            for (var part = Interlocked.Increment(ref next); part < InOrder.Length; part = Interlocked.Increment(ref next))
            {
                var one = run(part);
                lock (done)
                {
                    done.Add(one);
                }
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(InOrder.Length, done.Count);
        return done;
    }
}
