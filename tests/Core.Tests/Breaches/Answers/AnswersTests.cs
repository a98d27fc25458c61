using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Chances;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>The statistics of reports, by numbers from tables and by what must hold of each.</summary>
public sealed class AnswersTests
{
    [Theory]
    [InlineData(0.95, 1, 12.70620474)]
    [InlineData(0.95, 2, 4.30265273)]
    [InlineData(0.95, 3, 3.18244631)]
    [InlineData(0.95, 9, 2.26215716)]
    [InlineData(0.99, 4, 4.60409487)]
    [InlineData(0.95, 30, 2.04227246)]
    [InlineData(0.95, 999, 1.96234146)]
    [InlineData(0.999, 5, 6.86882663)]
    public void Student_quantile_is_that_of_the_tables(double confidence, int degrees, double expected) =>
        Assert.Equal(expected, StudentT.TwoSided(confidence, degrees), 2e-5 * expected);

    [Fact]
    public void Wilson_interval_is_that_of_the_textbook()
    {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29 at 95 %.
        AssertInterval(0.2553, 0.3662, new Proportion(81, 263).Wilson(0.95));
        AssertInterval(0.0624, 0.1605, new Proportion(15, 148).Wilson(0.95));
        AssertInterval(0, 0.1611, new Proportion(0, 20).Wilson(0.95));
        AssertInterval(0.0061, 0.1718, new Proportion(1, 29).Wilson(0.95));
        Assert.Equal(new Interval(0, 1), new Proportion().Wilson(0.95));
    }

    [Fact]
    public void Stopping_rule_looks_at_fixed_counts_and_divides_the_error()
    {
        var rule = new StoppingRule(0.95, 0.01, 20_000);
        Assert.Equal([1_000, 2_000, 5_000, 10_000, 20_000], rule.Looks);
        Assert.Equal(0.99, rule.LookConfidence, 1e-12);
        Assert.Equal((1_000, 2_000, 20_000, null), (rule.NextLook(0), rule.NextLook(1_000), rule.NextLook(12_345), rule.NextLook(20_000)));
        Assert.False(rule.Stops([new(0, 999)]));
        Assert.True(rule.Stops([new(0, 1_000)]));
        Assert.False(rule.Stops([new(0, 1_000), new(500, 1_000)]));
        Assert.True(rule.Stops([new(10_000, 20_000)]));
        Assert.Contains("1,000, 2,000, 5,000, 10,000, 20,000 runs", rule.Describe(), StringComparison.Ordinal);
        Assert.Equal([300], new StoppingRule(0.95, 0.01, 300).Looks);
        Assert.Equal([20_000], new StoppingRule(0.95, 0, 20_000).Looks);
    }

    [Fact]
    public void Paired_difference_says_nothing_where_the_interval_spans_zero()
    {
        Assert.Equal(Verdict.NotDistinguishable, new PairedProportions(0, 0, 1_000).Verdict(0.95));
        Assert.Equal(Verdict.NotDistinguishable, new PairedProportions(3, 1, 1_000).Verdict(0.95));
        Assert.Equal(Verdict.Lower, new PairedProportions(40, 5, 1_000).Verdict(0.95));
        Assert.Equal(Verdict.Higher, new PairedProportions(5, 40, 1_000).Verdict(0.95));
        Assert.Null(new PairedDifference().Add(1, 1).Add(1, 5).Interval(0.95));
        Assert.Equal(Verdict.NotDistinguishable, new PairedDifference().Add(1, 1).Add(1, 5).Verdict(0.95));
    }

    [Fact]
    public void A_budget_of_exactly_what_a_set_costs_buys_it() =>
        Assert.Equal([0, 1], BestSet.Find([0.1, 0.2], 0.3, set => set.Length).Items);

    [Fact]
    public void Two_runs_that_differ_alike_tell_no_defence_from_none() =>
        Assert.Equal(Verdict.NotDistinguishable, new PairedDifference(new Moments(998, 0, 0), 0).Add(500, 0).Add(500, 0).Verdict(0.95));

