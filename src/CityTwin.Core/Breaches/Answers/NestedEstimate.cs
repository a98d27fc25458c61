using System.Collections.Immutable;
using System.Numerics;
using CityTwin.Core.Breaches.Chances;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// A mean over draws of the inputs and runs with the same luck in each draw: a table of one value for each draw and run,
/// of which only sums are kept (exact integers; memory does not grow with the runs). The value of a draw and a run is taken
/// as overall mean + what the draw adds + what the luck of the run adds + the rest (two-way analysis of variance without
/// repetition; Searle, Casella, McCulloch, Variance Components, 1992). That tells the two kinds of uncertainty apart:
/// <list type="bullet">
/// <item><see cref="SamplingInterval"/>: that there were not more runs; averaged over the draws. More runs make it narrower.</item>
/// <item><see cref="InputInterval"/>: that the inputs are not known; the spread of the draws' means less what their runs surely add to
/// it. More runs do not help, better inputs do.</item>
/// </list>
/// For a proportion values are 0 and 1; for a paired difference they are differences.
/// </summary>
public sealed class NestedEstimate
{
    private readonly Moments[] _draws;

    /// <summary>Over runs, of the square of the sum over all draws: of a thousand large values more than 128 bits hold.</summary>
    private BigInteger _squares;

    /// <param name="draws">How many draws of the inputs; at least 2.</param>
    public NestedEstimate(int draws)
    {
        Invariant.Hold(draws is >= 2 and <= Model.BreachScenario.InputDrawsMax, "Draws of the inputs are 2 or more, within the limit of a scenario.");
        _draws = new Moments[draws];
    }

    /// <summary>How many draws.</summary>
    public int Draws => _draws.Length;

    /// <summary>How many runs of each draw.</summary>
    public long Runs => _draws[0].Count;

    /// <summary>One run in all draws.</summary>
    /// <param name="values">By draw; each within <see cref="Moments.ValueMax"/>.</param>
    public void Add(ReadOnlySpan<long> values)
    {
        Invariant.Hold(values.Length == Draws, "A run has one value for each draw.");
        var sum = 0L;
        for (var draw = 0; draw < values.Length; draw++)
        {
            _draws[draw] = _draws[draw].Add(values[draw]);
            sum += values[draw];
        }

        _squares += (BigInteger)sum * sum;
    }

    public void Merge(NestedEstimate other)
    {
        Invariant.Hold(other.Draws == Draws, "Only estimates over the same draws are merged.");
        for (var draw = 0; draw < _draws.Length; draw++)
        {
            _draws[draw] = _draws[draw].Merge(other._draws[draw]);
        }

        _squares += other._squares;
    }

    /// <summary>For sending to whoever merges.</summary>
    public NestedEstimateState ToState() => new([.. _squares.ToByteArray()], [.. _draws]);

    public static NestedEstimate Of(NestedEstimateState state)
    {
        var estimate = new NestedEstimate(state.Draws.Length) { _squares = new(state.Squares.AsSpan()) };
        state.Draws.CopyTo(estimate._draws);
        return estimate;
    }

    /// <summary>The mean of each draw.</summary>
    public ImmutableArray<double> DrawMeans => [.. _draws.Select(draw => draw.Mean)];

    /// <summary>The mean over everything.</summary>
    public double Mean => Runs == 0 ? 0 : (double)Sum / ((double)Runs * Draws);

    /// <summary>The standard error that the runs leave: of the means over draws, from run to run.</summary>
    public double SamplingError => Runs < 2 ? 0 : Math.Sqrt((double)SpreadOfRuns / ((double)Runs * (Runs - 1) * Runs)) / Draws;

    /// <summary>
    /// By how much the answer varies with the inputs, as a standard deviation: the variance of the draws' means less what is
    /// left over in the table divided by the runs; 0 where that would be negative.
    /// </summary>
    public double InputDeviation => Math.Sqrt(Math.Max(0, (SquareOfDraws - SquareOfRest) / Math.Max(1, Runs)));

    /// <summary>
    /// The same as <see cref="SamplingInterval"/> of values that are 0 or 1: Wilson's, for as many independent runs as leave the
    /// same error. Runs that all came to the same leave none, and yet the chance may be other than 0 or 1.
    /// </summary>
    public Interval? ChanceInterval(double confidence) =>
        Runs < 2 ? null : Proportion.Wilson(Mean, RunsWorth, StudentT.TwoSided(confidence, Runs - 1));

    /// <summary>The same of values that are -1, 0 or 1, as of <see cref="PairedProportions"/>.</summary>
    public Interval? DifferenceInterval(double confidence) =>
        Runs < 2 ? null : PairedProportions.Interval(ShareOf(-1), ShareOf(1), RunsWorth, StudentT.TwoSided(confidence, Runs - 1));

