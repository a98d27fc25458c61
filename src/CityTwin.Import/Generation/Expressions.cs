using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>Shorthands for the rules a generated city uses.</summary>
internal static class Expressions
{
    private const int Whole = 1_000_000;

    public static Expression Of(SegmentId segment) => new Supplier(segment);

    public static Expression Least(params Expression[] of) => of.Length == 1 ? of[0] : new Least([.. of]);

    public static Expression Greatest(IEnumerable<SegmentId> of)
    {
        var all = of.Select(Of).ToImmutableArray();
        return all.Length == 1 ? all[0] : new Greatest(all);
    }

    /// <summary>Works at <paramref name="without"/> per mille even when its supplier is gone: by hand, by habit, by radio.</summary>
    public static Expression AtLeast(int without, Expression of) => new Curve(of, [new(0, without), new(1000, 1000)]);

    public static Expression Mean(IEnumerable<Expression> of)
    {
        var all = of.ToImmutableArray();
        return Weighed(all, [.. all.Select(_ => 1.0)]);
    }

    /// <summary>A pool whose weights add up to one exactly, so that a whole supply reads 1000 and not 999.</summary>
    public static Expression Weighed(ImmutableArray<Expression> of, IReadOnlyList<double> weights)
    {
        if (of.Length == 1)
        {
            return of[0];
        }

        var parts = Shares.Of(Whole, weights);
        return new Pool([.. of.Select((expression, index) => new Weighted(expression, parts[index]))]);
    }
}
