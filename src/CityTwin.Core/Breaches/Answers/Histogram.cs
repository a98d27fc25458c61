using System.Collections.Immutable;
using System.Numerics;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// How values of runs are spread, in fixed bins: exact up to <see cref="ExactMax"/>, above that 64 bins to a power of two, so
/// that no bin is wider than 1/64 of its values. Counts and sums are integers; merged in any order they give the same
/// histogram. Times are in ms, quantities in thousandths. Not safe for use by several threads at once.
/// </summary>
/// <remarks>
/// Only bins that hold something are kept, from the least up: a tally has thousands of histograms, most of them of a dozen
/// values, and one long array for each would cost more to clear, to merge and to find in memory than the runs themselves.
/// </remarks>
public sealed class Histogram
{
    /// <summary>Up to here each value has a bin of its own.</summary>
    public const long ExactMax = 127;

    private const int BinsPerPower = 64;
    private const int FirstPower = 7;

    private Bin[] _bins = [];
    private int _binCount;
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
        Put(BinOf(value), 1);
        (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
    }

    public void Merge(Histogram other)
    {
        Moments = Moments.Merge(other.Moments);
        foreach (var (bin, count) in other.Bins)
        {
            Put(bin, count);
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

        var place = 0;
        for (var below = (long)_bins[0].Count; below < rank; below += _bins[place].Count)
        {
            place++;
        }

        var bin = _bins[place].Number;
        return Math.Clamp(LeastOf(bin) + ((WidthOf(bin) - 1) / 2), _least, _most);
    }

    /// <summary>How many values are at most this.</summary>
    /// <param name="value">0..<see cref="ExactMax"/>, where bins are exact.</param>
    public long CountAtMost(int value)
    {
        Invariant.Hold(value is >= 0 and <= (int)ExactMax, "Only where bins are exact can values be counted.");
        var count = 0L;
        foreach (var bin in Bins)
        {
            count += bin.Number <= value ? bin.Count : 0;
        }

        return count;
    }

    /// <summary>What it holds, for storing and sending.</summary>
    public HistogramState ToState() => new(
        Moments, Least, Most, [.. _bins.Take(_binCount).Select(bin => new HistogramBin(LeastOf(bin.Number), WidthOf(bin.Number), bin.Count))]);

    public static Histogram Of(HistogramState state)
    {
        var histogram = new Histogram { Moments = state.Moments };
        if (state.Moments.Count > 0)
        {
            (histogram._least, histogram._most) = (state.Least, state.Most);
        }

        foreach (var bin in state.Bins)
        {
            histogram.Put(BinOf(bin.Least), (int)bin.Count);
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

    private ReadOnlySpan<Bin> Bins => _bins.AsSpan(0, _binCount);

    private void Put(int number, int count)
    {
        var place = PlaceOf(number);
        if (place == _binCount || _bins[place].Number != number)
        {
            if (_binCount == _bins.Length)
            {
                Array.Resize(ref _bins, Math.Max(4, 2 * _binCount));
            }

            Array.Copy(_bins, place, _bins, place + 1, _binCount - place);
            _bins[place] = new(number, 0);
            _binCount++;
        }

        _bins[place] = new(number, _bins[place].Count + count);
    }

    /// <summary>The place of the first bin with this number or a greater one.</summary>
    private int PlaceOf(int number)
    {
        var (first, end) = (0, _binCount);
        while (first < end)
        {
            var middle = (first + end) / 2;
            (first, end) = _bins[middle].Number < number ? (middle + 1, end) : (first, middle);
        }

        return first;
    }

    /// <param name="Count">No more than <see cref="Moments.CountMax"/>.</param>
    private readonly record struct Bin(int Number, int Count);
}

/// <summary>The state of a <see cref="Histogram"/>: equal histograms have equal states.</summary>
/// <param name="Bins">Those that hold something, from the least up.</param>
[GenerateSerializer, Alias("histogram"), Immutable]
public sealed record HistogramState(
    Moments Moments, long Least, long Most, ImmutableArray<HistogramBin> Bins);

/// <summary>The values from <paramref name="Least"/> on, <paramref name="Width"/> of them, and how often they came.</summary>
[GenerateSerializer, Alias("histogram-bin"), Immutable]
public readonly record struct HistogramBin(long Least, long Width, long Count);
