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
    public void Reach(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, Span<short> reach, WidestPathScratch scratch)
    {
        var queue = scratch.For(MemberCount);
        for (var i = 0; i < give.Length; i++)
        {
            reach[i] = give[i];
            if (give[i] > 0)
            {
                queue.Add(i, give[i]);
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
                    if (reach[neighbour] > 0)
                    {
                        queue.Remove(neighbour, reach[neighbour]);
                    }

                    reach[neighbour] = carried;
                    queue.Add(neighbour, carried);
                }
            }
        }
    }
}

/// <summary>Reusable memory of <see cref="WidestPath.Reach"/>: a queue with one bucket per level. Not for two threads at once.</summary>
public sealed class WidestPathScratch
{
    private readonly int[] _head = CreateHeads();
    private int[] _next = [];
    private int[] _previous = [];
    private int _widest;

    internal WidestPathScratch For(int members)
    {
        if (_next.Length < members)
        {
            _next = new int[members];
            _previous = new int[members];
        }

        _widest = 0;
        return this;
    }

    internal void Add(int member, int level)
    {
        _next[member] = _head[level];
        _previous[member] = -1;
        if (_head[level] >= 0)
        {
            _previous[_head[level]] = member;
        }

        _head[level] = member;
        _widest = Math.Max(_widest, level);
    }

    internal void Remove(int member, int level)
    {
        if (_previous[member] >= 0)
        {
            _next[_previous[member]] = _next[member];
        }
        else
        {
            _head[level] = _next[member];
        }

        if (_next[member] >= 0)
        {
            _previous[_next[member]] = _previous[member];
        }
    }

    internal bool TryTakeWidest(out int member)
    {
        while (_widest > 0 && _head[_widest] < 0)
        {
            _widest--;
        }

        member = _head[_widest];
        if (member < 0)
        {
            return false;
        }

        Remove(member, _widest);
        return true;
    }

    private static int[] CreateHeads()
    {
        var heads = new int[1001];
        heads.AsSpan().Fill(-1);
        return heads;
    }
}
