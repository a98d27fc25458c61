using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// A city's segments and networks as the vertices of one graph, compiled once for a definition and shared by all
/// grains of a silo. Segments are vertices 0..n-1 in the order of their ids, networks follow.
/// </summary>
public sealed class CascadePlan
{
    private readonly Dictionary<SegmentId, int> _segmentVertex;
    private readonly Dictionary<NetworkId, int> _networkVertex;

    private CascadePlan(
        CityHash definition,
        ImmutableArray<SegmentPlan> segments,
        ImmutableArray<NetworkPlan> networks,
        ImmutableArray<int> rank,
        ImmutableArray<ImmutableArray<int>> dependents)
    {
        Definition = definition;
        Segments = segments;
        Networks = networks;
        Rank = rank;
        Dependents = dependents;
        _segmentVertex = segments.ToDictionary(plan => plan.Id, plan => plan.Vertex);
        _networkVertex = networks.ToDictionary(plan => plan.Id, plan => plan.Vertex);
    }

    public CityHash Definition { get; }

    public ImmutableArray<SegmentPlan> Segments { get; }

    public ImmutableArray<NetworkPlan> Networks { get; }

    /// <summary>Of each vertex: everything it reads has the same rank (a loop, or its network) or a lower one.</summary>
    public ImmutableArray<int> Rank { get; }

    /// <summary>Of each vertex: the segments whose rules read it. A network and its members are not listed.</summary>
    public ImmutableArray<ImmutableArray<int>> Dependents { get; }

    public int VertexCount => Segments.Length + Networks.Length;

    public bool IsNetwork(int vertex) => vertex >= Segments.Length;

    public NetworkPlan NetworkAt(int vertex) => Networks[vertex - Segments.Length];

    /// <returns>The vertex, or null for a segment that this definition does not have.</returns>
    public int? VertexOf(SegmentId segment) => _segmentVertex.TryGetValue(segment, out var vertex) ? vertex : null;

    /// <returns>The vertex, or null for a network that this definition does not have.</returns>
    public int? VertexOf(NetworkId network) => _networkVertex.TryGetValue(network, out var vertex) ? vertex : null;

    /// <returns>Null for a segment that this definition does not have.</returns>
    public SegmentPlan? Find(SegmentId segment) => VertexOf(segment) is { } vertex ? Segments[vertex] : null;

    /// <returns>Null for a network that this definition does not have.</returns>
    public NetworkPlan? Find(NetworkId network) => VertexOf(network) is { } vertex ? NetworkAt(vertex) : null;

    public static CascadePlan Of(City city) =>
        Of(city.Hash, [.. city.Segments.Select(segment => (segment.Id, segment.Rule))]);

    public static CascadePlan Of(CityHash definition, ImmutableArray<(SegmentId Id, SegmentRule Rule)> rules)
    {
        var sorted = rules.Sort((a, b) => a.Id.CompareTo(b.Id));
        var networkIds = sorted.Where(entry => entry.Rule.Membership is not null)
            .Select(entry => entry.Rule.Membership!.Network).Distinct().Order().ToImmutableArray();
        var vertexOf = sorted.Select((entry, i) => (entry.Id, i)).ToDictionary(entry => entry.Id, entry => entry.i);
        var networkOf = networkIds.Select((id, i) => (id, Vertex: sorted.Length + i)).ToDictionary(entry => entry.id, entry => entry.Vertex);
        var segments = ImmutableArray.CreateRange(sorted.Select((entry, i) => SegmentPlan.Of(i, entry.Id, entry.Rule, vertexOf, networkOf)));
        var membersOf = segments.Where(segment => segment.Network is not null).ToLookup(segment => segment.Network!.Value);
        var networks = ImmutableArray.CreateRange(networkIds.Select(id => NetworkPlan.Of(networkOf[id], id, membersOf[networkOf[id]])));
        var order = ComponentOrder.Of([.. sorted.Select(entry => (entry.Id, entry.Rule))]);
        return new(
            definition,
            segments,
            networks,
            [.. sorted.Select(entry => order.RankOf(entry.Id)), .. networkIds.Select(id => order.Components[order.ComponentOf(id)].Rank)],
            [.. sorted.Select(entry => order.DependentsOf(entry.Id).Select(dependent => vertexOf[dependent]).ToImmutableArray())]);
    }
}
