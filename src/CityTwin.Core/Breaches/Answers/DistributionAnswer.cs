using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>How values of runs are spread, in bins of equal width from 0 on, to be drawn.</summary>
/// <param name="Name">What is spread: <c>compromise</c> in seconds, <c>personHours</c> in hours.</param>
/// <param name="BinWidth">In the unit; 0 where there are no values above 0.</param>
/// <param name="Counts">Of each bin how many runs; a value on a border counts to the bin above.</param>
public sealed record DistributionAnswer(string Name, double BinWidth, ImmutableArray<long> Counts)
{
    /// <summary>The most bins.</summary>
    public const int BinsMax = 40;

    private static readonly ImmutableArray<double> Roundings = [1, 2, 2.5, 5, 10];

    /// <param name="unit">By what values are divided.</param>
    internal static DistributionAnswer Of(string name, Histogram values, double unit)
    {
        if (values.Most == 0)
        {
            return new(name, 0, values.Count > 0 ? [values.Count] : []);
        }

        var width = RoundUp(values.Most / unit / BinsMax);
        var counts = new long[(int)(values.Most / unit / width) + 1];
        var bins = values.ToState().Bins;
        var below = 0L;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            var upTo = bin == counts.Length - 1 ? values.Count : (long)Math.Round(CountBelow(bins, (bin + 1) * width * unit));
            (counts[bin], below) = (upTo - below, upTo);
        }

        return new(name, width, [.. counts]);
    }

    /// <summary>Evenly spread within each bin: to take it by its middle would show stripes where bins of both kinds beat.</summary>
    private static double CountBelow(ImmutableArray<HistogramBin> bins, double value) =>
        bins.Sum(bin => bin.Count * Math.Clamp((value - bin.Least) / bin.Width, 0, 1));

    /// <summary>The next round number, so that bins begin at numbers that people read easily.</summary>
    private static double RoundUp(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Roundings.First(rounding => rounding * power >= value) * power;
    }
}
