using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>What a cascade needs to know of one segment.</summary>
/// <param name="Suppliers">The segments its supply and needs read, each once, in the order they are first named.</param>
/// <param name="SupplierVertices">The same as vertices.</param>
/// <param name="Network">The vertex of its network, null outside networks.</param>
public sealed record SegmentPlan(
    int Vertex,
    SegmentId Id,
    SegmentRule Rule,
    ImmutableArray<SegmentId> Suppliers,
    ImmutableArray<int> SupplierVertices,
    int? Network)
{
    internal static SegmentPlan Of(
        int vertex,
        SegmentId id,
        SegmentRule rule,
        Dictionary<SegmentId, int> vertexOf,
        Dictionary<NetworkId, int> networkOf)
    {
        var suppliers = ExpressionRules.Suppliers(rule);
        return new(
            vertex,
            id,
            rule,
            suppliers,
            [.. suppliers.Select(supplier => vertexOf[supplier])],
            rule.Membership is { } membership ? networkOf[membership.Network] : null);
    }
}

/// <summary>What a cascade needs to know of one network.</summary>
/// <param name="Members">The vertices of its members, ascending.</param>
/// <param name="LaggedMembers">The vertices of those with a restart lag.</param>
public sealed record NetworkPlan(
    int Vertex,
    NetworkId Id,
    ImmutableArray<int> Members,
    ImmutableArray<int> LaggedMembers,
    WidestPath Paths)
{
    internal static NetworkPlan Of(int vertex, NetworkId id, IEnumerable<SegmentPlan> segments)
    {
        var members = segments.OrderBy(segment => segment.Vertex).ToImmutableArray();
        return new(
            vertex,
            id,
            [.. members.Select(member => member.Vertex)],
            [.. members.Where(member => member.Rule.RestartLagTicks is not null).Select(member => member.Vertex)],
            new WidestPath([.. members.Select(member => (member.Id, member.Rule.Membership!))]));
    }
}
