using CityTwin.Core.Breaches.Answers;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>
/// Every interval that is printed covers a known truth as often as it promises: checked by repetition with fixed seeds. What
/// 2,000 repetitions say of 95 % scatters by half a percentage point, so 1.5 below the promise is allowed, and no more.
/// </summary>
public sealed class CoverageTests
{
    private const int Repetitions = 2_000;
    private const double Confidence = 0.95;
    private const double Tolerance = 0.015;

    [Theory]
    [InlineData(1UL, 0.5, 1_000)]
    [InlineData(2UL, 0.1, 1_000)]
    [InlineData(3UL, 0.01, 1_000)]
    [InlineData(4UL, 0.97, 200)]
    [InlineData(5UL, 0.003, 1_000)]
    public void Wilson_interval_covers_the_chance(ulong seed, double chance, int runs) => AssertCovers(seed, luck =>
    {
        var counted = new Proportion();
        for (var run = 0; run < runs; run++)
        {
            counted = counted.Add(luck.Happens(chance));
        }

        return counted.Wilson(Confidence).Contains(chance);
    });

    [Theory]
    [InlineData(11UL, 0.5)]
    [InlineData(12UL, 0.1)]
    public void Interval_where_the_rule_stopped_covers_the_chance(ulong seed, double chance) => AssertCovers(seed, luck =>
    {
        var rule = new StoppingRule(Confidence, 0.024, 5_000);
        var counted = new Proportion();
        while (!rule.Stops([counted]))
        {
            for (var next = rule.NextLook(counted.Trials); counted.Trials < next;)
            {
                counted = counted.Add(luck.Happens(chance));
            }
        }

        return counted.Wilson(rule.LookConfidence).Contains(chance);
    });

    /// <summary>From many discordant runs to next to none, and all of one kind.</summary>
    [Theory]
    [InlineData(21UL, 0.3, 0.2, 500)]
    [InlineData(22UL, 0.02, 0.01, 500)]
    [InlineData(23UL, 0.006, 0, 1_000)]
    [InlineData(24UL, 0.003, 0.001, 1_000)]
    [InlineData(25UL, 0, 0, 500)]
    public void Paired_proportions_interval_covers_the_difference(ulong seed, double onlyFirst, double onlySecond, int runs) => AssertCovers(seed, luck =>
    {
        var paired = new PairedProportions();
        for (var run = 0; run < runs; run++)
        {
            var unit = luck.Unit();
            paired = paired.Add(unit < onlyFirst, unit >= onlyFirst && unit < onlyFirst + onlySecond);
        }

        return paired.Interval(Confidence).Contains(onlySecond - onlyFirst);
    });

    /// <summary>Differences that are exponential where there are any: skewed, as losses are.</summary>
    [Theory]
    [InlineData(31UL, 1.0, 500)]
    [InlineData(32UL, 0.3, 500)]
    [InlineData(33UL, 0.1, 1_000)]
    [InlineData(34UL, 0.02, 1_000)]
    [InlineData(35UL, 0.008, 1_000)]
    public void Paired_difference_interval_covers_the_mean_difference(ulong seed, double unequal, int runs) => AssertCovers(seed, luck =>
    {
        var paired = new PairedDifference();
        for (var run = 0; run < runs; run++)
        {
            paired = paired.Add(0, luck.Happens(unequal) ? 1 + (long)luck.Exponential(10_000) : 0);
        }

        // The mean of 1 + an exponential cut to whole numbers.
        var mean = unequal * (1 + (1 / (Math.Exp(1 / 10_000.0) - 1)));
        return paired.Interval(Confidence) is not { } interval || interval.Contains(mean);
    });

    /// <summary>Differences of one size and either sign, as of records: by chance a few are all of one sign.</summary>
    [Theory]
    [InlineData(61UL, 0.003, 0.5)]
    [InlineData(62UL, 0.008, 0.5)]
    [InlineData(63UL, 0.02, 0.5)]
    [InlineData(64UL, 0.09, 0.5)]
    [InlineData(65UL, 0.008, 0.8)]
    [InlineData(66UL, 0.03, 0.9)]
    public void Paired_difference_interval_of_equal_amounts_covers_their_mean(ulong seed, double unequal, double higher) => AssertCovers(seed, luck =>
    {
        var paired = new PairedDifference();
        for (var run = 0; run < 1_000; run++)
        {
            paired = paired.Add(500, luck.Happens(unequal) ? (luck.Happens(higher) ? 1_000 : 0) : 500);
        }

        return paired.Interval(Confidence) is not { } interval || interval.Contains(500 * unequal * ((2 * higher) - 1));
    });

