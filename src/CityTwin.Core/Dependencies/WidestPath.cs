using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The shape of one network: which members touch which. It brings each member the widest path: the most, over all
/// paths from a source, of the least of what the source gives and of what every member on the way passes, the source
/// included and the reached one excluded. Connectivity, never capacity.
/// </summary>
public sealed class WidestPath
{
    private const int None = -1;
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
    public void Reach(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, Span<short> reach, LevelQueue queue) =>
        Reach(pass, give, reach, new int[MemberCount], queue);

    /// <summary>The same, and by which neighbour: together they form a tree for each source.</summary>
    /// <param name="via">Of each member the neighbour that its widest path comes from, -1 of one that lives on what it gives itself, or on nothing.</param>
    internal void Reach(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, Span<short> reach, Span<int> via, LevelQueue queue)
    {
        queue.For(MemberCount);
        via.Fill(None);
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
                    (reach[neighbour], via[neighbour]) = (carried, member);
                    queue.Raise(neighbour, carried);
                }
            }
        }
    }

    /// <summary>
    /// Brings up to date what reaches the members after some of them pass or give something else. Only what hung on a
    /// member that carries less is looked at again, and what one that carries more widens.
    /// </summary>
    /// <param name="paths">As they were found last; they are brought up to date.</param>
    /// <param name="scratch">Its <see cref="WidestPathScratch.Moved"/> tells afterwards who may be reached by something else.</param>
    internal void Update(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, in NetworkPaths paths, WidestPathScratch scratch)
    {
        var reach = paths.Reach;
        var via = paths.Via;
        scratch.Begin(MemberCount);
        FindChanged(pass, give, paths, scratch);
        foreach (var member in scratch.Changed)
        {
            if (Math.Min(reach[member], pass[member]) < Math.Min(reach[member], paths.PassSeen[member]))
            {
                LoseThoseBehind(member, via, scratch);
            }

            if (give[member] < reach[member] && give[member] < paths.GiveSeen[member] && via[member] == None)
            {
                scratch.Lose(member);
            }
        }

        // The list grows while it is gone through: who hangs on a lost one is lost.
        for (var lost = 0; lost < scratch.Lost.Count; lost++)
        {
            LoseThoseBehind(scratch.Lost[lost], via, scratch);
        }

        SupportLost(pass, give, paths, scratch);
        foreach (var member in scratch.Changed)
        {
            (paths.PassSeen[member], paths.GiveSeen[member]) = (pass[member], give[member]);
            if (give[member] > reach[member])
            {
                scratch.Move(member, reach[member]);
                (reach[member], via[member]) = (give[member], None);
            }

            if (reach[member] > 0)
            {
                scratch.Queue.Raise(member, reach[member]);
            }
        }

        Widen(pass, paths, scratch);
        scratch.End();
    }

    private static void FindChanged(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, in NetworkPaths paths, WidestPathScratch scratch)
    {
        for (var at = pass.CommonPrefixLength(paths.PassSeen); at < pass.Length; at += 1 + pass[(at + 1)..].CommonPrefixLength(paths.PassSeen[(at + 1)..]))
        {
            scratch.Changed.Add(at);
        }

        for (var at = give.CommonPrefixLength(paths.GiveSeen); at < give.Length; at += 1 + give[(at + 1)..].CommonPrefixLength(paths.GiveSeen[(at + 1)..]))
        {
            scratch.Changed.Add(at);
        }
    }

    private void LoseThoseBehind(int member, ReadOnlySpan<int> via, WidestPathScratch scratch)
    {
        for (var e = _neighbourStart[member]; e < _neighbourStart[member + 1]; e++)
        {
            if (via[_neighbours[e]] == member)
            {
                scratch.Lose(_neighbours[e]);
            }
        }
    }

    /// <summary>Gives those who lost their path the best that neighbours who kept theirs can carry to them.</summary>
    private void SupportLost(ReadOnlySpan<short> pass, ReadOnlySpan<short> give, in NetworkPaths paths, WidestPathScratch scratch)
    {
        var reach = paths.Reach;
        var via = paths.Via;
        foreach (var member in scratch.Lost)
        {
            scratch.Move(member, reach[member]);
            (reach[member], via[member]) = (give[member], None);
        }

        foreach (var member in scratch.Lost)
        {
            for (var e = _neighbourStart[member]; e < _neighbourStart[member + 1]; e++)
            {
                var neighbour = _neighbours[e];
                var carried = Math.Min(reach[neighbour], pass[neighbour]);
                if (!scratch.IsLost(neighbour) && carried > reach[member])
                {
                    (reach[member], via[member]) = (carried, neighbour);
                }
            }

            if (reach[member] > 0)
            {
                scratch.Queue.Raise(member, reach[member]);
            }
        }
    }

    private void Widen(ReadOnlySpan<short> pass, in NetworkPaths paths, WidestPathScratch scratch)
    {
        var reach = paths.Reach;
        var via = paths.Via;
        while (scratch.Queue.TryTakeWidest(out var member))
        {
            var carried = Math.Min(reach[member], pass[member]);
            for (var e = _neighbourStart[member]; e < _neighbourStart[member + 1]; e++)
            {
                var neighbour = _neighbours[e];
                if (carried > reach[neighbour])
                {
                    scratch.Move(neighbour, reach[neighbour]);
                    (reach[neighbour], via[neighbour]) = (carried, member);
                    scratch.Queue.Raise(neighbour, carried);
                }
            }
        }
    }
}

/// <summary>The paths of one network as they were found last.</summary>
/// <param name="passSeen">What the members passed then.</param>
/// <param name="giveSeen">What they gave then.</param>
internal readonly ref struct NetworkPaths(Span<short> reach, Span<int> via, Span<short> passSeen, Span<short> giveSeen)
{
    public Span<short> Reach { get; } = reach;

    public Span<int> Via { get; } = via;

    public Span<short> PassSeen { get; } = passSeen;

    public Span<short> GiveSeen { get; } = giveSeen;
}

/// <summary>What bringing paths up to date needs only while it runs. It grows and never shrinks. Not for two threads at once.</summary>
internal sealed class WidestPathScratch
{
    private bool[] _isLost = [];
    private bool[] _isMoved = [];

    public LevelQueue Queue { get; } = new();

    /// <summary>Members that pass or give something else; one may be here twice.</summary>
    public List<int> Changed { get; } = [];

    public List<int> Lost { get; } = [];

    /// <summary>Members that may be reached by something else now, and what reached them before.</summary>
    public List<(int Member, short Before)> Moved { get; } = [];

    public void Begin(int members)
    {
        if (_isLost.Length < members)
        {
            (_isLost, _isMoved) = (new bool[members], new bool[members]);
        }

        Queue.For(members);
        Changed.Clear();
        Lost.Clear();
        Moved.Clear();
    }

    public bool IsLost(int member) => _isLost[member];

    public void Lose(int member)
    {
        if (!_isLost[member])
        {
            _isLost[member] = true;
            Lost.Add(member);
        }
    }

    public void Move(int member, short before)
    {
        if (!_isMoved[member])
        {
            _isMoved[member] = true;
            Moved.Add((member, before));
        }
    }

    public void End()
    {
        foreach (var member in Lost)
        {
            _isLost[member] = false;
        }

        foreach (var (member, _) in Moved)
        {
            _isMoved[member] = false;
        }
    }
}