    [Fact]
    public void Paired_runs_beat_independent_ones_of_a_small_effect()
    {
        // Both variants succeed in half of the runs; the second also fails in 2 % of all that the first wins.
        var luck = new Luck(7);
        var (paired, first, second) = (new PairedProportions(), new Proportion(), new Proportion());
        for (var run = 0; run < 5_000; run++)
        {
            var (a, isStopped) = (luck.Happens(0.5), luck.Happens(0.02));
            paired = run < 500 ? paired.Add(a, a && !isStopped) : paired;
            (first, second) = (first.Add(a), second.Add(luck.Happens(0.49)));
        }

        Assert.True(paired.Interval(0.95).HalfWidth < Math.Sqrt(Square(first.Wilson(0.95).HalfWidth) + Square(second.Wilson(0.95).HalfWidth)));
    }

    [Fact]
    public void Nested_estimate_merges_in_any_order() => Gen.Int[-1_000, 1_000].Array[4].Array[2, 20].Sample(rows =>
    {
        var (whole, back) = (new NestedEstimate(4), new NestedEstimate(4));
        foreach (var row in rows)
        {
            whole.Add([.. row.Select(value => (long)value)]);
        }

        foreach (var row in rows.Reverse())
        {
            var one = new NestedEstimate(4);
            one.Add([.. row.Select(value => (long)value)]);
            back.Merge(one);
        }

        Assert.Equal((whole.Mean, whole.SamplingError, whole.InputDeviation), (back.Mean, back.SamplingError, back.InputDeviation));
    });

    [Fact]
    public void Nested_estimate_holds_the_largest_values_in_all_draws()
    {
        var estimate = new NestedEstimate(1_000);
        long[] values = [.. Enumerable.Repeat(Moments.ValueMax, 1_000)];
        estimate.Add(values);
        estimate.Add(values);
        Assert.Equal((Moments.ValueMax, 0, 0), (estimate.Mean, estimate.SamplingError, estimate.InputDeviation));
    }

    [Fact]
    public void Nested_estimate_sees_no_input_where_draws_differ_only_by_luck()
    {
        var estimate = new NestedEstimate(3);
        estimate.Add([10, 20, 30]);
        estimate.Add([30, 10, 20]);
        estimate.Add([20, 30, 10]);
        Assert.Equal((20, 0, 0), (estimate.Mean, estimate.SamplingError, estimate.InputDeviation));
        var steady = new NestedEstimate(3);
        steady.Add([10, 20, 30]);
        steady.Add([10, 20, 30]);
        Assert.Equal((20, 0, 10), (steady.Mean, steady.SamplingError, steady.InputDeviation));
    }

    [Fact]
    public void Nested_estimate_is_the_two_way_analysis_of_variance_of_the_textbook() => Gen.Int[-1_000, 1_000].Array[4].Array[2, 20].Sample(rows =>
    {
        var estimate = new NestedEstimate(4);
        foreach (var row in rows)
        {
            estimate.Add([.. row.Select(value => (long)value)]);
        }

        var mean = rows.Average(row => row.Average());
        var runMeans = rows.Select(row => row.Average()).ToArray();
        var drawMeans = Enumerable.Range(0, 4).Select(draw => rows.Average(row => row[draw])).ToArray();
        var draws = rows.Length * drawMeans.Sum(value => Square(value - mean)) / 3;
        var rest = rows.Select((row, run) => row.Select((value, draw) => Square(value - runMeans[run] - drawMeans[draw] + mean)).Sum()).Sum() / (3 * (rows.Length - 1));
        Assert.Equal(mean, estimate.Mean, 1e-9);
        Assert.Equal(drawMeans, estimate.DrawMeans);
        Assert.Equal(Math.Max(0, (draws - rest) / rows.Length), Square(estimate.InputDeviation), 1e-6);
        Assert.Equal(runMeans.Sum(value => Square(value - mean)) / (rows.Length - 1) / rows.Length, Square(estimate.SamplingError), 1e-6);
    });

