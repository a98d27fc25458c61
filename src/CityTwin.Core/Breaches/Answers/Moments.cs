using System.Numerics;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// How many values there were, their sum and the sum of their squares: exact integers, so the order in which they were added
/// and merged leaves no trace.
/// </summary>
[GenerateSerializer, Alias("moments"), Immutable]
public readonly record struct Moments(long Count, Int128 Sum, Int128 SumOfSquares)
{
    /// <summary>The largest value either side of 0: of milliseconds 8,900 years, of thousandths 281 thousand million.</summary>
    public const long ValueMax = 1L << 48;

    /// <summary>The most values: with <see cref="ValueMax"/> the sums cannot overflow.</summary>
    public const long CountMax = int.MaxValue;

    public static Moments Of(long value)
    {
        Invariant.Hold(value is >= -ValueMax and <= ValueMax, "A value of a run is within the range that sums are exact in.");
        return new(1, value, Math.BigMul(value, value));
    }

    public Moments Add(long value) => Merge(Of(value));

    public Moments Merge(Moments other)
    {
        var count = Count + other.Count;
        Invariant.Hold(count <= CountMax, "No more values are merged than sums are exact for.");
        return unchecked(new(count, Sum + other.Sum, SumOfSquares + other.SumOfSquares)); // these bounds keep them from overflow
    }

    /// <summary>0 for no values.</summary>
    public double Mean => Count == 0 ? 0 : (double)Sum / Count;

    /// <summary>The variance of the values, estimated with n - 1; 0 for fewer than two.</summary>
    public double Variance => Count < 2 ? 0 : (double)Spread / ((double)Count * (Count - 1));

    /// <summary>An interval for the mean of what the values were drawn from, by Student's t. Null for fewer than two values.</summary>
    public Interval? MeanInterval(double confidence) =>
        Count < 2 ? null : Interval.Around(Mean, StudentReach(confidence));

    private double StudentReach(double confidence) => Chances.StudentT.TwoSided(confidence, Count - 1) * Math.Sqrt(Variance / Count);

    /// <summary>n times the sum of squares less the square of the sum; exact, because the difference of two large numbers is small.</summary>
    private BigInteger Spread => (Count * (BigInteger)SumOfSquares) - BigInteger.Pow((BigInteger)Sum, 2);
}