    /// <summary>Where the mean over inputs would come to lie with ever more runs of these draws. Null for fewer than two runs.</summary>
    public Interval? SamplingInterval(double confidence) =>
        Runs < 2 ? null : Interval.Around(Mean, StudentT.TwoSided(confidence, Runs - 1) * SamplingError);

    /// <summary>
    /// Where the answer lies for inputs drawn from their ranges, were there ever so many runs: a prediction interval for one
    /// more draw. What the runs add to the spread of the draws' means is taken off only as far as it is in it for sure: by
    /// chance a few draws spread hardly more than their runs do, and all of it taken off would leave next to nothing. It
    /// covers what it promises for inputs of any weight, none included. Null for fewer than two runs.
    /// </summary>
    public Interval? InputInterval(double confidence)
    {
        if (Runs < 2)
        {
            return null;
        }

        var variance = Math.Max(0, SquareOfDraws - (LeastShare(confidence, Draws - 1) * SquareOfRest)) / Runs;
        return Interval.Around(Mean, StudentT.TwoSided(confidence, Draws - 1) * Math.Sqrt(variance * (1 + (1.0 / Draws))));
    }

    /// <summary>Both together: the reaches of the two intervals, joined by their squares. Null for fewer than two runs.</summary>
    public Interval? BothInterval(double confidence) =>
        SamplingInterval(confidence) is { } sampling && InputInterval(confidence) is { } input ? Joined(sampling, input) : null;

    /// <summary>To either side of the mean the reaches of two intervals, joined by their squares.</summary>
    internal Interval Joined(Interval one, Interval other)
    {
        return new(Mean - Root(Mean - one.Low, Mean - other.Low), Mean + Root(one.High - Mean, other.High - Mean));

        static double Root(double one, double other) => Math.Sqrt((one * one) + (other * other));
    }

    /// <summary>
    /// What a mean square is of its expectation at least, with this confidence: a quantile of chi-square over its degrees of
    /// freedom (E. B. Wilson, M. M. Hilferty, PNAS 17, 1931).
    /// </summary>
    private static double LeastShare(double confidence, int degrees)
    {
        var variance = 2 / (9.0 * degrees);
        return Math.Pow(Math.Max(0, 1 - variance + (NormalDistribution.Quantile(1 - confidence) * Math.Sqrt(variance))), 3);
    }

    /// <summary>Of values that are -1, 0 or 1, the share that is not 0.</summary>
    private double Unequal => _draws.Average(draw => (double)draw.SumOfSquares / draw.Count);

    /// <summary>Of values that are -1, 0 or 1, how many independent runs would leave the same error.</summary>
    private double RunsWorth => SamplingError is > 0 and var error ? (Unequal - (Mean * Mean)) / (error * error) : Runs;

    /// <summary>The same, of those of one sign; what rounding leaves below 0 is 0.</summary>
    private double ShareOf(int sign) => Math.Max(0, (Unequal + (sign * Mean)) / 2);

    private BigInteger Sum
    {
        get
        {
            var sum = BigInteger.Zero;
            foreach (var draw in _draws)
            {
                sum += (BigInteger)draw.Sum;
            }

            return sum;
        }
    }

    /// <summary>The sum of squares between runs, times draws times runs.</summary>
    private BigInteger SpreadOfRuns => (_squares * Runs) - (Sum * Sum);

    /// <summary>Mean square between draws.</summary>
    private double SquareOfDraws => Runs == 0 ? 0 : (double)SpreadOfDraws / ((double)Draws * Runs * (Draws - 1));

    /// <summary>Mean square of what neither the draw nor the luck of the run explains.</summary>
    private double SquareOfRest
    {
        get
        {
            if (Runs < 2)
            {
                return 0;
            }

            // All three sums of squares times draws times runs, exact.
            var total = BigInteger.Zero;
            foreach (var draw in _draws)
            {
                total += (BigInteger)draw.SumOfSquares;
            }

            var all = (total * Draws * Runs) - (Sum * Sum);
            return (double)(all - SpreadOfDraws - SpreadOfRuns) / ((double)Draws * Runs * (Draws - 1) * (Runs - 1));
        }
    }

    /// <summary>The sum of squares between draws, times draws times runs.</summary>
    private BigInteger SpreadOfDraws
    {
        get
        {
            var squares = BigInteger.Zero;
            foreach (var draw in _draws)
            {
                squares += BigInteger.Pow((BigInteger)draw.Sum, 2);
            }

            return (squares * Draws) - (Sum * Sum);
        }
    }
}

/// <summary>The state of a <see cref="NestedEstimate"/>: equal estimates have equal states.</summary>
/// <param name="Squares">Over runs, of the square of the sum over all draws: little-endian, two's complement.</param>
/// <param name="Draws">Over runs, of each draw.</param>
[GenerateSerializer, Alias("nested-estimate"), Immutable]
public sealed record NestedEstimateState(ImmutableArray<byte> Squares, ImmutableArray<Moments> Draws);
