using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// A monotone function of segment levels; all levels are integers 0..1000 per mille. The closed family of
/// operators is <see cref="Constant"/>, <see cref="Supplier"/>, <see cref="Least"/>, <see cref="Greatest"/>,
/// <see cref="KthLargest"/>, <see cref="Pool"/>, <see cref="Curve"/> and <see cref="Leontief"/>.
/// </summary>
public abstract record Expression;

/// <summary>A fixed level, 0..1000.</summary>
public sealed record Constant(int Level) : Expression;

/// <summary>The level of another segment.</summary>
public sealed record Supplier(SegmentId Segment) : Expression;

/// <summary><c>min</c>: all are needed.</summary>
public sealed record Least(ImmutableArray<Expression> Of) : Expression;

/// <summary><c>max</c>: the best alternative counts.</summary>
public sealed record Greatest(ImmutableArray<Expression> Of) : Expression;

/// <summary><c>kofn</c>: the K-th largest, 1..n; two of three pumps.</summary>
public sealed record KthLargest(int K, ImmutableArray<Expression> Of) : Expression;

/// <summary><c>pool</c>: min(1000, floor(sum of weight * level / 1e6)), weights in millionths, at least 0.</summary>
public sealed record Pool(ImmutableArray<Weighted> Of) : Expression;

/// <summary><c>curve</c>: non-decreasing, linear between its points and floored there, flat outside.</summary>
public sealed record Curve(Expression Of, ImmutableArray<CurvePoint> Points) : Expression;

/// <summary><c>leontief</c>: max(0, 1000 - ceil(sum of share * (1000 - level) / 1e6)), shares in millionths, at least 0.</summary>
public sealed record Leontief(ImmutableArray<Weighted> Of) : Expression;

/// <summary>One term of a <see cref="Pool"/> (its weight) or a <see cref="Leontief"/> (its share).</summary>
/// <param name="Millionths">At least 0.</param>
public sealed record Weighted(Expression Of, int Millionths);

/// <summary>A point of a <see cref="Curve"/>: <paramref name="In"/> strictly increases, <paramref name="Out"/> never falls; both 0..1000.</summary>
public readonly record struct CurvePoint(int In, int Out);
