using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The shape of one network: which members touch which. It brings each member the widest path: the most, over all
/// paths from a source, of the least of what the source gives and of what every member on the way passes, the source
/// included and the reached one excluded. Connectivity, never capacity.
/// </summary>
public sealed class WidestPath
{
    private readonly int[] _neighbourStart;
    private readonly int[] _neighbours;

    /// <param name="members">The members' ids and places, in the order in which all spans below are read and written.</param>
    public WidestPath(IReadOnlyList<(SegmentId Segment, NetworkMembership Membership)> members)
    {
        var place = new Dictionary<SegmentId, int>(members.Count);
        for (var i = 0; i < members.Count; i++)
        {
            place.Add(members[i].Segment, i);
        }

        var edges = new List<(int Node, int Link)>();
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Membership.Ends is { } ends)
            {
                edges.Add((place[ends.A], i));
                edges.Add((place[ends.B], i));
            }
        }

        (_neighbourStart, _neighbours) = Adjacency.Of(members.Count, [.. edges, .. edges.Select(edge => (edge.Link, edge.Node))]);
    }

    public int MemberCount => _neighbourStart.Length - 1;

    /// <summary>The members that touch a member.</summary>
    public ReadOnlySpan<int> NeighboursOf(int member) => _neighbours.AsSpan(_neighbourStart[member].._neighbourStart[member + 1]);

    /// <summary>Writes what reaches each member; 0 where no path leads.</summary>
    /// <param name="pass">min(ceiling, needs, restart window) of each member.</param>
    /// <param name="give">What each source gives, 0 for all others.</param>
    public void Reach(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, Span<short> reach, LevelQueue queue)
    {
        queue.For(MemberCount);
        for (var i = 0; i < give.Length; i++)
        {
            reach[i] = give[i];
            if (give[i] > 0)
            {
                queue.Raise(i, give[i]);
            }
        }

        // Widest first (Dijkstra with max-min): a member taken out is final, because paths only get narrower.
        while (queue.TryTakeWidest(out var member))
        {
            var carried = Math.Min(reach[member], pass[member]);
            for (var e = _neighbourStart[member]; e < _neighbourStart[member + 1]; e++)
            {
                var neighbour = _neighbours[e];
                if (carried > reach[neighbour])
                {
                    reach[neighbour] = carried;
                    queue.Raise(neighbour, carried);
                }
            }
        }
    }
}
