using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>Loops through supply, each network one vertex: such a loop could feed itself for ever.</summary>
public static class SupplyLoops
{
    /// <summary>The segments of each loop in an order in which each feeds a later one, or the first; none in a sound city.</summary>
    public static ImmutableArray<ImmutableArray<SegmentId>> Find(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules)
    {
        var index = new FrozenIndex(rules.Select(rule => rule.Segment));
        var networks = rules.Where(rule => rule.Rule.Membership is not null).Select(rule => rule.Rule.Membership!.Network)
            .Distinct().Order().Select((network, n) => (network, n)).ToDictionary(pair => pair.network, pair => rules.Count + pair.n);
        var edges = new List<(int From, int To)>();
        for (var s = 0; s < rules.Count; s++)
        {
            var (vertex, membership) = (s, rules[s].Rule.Membership);
            if (membership is not null)
            {
                // What feeds a source feeds its network, and every member is fed by that.
                edges.Add((networks[membership.Network], s));
                vertex = networks[membership.Network];
            }

            edges.AddRange(ExpressionRules.Suppliers(rules[s].Rule.Supply).Select(supplier => (index[supplier], vertex)));
        }

        var (start, targets) = Adjacency.Of(rules.Count + networks.Count, edges);
        var (order, componentStart) = StronglyConnected.Sort(start, targets);
        return [.. order.Select((vertex, place) => (vertex, component: componentStart[place]))
            .GroupBy(item => item.component, item => item.vertex)
            .Where(group => group.Skip(1).Any() || targets.AsSpan(start[group.First()]..start[group.First() + 1]).Contains(group.First()))
            .Select(group => group.Where(vertex => vertex < rules.Count).Select(vertex => rules[vertex].Segment).ToImmutableArray())];
    }
}
