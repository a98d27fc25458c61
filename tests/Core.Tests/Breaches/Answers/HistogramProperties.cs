using System.Numerics;
using CityTwin.Core.Breaches.Answers;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Answers;

public sealed class HistogramProperties
{
    private static readonly Gen<long[]> Values = Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, 100_000], Gen.Long[0, Moments.ValueMax]).Array[0, 60];

    [Fact]
    public void Merging_in_any_order_gives_the_same_state() => Gen.Select(Values, Values, Values).Sample((a, b, c) =>
    {
        var one = Of(a);
        one.Merge(Of(b));
        one.Merge(Of(c));
        var other = Of(c);
        var middle = Of(b);
        middle.Merge(Of(a));
        other.Merge(middle);
        AssertSame(Of([.. a, .. b, .. c]).ToState(), one.ToState());
        AssertSame(one.ToState(), other.ToState());
        AssertSame(one.ToState(), Histogram.Of(one.ToState()).ToState());
    });

    [Fact]
    public void Percentile_is_the_value_of_its_rank_to_within_a_128th() => Gen.Select(Values, Gen.Int[0, 1000]).Sample((values, permille) =>
    {
        var found = Of(values).Percentile(permille);
        var rank = Math.Max(1, ((values.Length * permille) + 999) / 1000);
        var exact = values.Length == 0 ? 0 : values.Order().ElementAt(rank - 1);
        Assert.InRange(Math.Abs(found - exact), 0, exact <= Histogram.ExactMax ? 0 : exact / 128);
    });

    [Fact]
    public void Mean_and_variance_are_exact() => Values.Where(values => values.Length > 1).Sample(values =>
    {
        var moments = Of(values).Moments;
        var sum = values.Aggregate(BigInteger.Zero, (total, value) => total + value);
        var spread = values.Aggregate(BigInteger.Zero, (total, value) => total + BigInteger.Pow((value * values.Length) - sum, 2));
        Assert.Equal((double)sum / values.Length, moments.Mean, 1e-9 * Math.Max(1, moments.Mean));
        var variance = (double)spread / values.Length / values.Length / (values.Length - 1);
        Assert.Equal(variance, moments.Variance, 1e-12 * Math.Max(1, variance));
    });

    [Fact]
    public void Bins_hold_the_values_that_they_say()
    {
        foreach (var value in Enumerable.Range(0, 48).SelectMany(power => new[] { (1L << power) - 1, 1L << power, (1L << power) + 1 }))
        {
            var bin = Assert.Single(Of([value]).ToState().Bins);
            Assert.InRange(value, bin.Least, bin.Least + bin.Width - 1);
            Assert.True(bin.Width == 1 || bin.Width * 64 <= bin.Least, $"The bin of {value} is wider than a 64th.");
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Moments.ValueMax + 1)]
    public void Value_that_sums_are_not_exact_for_is_refused(long value) =>
        Assert.Throws<InvariantBrokenException>(() => Of([value]));

    private static Histogram Of(long[] values)
    {
        var histogram = new Histogram();
        foreach (var value in values)
        {
            histogram.Add(value);
        }

        return histogram;
    }

    private static void AssertSame(HistogramState one, HistogramState other)
    {
        Assert.Equal((one.Moments, one.Least, one.Most), (other.Moments, other.Least, other.Most));
        Assert.Equal(one.Bins, other.Bins);
    }
}
