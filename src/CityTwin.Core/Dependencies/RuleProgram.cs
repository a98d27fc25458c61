using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// Expressions as numbers in one array, read from the front (an operator, then its terms), so that evaluating a rule
/// touches consecutive memory and allocates nothing. Equal to <see cref="ExpressionRules"/> by a property test.
/// </summary>
internal static class RuleProgram
{
    private const int Constant = 0, Level = 1, Least = 2, LeastLevel = 3, Greatest = 4, GreatestLevel = 5;
    private const int KthLargest = 6, Pool = 7, Leontief = 8, Curve = 9, SecondOfThreeLevels = 10;

    /// <summary>More terms than this in one vote are kept on the heap instead of the stack.</summary>
    private const int StackTermsMax = 64;

    /// <summary>Appends an expression's program.</summary>
    public static void Append(List<int> code, Expression expression, Func<SegmentId, int> vertexOf)
    {
        switch (expression)
        {
            case Constant constant:
                code.AddRange([Constant, constant.Level]);
                break;
            case Supplier supplier:
                code.AddRange([Level, vertexOf(supplier.Segment)]);
                break;
            case Least least:
                AppendTerms(code, Least, LeastLevel, least.Of, vertexOf);
                break;
            case Greatest greatest:
                AppendTerms(code, Greatest, GreatestLevel, greatest.Of, vertexOf);
                break;
            case KthLargest { K: 2, Of: [Supplier a, Supplier b, Supplier c] }:
                // By far the most common vote.
                code.AddRange([SecondOfThreeLevels, vertexOf(a.Segment), vertexOf(b.Segment), vertexOf(c.Segment)]);
                break;
            case KthLargest votes:
                code.AddRange([KthLargest, votes.K, votes.Of.Length]);
                AppendAll(code, votes.Of, vertexOf);
                break;
            case Pool pool:
                AppendWeighted(code, Pool, pool.Of, vertexOf);
                break;
            case Leontief leontief:
                AppendWeighted(code, Leontief, leontief.Of, vertexOf);
                break;
            case Curve curve:
                code.AddRange([Curve, curve.Points.Length]);
                code.AddRange(curve.Points.SelectMany(point => new[] { point.In, point.Out }));
                Append(code, curve.Of, vertexOf);
                break;
            default:
                throw new InvariantBrokenException("The operators of an expression are a closed family.");
        }
    }

    /// <summary>The level that the program at <paramref name="at"/> gives; afterwards <paramref name="at"/> is behind it.</summary>
    public static int Evaluate(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at)
    {
        switch (code[at++])
        {
            case Constant:
                return code[at++];
            case Level:
                return levels[code[at++]];
            case LeastLevel:
                return LeastOfLevels(code, levels, ref at);
            case GreatestLevel:
                return GreatestOfLevels(code, levels, ref at);
            case Least:
                var least = int.MaxValue;
                for (var terms = code[at++]; terms > 0; terms--)
                {
                    least = Math.Min(least, Evaluate(code, levels, ref at));
                }

                return least;
            case Greatest:
                var greatest = 0;
                for (var terms = code[at++]; terms > 0; terms--)
                {
                    greatest = Math.Max(greatest, Evaluate(code, levels, ref at));
                }

                return greatest;
            case SecondOfThreeLevels:
                var (one, two, three) = (levels[code[at]], levels[code[at + 1]], levels[code[at + 2]]);
                at += 3;
                return Math.Max(Math.Min(one, two), Math.Min(Math.Max(one, two), three));
            case KthLargest:
                return KthLargestOf(code, levels, ref at);
            case Pool:
                return ExpressionRules.Pooled(WeightedSum(code, levels, ref at, ofLoss: false));
            case Leontief:
                return ExpressionRules.LeftByShares(WeightedSum(code, levels, ref at, ofLoss: true));
            default:
                return OnCurve(code, levels, ref at);
        }
    }

    /// <summary>
    /// True when an expression only ever chooses one of its levels. Then it changes only if a supplier crosses the
    /// value it has, and a supplier's other moves need not wake it.
    /// </summary>
    public static bool IsChoice(Expression? expression) => expression switch
    {
        null or Dependencies.Constant or Supplier => true,
        Dependencies.Least or Dependencies.Greatest or Dependencies.KthLargest => ExpressionRules.Terms(expression).All(IsChoice),
        _ => false,
    };

    private static int LeastOfLevels(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at)
    {
        var suppliers = code.Slice(at + 1, code[at]);
        var least = 1000;
        foreach (var supplier in suppliers)
        {
            least = Math.Min(least, levels[supplier]);
        }

        at += 1 + suppliers.Length;
        return least;
    }

    private static int GreatestOfLevels(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at)
    {
        var suppliers = code.Slice(at + 1, code[at]);
        var greatest = 0;
        foreach (var supplier in suppliers)
        {
            greatest = Math.Max(greatest, levels[supplier]);
        }

        at += 1 + suppliers.Length;
        return greatest;
    }

    private static int KthLargestOf(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at)
    {
        var k = code[at++];
        var count = code[at++];
        Span<short> sorted = count <= StackTermsMax ? stackalloc short[StackTermsMax] : new short[count];
        for (var i = 0; i < count; i++)
        {
            var level = (short)Evaluate(code, levels, ref at);
            var place = i;
            for (; place > 0 && sorted[place - 1] < level; place--)
            {
                sorted[place] = sorted[place - 1];
            }

            sorted[place] = level;
        }

        return sorted[k - 1];
    }

    private static long WeightedSum(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at, bool ofLoss)
    {
        var sum = 0L;
        for (var terms = code[at++]; terms > 0; terms--)
        {
            long weight = code[at++];
            var level = Evaluate(code, levels, ref at);
            sum += weight * (ofLoss ? 1000 - level : level);
        }

        return sum;
    }

    private static int OnCurve(ReadOnlySpan<int> code, ReadOnlySpan<short> levels, ref int at)
    {
        var points = code.Slice(at + 1, 2 * code[at]);
        at += 1 + points.Length;
        var level = Evaluate(code, levels, ref at);
        if (level <= points[0])
        {
            return points[1];
        }

        for (var i = 2; i < points.Length; i += 2)
        {
            if (level <= points[i])
            {
                return ExpressionRules.Between(points[i - 2], points[i - 1], points[i], points[i + 1], level);
            }
        }

        return points[^1];
    }

    private static void AppendTerms(
        List<int> code, int operation, int operationOnLevels, IReadOnlyList<Expression> terms, Func<SegmentId, int> vertexOf)
    {
        if (terms.All(term => term is Supplier))
        {
            code.AddRange([operationOnLevels, terms.Count]);
            code.AddRange(terms.Select(term => vertexOf(((Supplier)term).Segment)));
            return;
        }

        code.AddRange([operation, terms.Count]);
        AppendAll(code, terms, vertexOf);
    }

    private static void AppendWeighted(
        List<int> code, int operation, IReadOnlyList<Weighted> terms, Func<SegmentId, int> vertexOf)
    {
        code.AddRange([operation, terms.Count]);
        foreach (var term in terms)
        {
            code.Add(term.Millionths);
            Append(code, term.Of, vertexOf);
        }
    }

    private static void AppendAll(List<int> code, IReadOnlyList<Expression> terms, Func<SegmentId, int> vertexOf)
    {
        foreach (var term in terms)
        {
            Append(code, term, vertexOf);
        }
    }
}