    /// <summary>A chance over draws of inputs that do not matter; next to never, next to always.</summary>
    [Theory]
    [InlineData(71UL, 0.003)]
    [InlineData(72UL, 0.01)]
    [InlineData(73UL, 0.1)]
    [InlineData(74UL, 0.997)]
    public void Nested_interval_of_a_chance_covers_it(ulong seed, double chance) => AssertCovers(seed, luck =>
    {
        var estimate = new NestedEstimate(4);
        for (var run = 0; run < 250; run++)
        {
            var value = luck.Happens(chance) ? 1 : 0;
            estimate.Add([value, value, value, value]);
        }

        var answer = NestedAnswer.OfChance(estimate, Confidence);
        return answer.Sampling!.Value.Contains(chance) && answer.Both!.Value.Contains(chance);
    });

    /// <summary>The difference of two chances, likewise: in all draws the same runs differ.</summary>
    [Theory]
    [InlineData(81UL, 0.002)]
    [InlineData(82UL, 0.01)]
    [InlineData(83UL, 0.1)]
    public void Nested_interval_of_a_difference_of_chances_covers_it(ulong seed, double less) => AssertCovers(seed, luck =>
    {
        var estimate = new NestedEstimate(4);
        for (var run = 0; run < 250; run++)
        {
            var value = luck.Happens(less) ? -1 : 0;
            estimate.Add([value, value, value, value]);
        }

        var answer = NestedAnswer.OfDifference(estimate, Confidence);
        return answer.Sampling!.Value.Contains(-less) && answer.Both!.Value.Contains(-less);
    });

    /// <summary>Inputs, luck and their interplay of known size; the truth of one more draw, and of the draws at hand.</summary>
    [Theory]
    [InlineData(41UL, 30, 100)]
    [InlineData(42UL, 20, 0)]
    [InlineData(43UL, 10, 300)]
    [InlineData(44UL, 6, 20)]
    [InlineData(45UL, 3, 40)]
    public void Nested_intervals_cover_what_each_is_about(ulong seed, int draws, double input)
    {
        const int runs = 60;
        var luck = new Luck(seed);
        var (samplingCovers, inputCovers, bothCovers) = (0, 0, 0);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var inputs = Enumerable.Range(0, draws).Select(_ => input * luck.Normal()).ToArray();
            var estimate = new NestedEstimate(draws);
            for (var run = 0; run < runs; run++)
            {
                var shared = 200 * luck.Normal();
                estimate.Add([.. inputs.Select(added => (long)Math.Round(5_000 + added + shared + (150 * luck.Normal())))]);
            }

            var another = 5_000 + (input * luck.Normal());
            samplingCovers += estimate.SamplingInterval(Confidence)!.Value.Contains(5_000 + inputs.Average()) ? 1 : 0;

            // An interval for the input alone is about a mean without sampling error; taking the known error off shows just that.
            var shift = estimate.Mean - (5_000 + inputs.Average());
            inputCovers += estimate.InputInterval(Confidence)!.Value.Contains(another + shift) ? 1 : 0;
            bothCovers += estimate.BothInterval(Confidence)!.Value.Contains(another) ? 1 : 0;
        }

        AssertEnough(seed, samplingCovers, "sampling");
        AssertEnough(seed, bothCovers, "both");
        if (input > 0)
        {
            AssertEnough(seed, inputCovers, "input");
        }
    }

    private static void AssertCovers(ulong seed, Func<Luck, bool> isCovered)
    {
        var luck = new Luck(seed);
        AssertEnough(seed, Enumerable.Range(0, Repetitions).Count(_ => isCovered(luck)), "it");
    }

    private static void AssertEnough(ulong seed, int covered, string what) => Assert.True(
        covered >= (Confidence - Tolerance) * Repetitions, $"Seed {seed}: {what} covered the truth in {covered} of {Repetitions} repetitions.");
}
