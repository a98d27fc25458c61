using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>What an expression gives, from the levels of the segments it names; exact integers throughout.</summary>
public static class ExpressionRules
{
    private const int Millionths = 1_000_000;

    /// <summary>The level in per mille, 0..1000; an absent expression gives 1000.</summary>
    public static int Evaluate(Expression? expression, Func<SegmentId, int> levelOf) => expression switch
    {
        null => 1000,
        Constant constant => constant.Level,
        Supplier supplier => levelOf(supplier.Segment),
        Least least => least.Of.Min(term => Evaluate(term, levelOf)),
        Greatest greatest => greatest.Of.Max(term => Evaluate(term, levelOf)),
        KthLargest votes => votes.Of.Select(term => Evaluate(term, levelOf)).OrderDescending().ElementAt(votes.K - 1),
        Pool pool => Pooled(pool.Of.Sum(term => (long)term.Millionths * Evaluate(term.Of, levelOf))),
        Leontief leontief => LeftByShares(leontief.Of.Sum(term => (long)term.Millionths * (1000 - Evaluate(term.Of, levelOf)))),
        Curve curve => OnCurve(curve.Points.AsSpan(), Evaluate(curve.Of, levelOf)),
        _ => throw new InvariantBrokenException("The operators of an expression are a closed family."),
    };

    /// <summary>The segments that a rule reads, each once, in the order of first mention: supply, then needs.</summary>
    public static ImmutableArray<SegmentId> Suppliers(SegmentRule rule) =>
        [.. Suppliers(rule.Supply).Concat(Suppliers(rule.Needs)).Distinct()];

    /// <summary>The segments that an expression reads, in the order of mention, with repetitions.</summary>
    public static IEnumerable<SegmentId> Suppliers(Expression? expression) => expression switch
    {
        Supplier supplier => [supplier.Segment],
        null or Constant => [],
        _ => Terms(expression).SelectMany(Suppliers),
    };

    /// <summary>The expressions directly inside an expression.</summary>
    public static ImmutableArray<Expression> Terms(Expression expression) => expression switch
    {
        Least least => least.Of,
        Greatest greatest => greatest.Of,
        KthLargest votes => votes.Of,
        Pool pool => [.. pool.Of.Select(term => term.Of)],
        Leontief leontief => [.. leontief.Of.Select(term => term.Of)],
        Curve curve => [curve.Of],
        _ => [],
    };

    /// <summary>A pool's level from its sum of weight (millionths) times level.</summary>
    internal static int Pooled(long weightedSum) => (int)Math.Min(1000, weightedSum / Millionths);

    /// <summary>A leontief's level from its sum of share (millionths) times loss (1000 - level), rounded up.</summary>
    internal static int LeftByShares(long lossSum) => (int)Math.Max(0, 1000 - ((lossSum / Millionths) + (lossSum % Millionths == 0 ? 0 : 1)));

    private static int OnCurve(ReadOnlySpan<CurvePoint> points, int level)
    {
        if (level <= points[0].In)
        {
            return points[0].Out;
        }

        for (var i = 1; i < points.Length; i++)
        {
            if (level <= points[i].In)
            {
                return Between(points[i - 1].In, points[i - 1].Out, points[i].In, points[i].Out, level);
            }
        }

        return points[^1].Out;
    }

    /// <summary>The floored value at <paramref name="level"/> on the line between two points.</summary>
    internal static int Between(int in0, int out0, int in1, int out1, int level) =>
        out0 + ((level - in0) * (out1 - out0) / (in1 - in0));
}
