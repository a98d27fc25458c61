using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Reading;

/// <summary>
/// What is alike in many things of a city, kept once: a million sensors have a few dozen kinds, units and limits, and a few
/// thousand different rules of what they need.
/// </summary>
internal sealed class SharedParts
{
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<SensorLimits> _limits = [];
    private readonly HashSet<Expression> _expressions = new(SameRule.Comparer);

    /// <summary>An id, or a word that many things have.</summary>
    public string Text(string text) => One(_texts, text);

    public SensorLimits Limits(SensorLimits limits) => One(_limits, limits);

    public Expression Rule(Expression rule) => One(_expressions, rule);

    private static T One<T>(HashSet<T> known, T wanted)
    {
        if (known.TryGetValue(wanted, out var first))
        {
            return first;
        }

        known.Add(wanted);
        return wanted;
    }

    /// <summary>Records that hold lists are equal only where these are the same: here what they list is compared.</summary>
    private sealed class SameRule : IEqualityComparer<Expression>
    {
        public static SameRule Comparer { get; } = new();

        public bool Equals(Expression? a, Expression? b) => ReferenceEquals(a, b) || (a, b) switch
        {
            (Least one, Least other) => one.Of.SequenceEqual(other.Of, this),
            (Greatest one, Greatest other) => one.Of.SequenceEqual(other.Of, this),
            (KthLargest one, KthLargest other) => one.K == other.K && one.Of.SequenceEqual(other.Of, this),
            (Pool one, Pool other) => Equals(one.Of, other.Of),
            (Leontief one, Leontief other) => Equals(one.Of, other.Of),
            (Curve one, Curve other) => Equals(one.Of, other.Of) && one.Points.SequenceEqual(other.Points),
            _ => a == b,
        };

        public int GetHashCode(Expression rule) => rule switch
        {
            Least least => Of(least.Of, 1),
            Greatest greatest => Of(greatest.Of, 2),
            KthLargest largest => Of(largest.Of, largest.K),
            Pool pool => Of(pool.Of, 3),
            Leontief leontief => Of(leontief.Of, 4),
            Curve curve => curve.Points.Aggregate(Of([curve.Of], 5), HashCode.Combine),
            _ => rule.GetHashCode(),
        };

        private bool Equals(ImmutableArray<Weighted> one, ImmutableArray<Weighted> other) =>
            one.Length == other.Length && one.Zip(other).All(pair => pair.First.Millionths == pair.Second.Millionths && Equals(pair.First.Of, pair.Second.Of));

        private int Of(ImmutableArray<Weighted> parts, int kind) =>
            parts.Aggregate(kind, (hash, part) => HashCode.Combine(hash, part.Millionths, GetHashCode(part.Of)));

        private int Of(IEnumerable<Expression> parts, int kind) => parts.Aggregate(kind, (hash, part) => HashCode.Combine(hash, GetHashCode(part)));
    }
}
