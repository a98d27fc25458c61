using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>What was offered and is in no saved batch yet. It is lost in a crash; those who offered it offer it again.</summary>
internal sealed class CascadeInbox
{
    /// <summary>More start orders than this at once are refused: each is a batch of its own.</summary>
    public const int StartsMax = 256;

    private readonly SortedDictionary<SegmentId, CeilingChange> _changes = [];
    private readonly List<StartOrder> _starts = [];

    public bool HasChanges => _changes.Count > 0;

    public bool HasStarts => _starts.Count > 0;

    /// <summary>Of two versions of a segment's ceiling the higher one stays.</summary>
    public void Offer(CeilingChange change)
    {
        if (!_changes.TryGetValue(change.Segment, out var waiting) || waiting.Version < change.Version)
        {
            _changes[change.Segment] = change;
        }
    }

    /// <summary>Takes out what was offered by segments that the city no longer has.</summary>
    public ImmutableArray<CeilingChange> DropAllBut(CascadePlan plan)
    {
        var dropped = _changes.Values.Where(change => plan.VertexOf(change.Segment) is null).ToImmutableArray();
        foreach (var change in dropped)
        {
            _changes.Remove(change.Segment);
        }

        return dropped;
    }

    /// <returns>False when the inbox is full.</returns>
    public bool Order(StartOrder order)
    {
        if (_starts.Exists(waiting => waiting.Request == order.Request))
        {
            return true;
        }

        if (_starts.Count == StartsMax)
        {
            return false;
        }

        _starts.Add(order);
        return true;
    }

    public ImmutableArray<CeilingChange> TakeChanges()
    {
        var taken = _changes.Values.ToImmutableArray();
        _changes.Clear();
        return taken;
    }

    public ImmutableArray<StartOrder> TakeStarts()
    {
        var taken = _starts.ToImmutableArray();
        _starts.Clear();
        return taken;
    }
}
