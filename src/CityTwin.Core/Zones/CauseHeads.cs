using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Core.Zones;

/// <summary>
/// Follows a level below 1000 to the segment that is down for a reason of its own. At each step it takes the term that
/// holds the value: the least of a <c>min</c>, the best of a <c>max</c>, the one that costs most of a sum; of equal ones
/// the first. In a network it walks to the nearest member that lets no more through.
/// </summary>
public sealed class CauseHeads(CityVersion version)
{
    /// <summary>A chain longer than this ends where it is: the rest is for the full explanation.</summary>
    public const int LinksMax = 256;

    // What is dark is mostly dark for the same few reasons: one walk serves all who ask.
    private readonly Dictionary<int, int> _roots = [];
    private readonly Dictionary<(int Network, int Level), Dictionary<int, int>> _obstacles = [];

    /// <returns>Null when no segment holds the expression down.</returns>
    public CauseHead? Of(Expression expression)
    {
        if (Culprit(expression, version.LevelOf) is not { } head || version.Index.Find(head) is not { } place)
        {
            return null;
        }

        var root = RootOf(place);
        return new(head, version.Segments[place].LevelPermille, version.Index.City.Segments[root].Id, HoldingCause(root));
    }

    /// <summary>The segment whose level holds an expression where it is; null for a constant or at 1000.</summary>
    public static SegmentId? Culprit(Expression? expression, Func<SegmentId, int> levelOf) => expression switch
    {
        Supplier supplier => levelOf(supplier.Segment) < 1000 ? supplier.Segment : null,
        Least least => Culprit(least.Of.MinBy(term => ExpressionRules.Evaluate(term, levelOf)), levelOf),
        Greatest greatest => Culprit(greatest.Of.MaxBy(term => ExpressionRules.Evaluate(term, levelOf)), levelOf),
        KthLargest votes => Culprit(
            votes.Of.OrderByDescending(term => ExpressionRules.Evaluate(term, levelOf)).ElementAt(votes.K - 1), levelOf),
        Pool pool => Culprit(Costliest(pool.Of.AsSpan(), levelOf), levelOf),
        Leontief leontief => Culprit(Costliest(leontief.Of.AsSpan(), levelOf), levelOf),
        Curve curve => Culprit(curve.Of, levelOf),
        _ => null,
    };

    /// <summary>
    /// The cause that holds a root where it is. Null when its ceiling would let more through: then it is down by an empty
    /// backup, a restart or a ring, and whatever cause it also has is not the reason.
    /// </summary>
    private Cause? HoldingCause(int root)
    {
        var level = version.Segments[root].LevelPermille;
        return version.Segments[root].CeilingPermille > level ? null
            : version.CausesOf(root).Where(cause => cause.LevelPermille <= level).MinBy(cause => cause.LevelPermille);
    }

    private static Expression? Costliest(ReadOnlySpan<Weighted> terms, Func<SegmentId, int> levelOf)
    {
        (Expression? Term, long Loss) worst = (null, 0);
        foreach (var term in terms)
        {
            var loss = (long)term.Millionths * (1000 - ExpressionRules.Evaluate(term.Of, levelOf));
            worst = loss > worst.Loss ? (term.Of, loss) : worst;
        }

        return worst.Term;
    }

    private int RootOf(int segment)
    {
        var seen = new HashSet<int>();
        var at = segment;
        for (var link = 0; link < LinksMax && seen.Add(at); link++)
        {
            if (_roots.TryGetValue(at, out var known))
            {
                at = known;
                break;
            }

            if (Next(at) is not { } next)
            {
                break;
            }

            at = next;
        }

        foreach (var passed in seen)
        {
            _roots[passed] = at;
        }

        return at;
    }

    private int? Next(int segment)
    {
        var view = version.Segments[segment];
        var rule = version.Index.City.Segments[segment].Rule;
        if (view.CeilingPermille <= view.LevelPermille)
        {
            return null;
        }

        var culprit = ExpressionRules.Evaluate(rule.Needs, version.LevelOf) <= view.LevelPermille
            ? Culprit(rule.Needs, version.LevelOf)
            : rule.Membership is { IsSource: false } ? null
            : Culprit(rule.Supply, version.LevelOf);
        return culprit is { } supplier ? version.Index.Find(supplier)
            : rule.Membership is null ? null
            : NearestObstacles(version.Index.NetworkOf[segment], view.LevelPermille).TryGetValue(segment, out var obstacle) && obstacle != segment
                ? obstacle
                : null;
    }

    /// <summary>Of each member the nearest that by itself lets no more than a level through, or has no more to give.</summary>
    private Dictionary<int, int> NearestObstacles(int network, int level)
    {
        if (_obstacles.TryGetValue((network, level), out var known))
        {
            return known;
        }

        var nearest = new Dictionary<int, int>();
        var open = new Queue<int>();
        var obstacles = version.Index.MembersOf[network].Where(member => IsObstacle(member, level)).ToList();
        foreach (var member in obstacles.Any(IsNews) ? obstacles.Where(IsNews) : obstacles)
        {
            nearest.Add(member, member);
            open.Enqueue(member);
        }

        while (open.TryDequeue(out var at))
        {
            foreach (var neighbour in version.Index.NeighboursOf[at])
            {
                if (nearest.TryAdd(neighbour, nearest[at]))
                {
                    open.Enqueue(neighbour);
                }
            }
        }

        return _obstacles[(network, level)] = nearest;
    }

    /// <summary>A tie that is open by design is no news while anything else stands in the way.</summary>
    private bool IsNews(int member) =>
        !version.Index.City.Segments[member].NormallyOpen || version.CausesOf(member).Any(cause => cause.Name != SegmentRules.PositionCause);

    private bool IsObstacle(int member, int level)
    {
        var rule = version.Index.City.Segments[member].Rule;
        return version.Segments[member].CeilingPermille <= level
            || ExpressionRules.Evaluate(rule.Needs, version.LevelOf) <= level
            || (rule.Membership is { IsSource: true } && ExpressionRules.Evaluate(rule.Supply, version.LevelOf) <= level);
    }
}
