using System.Collections.Immutable;
using System.Numerics;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// How values of runs are spread, in fixed bins: exact up to <see cref="ExactMax"/>, above that 64 bins to a power of two, so
/// that no bin is wider than 1/64 of its values. Counts and sums are integers; merged in any order they give the same
/// histogram. Times are in ms, quantities in thousandths. Not safe for use by several threads at once.
/// </summary>
public sealed class Histogram
{
    /// <summary>Up to here each value has a bin of its own.</summary>
    public const long ExactMax = 127;

    private const int BinsPerPower = 64;
    private const int FirstPower = 7;

    private long[] _counts = [];
    private long _least = long.MaxValue;
    private long _most = long.MinValue;

    /// <summary>How many values, their exact sum and the exact sum of their squares.</summary>
    public Moments Moments { get; private set; }

    public long Count => Moments.Count;

    /// <summary>The exact least value; 0 for none.</summary>
    public long Least => Count == 0 ? 0 : _least;

    /// <summary>The exact greatest value; 0 for none.</summary>
    public long Most => Count == 0 ? 0 : _most;

    /// <param name="value">0..<see cref="Moments.ValueMax"/>.</param>
    public void Add(long value)
    {
        Invariant.Hold(value >= 0, "A histogram holds times and quantities, which are not negative.");
        Moments = Moments.Add(value);
        var bin = BinOf(value);
        Hold(bin);
        _counts[bin]++;
        (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
    }

    public void Merge(Histogram other)
    {
        Moments = Moments.Merge(other.Moments);
        Hold(other._counts.Length - 1);
        for (var bin = 0; bin < other._counts.Length; bin++)
        {
            _counts[bin] += other._counts[bin];
        }

        (_least, _most) = (Math.Min(_least, other._least), Math.Max(_most, other._most));
    }

    /// <summary>
    /// The value that so many per mille of all values do not exceed (nearest rank): exact up to <see cref="ExactMax"/>, else the
    /// middle of its bin, within 1/128 of it; 0 for no values.
    /// </summary>
    /// <param name="permille">0..1000; 0 is the least value, 1000 the greatest.</param>
    public long Percentile(int permille)
    {
        Invariant.Hold(permille is >= 0 and <= 1000, "A percentile is 0 to 1000 per mille.");
        return Count == 0 ? 0 : AtRank(Math.Max(1, (long)((((Int128)Count * permille) + 999) / 1000)));
    }

    /// <summary>The value at a place in their order: exact up to <see cref="ExactMax"/>, else the middle of its bin.</summary>
    /// <param name="rank">1..<see cref="Count"/>.</param>
    public long AtRank(long rank)
    {
        Invariant.Hold(rank >= 1 && rank <= Count, "A rank is 1 to the number of values.");
        if (rank == 1)
        {
            return _least;
        }

        if (rank == Count)
        {
            return _most;
        }

        var bin = 0;
        for (var below = _counts[0]; below < rank; below += _counts[bin])
        {
            bin++;
        }

        return Math.Clamp(LeastOf(bin) + ((WidthOf(bin) - 1) / 2), _least, _most);
    }

    /// <summary>How many values are at most this.</summary>
    /// <param name="value">0..<see cref="ExactMax"/>, where bins are exact.</param>
    public long CountAtMost(int value)
    {
        Invariant.Hold(value is >= 0 and <= (int)ExactMax, "Only where bins are exact can values be counted.");
        var count = 0L;
        for (var bin = 0; bin <= value && bin < _counts.Length; bin++)
        {
            count += _counts[bin];
        }

        return count;
    }

    /// <summary>What it holds, for storing and sending.</summary>
    public HistogramState ToState() => new(
        Moments, Least, Most, [.. Enumerable.Range(0, _counts.Length).Where(bin => _counts[bin] > 0).Select(bin => new HistogramBin(LeastOf(bin), WidthOf(bin), _counts[bin]))]);

    public static Histogram Of(HistogramState state)
    {
        var histogram = new Histogram { Moments = state.Moments };
        if (state.Moments.Count > 0)
        {
            (histogram._least, histogram._most) = (state.Least, state.Most);
        }

        foreach (var bin in state.Bins)
        {
            histogram.Hold(BinOf(bin.Least));
            histogram._counts[BinOf(bin.Least)] += bin.Count;
        }

        return histogram;
    }

    private static int BinOf(long value)
    {
        if (value <= ExactMax)
        {
            return (int)value;
        }

        var power = BitOperations.Log2((ulong)value);
        return (int)(ExactMax + 1) + ((power - FirstPower) * BinsPerPower) + ((int)(value >> (power - 6)) & (BinsPerPower - 1));
    }

    private static long LeastOf(int bin) => bin <= ExactMax
        ? bin
        : (BinsPerPower + ((bin - ExactMax - 1) % BinsPerPower)) << (PowerOf(bin) - 6);

    private static long WidthOf(int bin) => bin <= ExactMax ? 1 : 1L << (PowerOf(bin) - 6);

    private static int PowerOf(int bin) => FirstPower + ((bin - (int)ExactMax - 1) / BinsPerPower);

    /// <summary>Makes room for a bin; by whole powers, because most histograms never see large values.</summary>
    private void Hold(int bin)
    {
        if (bin >= _counts.Length)
        {
            Array.Resize(ref _counts, ((bin / BinsPerPower) + 1) * BinsPerPower);
        }
    }
}

/// <summary>The state of a <see cref="Histogram"/>: equal histograms have equal states.</summary>
/// <param name="Bins">Those that hold something, from the least up.</param>
[GenerateSerializer, Alias("histogram"), Immutable]
public sealed record HistogramState(
    Moments Moments, long Least, long Most, ImmutableArray<HistogramBin> Bins);

/// <summary>The values from <paramref name="Least"/> on, <paramref name="Width"/> of them, and how often they came.</summary>
[GenerateSerializer, Alias("histogram-bin"), Immutable]
public readonly record struct HistogramBin(long Least, long Width, long Count);