    [Fact]
    public void Tornado_rarely_takes_noise_for_an_input_that_moves_the_answer()
    {
        var luck = new Luck(10);
        var alarms = Enumerable.Range(0, 1_000).Count(_ => Tornado.Of(
            [.. Enumerable.Range(0, 20).Select(index => new DrawnInput($"input-{index}", 0, 1, [.. Enumerable.Range(0, 30).Select(_ => luck.Unit())]))],
            [.. Enumerable.Range(0, 30).Select(_ => luck.Normal())],
            0.95)[0].IsBeyondNoise);
        Assert.InRange(alarms, 20, 65);
    }

    [Fact]
    public void Tornado_ranks_inputs_by_how_much_they_move_the_answer()
    {
        var luck = new Luck(9);
        var inputs = Enumerable.Range(0, 30).Select(index => new DrawnInput(
            $"input-{index:00}", 0, 2, [.. Enumerable.Range(0, 200).Select(_ => 2 * luck.Unit())])).ToArray();
        var answers = Enumerable.Range(0, 200).Select(draw => (5 * inputs[17].Values[draw]) - (2 * inputs[3].Values[draw]) + (0.1 * luck.Normal())).ToArray();
        var bars = Tornado.Of(inputs, answers, 0.95);
        Assert.Equal(["input-17", "input-03"], bars.Take(2).Select(bar => bar.Input));
        Assert.Equal([true, true, false], bars.Take(3).Select(bar => bar.IsBeyondNoise));
        Assert.InRange(bars[0].Swing, 9, 11);
        Assert.InRange(bars[1].Swing, -6, -2);
    }

    [Fact]
    public void Best_set_is_the_best_of_all_where_all_are_tried() =>
        (from count in Gen.Int[0, 8]
         from costs in Gen.Int[0, 9].Array[count]
         from budget in Gen.Int[0, 30]
         from worth in Gen.Int[0, 20].Array[1 << count]
         select (costs: costs.Select(cost => (double)cost).ToArray(), budget, worth)).Sample(item =>
        {
            double Value(ImmutableArray<int> set) => item.worth[set.Sum(index => 1 << index)];
            var best = Enumerable.Range(0, 1 << item.costs.Length)
                .Where(mask => item.costs.Where((_, index) => (mask & (1 << index)) != 0).Sum() <= item.budget).Max(mask => item.worth[mask]);
            var found = BestSet.Find(item.costs, item.budget, Value);
            Assert.Equal((best, false), (found.Value, found.IsHeuristic));
            Assert.True(found.Cost <= item.budget && found.Items.SequenceEqual(found.Items.Order()));
        });

    [Fact]
    public void Best_set_of_many_is_a_heuristic_that_finds_a_pair_worth_something_only_together()
    {
        var costs = Enumerable.Repeat(1.0, 20).ToArray();
        double Value(ImmutableArray<int> set) => set.Count(item => item < 5) + (set.Contains(11) && set.Contains(17) ? 10 : 0) - (0.1 * set.Length);
        var found = BestSet.Find(costs, 6, Value);
        Assert.True(found is { IsHeuristic: true, IsCutShort: false });
        Assert.Equal([0, 1, 2, 3, 11, 17], found.Items);
        Assert.True(found.Tried <= BestSet.TriedMax);
    }

    [Fact]
    public void Best_set_stops_at_its_limit_and_says_so()
    {
        var found = BestSet.Find([.. Enumerable.Repeat(1.0, 250)], 200, set => set.Length);
        Assert.True(found is { IsHeuristic: true, IsCutShort: true, Cost: <= 200 });
        Assert.True(found.Tried <= BestSet.TriedMax);
    }

    private static double Square(double value) => value * value;

    private static void AssertInterval(double low, double high, Interval interval)
    {
        Assert.Equal(low, interval.Low, 5e-5);
        Assert.Equal(high, interval.High, 5e-5);
    }
}
