using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// In which order a settle asks: components (what depends on itself in a ring, and each network with its members) in
/// topological order. A rank holds components that do not depend on each other, so they may be asked side by side.
/// </summary>
public sealed class ComponentOrder
{
    private readonly FrozenIndex _index;
    private readonly int[] _componentOf;
    private readonly Dictionary<NetworkId, int> _componentOfNetwork;

    private ComponentOrder(
        FrozenIndex index,
        int[] componentOf,
        Dictionary<NetworkId, int> componentOfNetwork,
        ImmutableArray<Component> components,
        ImmutableArray<ImmutableArray<SegmentId>> dependents)
    {
        _index = index;
        _componentOf = componentOf;
        _componentOfNetwork = componentOfNetwork;
        Components = components;
        Dependents = dependents;
    }

    /// <summary>In topological order: nobody reads the level of a later component.</summary>
    public ImmutableArray<Component> Components { get; }

    /// <summary>Of each segment, in the order given to <see cref="Of"/>: who reads its level, each once.</summary>
    public ImmutableArray<ImmutableArray<SegmentId>> Dependents { get; }

    public int ComponentOf(SegmentId segment) => _componentOf[_index[segment]];

    public int ComponentOf(NetworkId network) => _componentOfNetwork[network];

    public int RankOf(SegmentId segment) => Components[ComponentOf(segment)].Rank;

    public ImmutableArray<SegmentId> DependentsOf(SegmentId segment) => Dependents[_index[segment]];

    /// <param name="rules">Every segment once; every supplier named must be among them.</param>
    public static ComponentOrder Of(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules)
    {
        var index = new FrozenIndex(rules.Select(rule => rule.Segment));
        var networks = rules.Where(rule => rule.Rule.Membership is not null)
            .Select(rule => rule.Rule.Membership!.Network).Distinct().Order().ToImmutableArray();
        var networkVertex = networks.Select((network, i) => (network, i)).ToDictionary(pair => pair.network, pair => rules.Count + pair.i);
        var edges = new List<(int From, int To)>();
        var readers = Enumerable.Range(0, rules.Count).Select(_ => ImmutableArray.CreateBuilder<SegmentId>()).ToArray();
        for (var s = 0; s < rules.Count; s++)
        {
            foreach (var supplier in ExpressionRules.Suppliers(rules[s].Rule))
            {
                edges.Add((index[supplier], s));
                readers[index[supplier]].Add(rules[s].Segment);
            }

            if (rules[s].Rule.Membership is { } membership)
            {
                edges.Add((s, networkVertex[membership.Network]));
                edges.Add((networkVertex[membership.Network], s));
            }
        }

        var vertices = rules.Count + networks.Length;
        var (start, targets) = Adjacency.Of(vertices, edges);
        var (order, componentStart) = StronglyConnected.Sort(start, targets);
        var (componentOf, ranks) = Rank(order, componentStart, start, targets);
        return new(
            index,
            componentOf,
            networkVertex.ToDictionary(pair => pair.Key, pair => componentOf[pair.Value]),
            Group(rules, networks, order, componentOf, ranks),
            [.. readers.Select(list => list.ToImmutable())]);
    }

    private static (int[] ComponentOf, List<int> Ranks) Rank(int[] order, int[] componentStart, int[] start, int[] targets)
    {
        var componentOf = new int[order.Length];
        var ranks = new List<int>();
        for (var place = 0; place < order.Length; place++)
        {
            if (componentStart[place] == place)
            {
                ranks.Add(0);
            }

            componentOf[order[place]] = ranks.Count - 1;
        }

        // One pass in topological order: a component stands one rank behind the last of its suppliers.
        foreach (var v in order)
        {
            for (var e = start[v]; e < start[v + 1]; e++)
            {
                var (from, to) = (componentOf[v], componentOf[targets[e]]);
                ranks[to] = from == to ? ranks[to] : Math.Max(ranks[to], ranks[from] + 1);
            }
        }

        return (componentOf, ranks);
    }

    private static ImmutableArray<Component> Group(
        IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules,
        ImmutableArray<NetworkId> networks,
        int[] order,
        int[] componentOf,
        List<int> ranks)
    {
        var segmentsOf = ranks.Select(_ => ImmutableArray.CreateBuilder<SegmentId>()).ToArray();
        var networksOf = ranks.Select(_ => ImmutableArray.CreateBuilder<NetworkId>()).ToArray();
        foreach (var v in order)
        {
            if (v < rules.Count)
            {
                segmentsOf[componentOf[v]].Add(rules[v].Segment);
            }
            else
            {
                networksOf[componentOf[v]].Add(networks[v - rules.Count]);
            }
        }

        return [.. ranks.Select((rank, c) => new Component(rank, segmentsOf[c].ToImmutable(), networksOf[c].ToImmutable()))];
    }
}

/// <summary>Segments and networks that settle together.</summary>
/// <param name="Rank">0 for what depends on nothing; components of one rank do not depend on each other.</param>
public sealed record Component(int Rank, ImmutableArray<SegmentId> Segments, ImmutableArray<NetworkId> Networks);
