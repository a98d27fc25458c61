using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Testing.Breaches;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Kept;

public sealed class Kept_breaches
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly BreachHeadline Headline = new(
        0.95, new(40, 1_000), new(500, 1_000), new(300, 500), new(300, 1_000), Sum(1_000), Sum(1_000));

    [Fact]
    public void An_order_is_taken_once_and_one_that_is_done_stays_as_it_is()
    {
        var state = BreachRules.Order(BreachState.None, Order("first"));
        Assert.Same(state, BreachRules.Order(state, Order("second")));
        Assert.Equal((BreachPhase.Queued, 1_000), (state.Status!.Phase, state.Status.NextLook));

        var cancelled = BreachRules.Cancel(BreachRules.Begin(state, Now), "anna", 750, Now);
        Assert.Equal(
            (BreachPhase.Cancelled, "anna", 750, Now),
            (cancelled.Status!.Phase, cancelled.Status.CancelledBy, cancelled.Status.RunsDone, cancelled.Status.EndedAt));
        Assert.Same(cancelled, BreachRules.Succeed(cancelled, Answer("{}"), Now));
        Assert.Same(cancelled, BreachRules.Cancel(cancelled, "bert", 800, Now));
        Assert.Same(cancelled, BreachRules.Begin(cancelled, Now));
        Assert.Equal(BreachState.None, BreachRules.Cancel(BreachState.None, "anna", 0, Now));
    }

    [Fact]
    public void A_report_beyond_the_limit_fails_by_its_name() => Assert.Contains(
        "at most 33554432 are kept",
        BreachRules.Succeed(BreachRules.Order(BreachState.None, Order("x")), Answer(new('x', BreachRules.ReportLengthMax + 1)), Now).Status!.Error,
        StringComparison.Ordinal);

    [Fact]
    public void Breaches_of_other_seeds_runs_cities_or_rules_are_not_compared()
    {
        var one = Done();
        Assert.Empty(BreachComparison.Obstacles(one, one with { Id = "other" }));
        Assert.Contains("seeds", Obstacle(one with { Seed = 2 }), StringComparison.Ordinal);
        Assert.Contains("numbers of runs, 1000 and 999", Obstacle(one with { RunsDone = 999 }), StringComparison.Ordinal);
        Assert.Contains("definitions of the city", Obstacle(one with { City = new("other") }), StringComparison.Ordinal);
        Assert.Contains("versions of the rules", Obstacle(one with { RulesVersion = 99 }), StringComparison.Ordinal);
        Assert.Contains("breaches/b has not succeeded", Obstacle(one with { Headline = null, Phase = BreachPhase.Running }), StringComparison.Ordinal);
        Assert.Contains("breaches/b is a ranking", Obstacle(one with { Headline = null, Ranking = new([], null) }), StringComparison.Ordinal);
        Assert.Equal(2, BreachComparison.Obstacles(one, one with { Seed = 2, City = new("other") }).Length);

        string Obstacle(BreachStatus other) => Assert.Single(BreachComparison.Obstacles(one, other));
    }

    [Fact]
    public void A_difference_of_shares_has_the_interval_of_the_textbook()
    {
        // Newcombe 1998, table II, method 10: 56 of 70 and 48 of 80, and 10 of 10 and 0 of 10, at 95 %.
        var some = Figure(new(48, 80), new(56, 70));
        Assert.Equal((0.0524, 0.3339), (Math.Round(some.Interval.Low, 4), Math.Round(some.Interval.High, 4)));
        var all = Figure(new(0, 10), new(10, 10));
        Assert.Equal((1, 0.6075, 1), (all.Difference, Math.Round(all.Interval.Low, 4), Math.Round(all.Interval.High, 4)));

        static FigureDifference Figure(Proportion first, Proportion second) =>
            BreachComparison.Of(Headline with { Success = first }, Headline with { Success = second }, [], []).Figures[0];
    }

    [Fact]
    public void A_difference_of_hours_is_that_of_the_means()
    {
        var hours = BreachComparison.Of(Headline, Headline with { PersonHours = Sum(3_000) }, [], []).Figures[4];
        Assert.Equal(("person-hours", 1.5, 3.5, 2), (hours.Name, hours.First, hours.Second, hours.Difference));

        // Both have variance 0.25 h² * n / (n - 1), from 1,000 runs: 1.96 * sqrt(2 * 0.25 / 999).
        Assert.Equal(1.959964 * Math.Sqrt(0.5 / 999), hours.Interval.HalfWidth, 1e-6);
    }

    [Fact]
    public void Two_kept_breaches_differ_by_the_intervals_of_the_command_line_while_their_single_runs_are_kept()
    {
        const int runs = 600;
        var (plain, filtered) = (SmallBreach.Job(runs), Filtered(runs));
        var compared = new CompareJob(plain, filtered);
        var all = compared.Run(0, TestContext.Current.CancellationToken);
        for (var part = 1; part < BreachJob.PartsOf(runs); part++)
        {
            all.Merge(compared.Run(part, TestContext.Current.CancellationToken));
        }

        var report = CompareReport.Of(compared, all, "A", "B", BreachReport.DefaultConfidence);
        var (one, other) = (SmallBreach.AnswerOf(SmallBreach.Kept(runs)), SmallBreach.AnswerOf(new(SmallBreach.City, SmallBreach.Order(runs) with { Scenario = filtered.Scenario })));
        var kept = BreachComparison.Of(one.Headline!, other.Headline!, one.Notes, other.Notes);

        Assert.Equal(
            [true, true, false, true, true, true, true], kept.Figures.Select(figure => figure.IsPaired));
        foreach (var (figure, row, unit) in new[] { (0, 0, 100.0), (1, 1, 100), (3, 2, 100), (4, 3, 1), (6, 4, 1) })
        {
            Assert.Equal(report.Rows[row].Difference, kept.Figures[figure].Difference * unit, 1e-6);
            Assert.Equal(report.Rows[row].Interval!.Value.Low, kept.Figures[figure].Interval.Low * unit, 1e-6);
            Assert.Equal(report.Rows[row].Interval!.Value.High, kept.Figures[figure].Interval.High * unit, 1e-6);
        }

        // Without the single runs of one of them: wider, and said to be.
        var apart = BreachComparison.Of(one.Headline!, other.Headline!, one.Notes, []);
        Assert.False(apart.IsPaired);
        Assert.All(apart.Figures.Zip(kept.Figures).Where(pair => pair.Second.IsPaired), pair =>
            Assert.True(pair.First.Interval.HalfWidth > pair.Second.Interval.HalfWidth, $"{pair.First} is no wider than {pair.Second}."));

        static BreachJob Filtered(int runs) => new(SmallBreach.City, SmallBreach.Start, SmallBreach.Of(runs) with { Defences = [new("drill"), new("filter")] });
    }

    [Theory]
    [InlineData(null, 500, 0, 500)]
    [InlineData(10.0, 500, 0, 250)]
    [InlineData(10.0, 1_000, 2_048, 750)]
    [InlineData(10.0, 1_000, 20_000, 1_000)]
    public void Progress_of_a_ranking_with_a_budget_is_half_of_the_runs_and_half_of_the_sets(double? budget, int runs, int sets, int permille)
    {
        var order = Order("x") with { Ranking = new([], budget) };
        Assert.Equal(permille, (BreachRules.Order(BreachState.None, order).Status! with { RunsDone = runs, SetsTried = sets }).ProgressPermille);
    }

    private static KeptAnswer Answer(string report) => new(Headline, report, Headline.Success.Trials, []);

    private static BreachStatus Done() =>
        BreachRules.Succeed(BreachRules.Order(BreachState.None, Order("x")), Answer("{}"), Now).Status!;

    private static BreachOrder Order(string json) =>
        new("b", json, SmallBreach.Of(1_000), 0, SmallBreach.Start, "", "anna", "why", "r1", Now);

    /// <summary>A thousand values, half of them this and half a thousand more.</summary>
    private static Moments Sum(long value) =>
        Enumerable.Range(0, 1_000).Aggregate(new Moments(), (sum, run) => sum.Add(value + (run % 2 * 1_000)));
}
