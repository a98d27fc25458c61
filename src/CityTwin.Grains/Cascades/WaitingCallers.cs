using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Grains.Cascades;

/// <summary>
/// Who waits at the coordinator until what they offered or ordered is saved. An order waits together with its entry in the audit
/// log: other batches may be saved before the one that takes it, and in the course of anybody's call.
/// </summary>
internal sealed class WaitingCallers
{
    private readonly Dictionary<SegmentId, List<(long Version, TaskCompletionSource Taken)>> _changes = [];
    private readonly Dictionary<string, (TaskCompletionSource Taken, AuditEntry? Act)> _starts = [];
    private (TaskCompletionSource<long> InForce, AuditEntry? Act)? _definition;

    /// <summary>Done once this version of a segment's ceiling, or a later one, is taken.</summary>
    public Task Change(SegmentId segment, long version)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_changes.TryGetValue(segment, out var waiters))
        {
            _changes[segment] = waiters = [];
        }

        waiters.Add((version, taken));
        return taken.Task;
    }

    /// <summary>Done once the start order is taken. Of those who repeat it the first has given it.</summary>
    public Task Start(string request, AuditEntry? act)
    {
        if (!_starts.TryGetValue(request, out var start))
        {
            _starts[request] = start = (new(TaskCreationOptions.RunContinuationsAsynchronously), act);
        }

        return start.Taken.Task;
    }

    /// <summary>Gives the batch that has put the one changed definition that waits into force.</summary>
    public Task<long> Definition(AuditEntry? act)
    {
        _definition ??= (new(TaskCreationOptions.RunContinuationsAsynchronously), act);
        return _definition.Value.InForce.Task;
    }

    /// <summary>The acts of those orders that this very save takes.</summary>
    public ImmutableArray<AuditEntry> ActsOf(SaveCoordinator save)
    {
        var starts = save.State.Open?.Starts.Select(start => _starts.GetValueOrDefault(start.Request).Act) ?? [];
        return [.. starts.Append(save.Decision?.Applied is null ? null : _definition?.Act).OfType<AuditEntry>()];
    }

    /// <summary>The change was taken, and with it all older ones of its segment.</summary>
    public void Tell(ChangeTaken taken)
    {
        if (!_changes.TryGetValue(taken.Segment, out var waiters))
        {
            return;
        }

        foreach (var waiter in waiters.Where(waiter => waiter.Version <= taken.Version))
        {
            waiter.Taken.TrySetResult();
        }

        waiters.RemoveAll(waiter => waiter.Version <= taken.Version);
        if (waiters.Count == 0)
        {
            _changes.Remove(taken.Segment);
        }
    }

    /// <summary>The start order was taken.</summary>
    public void Tell(StartTaken taken)
    {
        if (_starts.Remove(taken.Request, out var start))
        {
            start.Taken.TrySetResult();
        }
    }

    /// <summary>The definition that waited is in force since this batch.</summary>
    public void TellInForce(long batch)
    {
        _definition?.InForce.TrySetResult(batch);
        _definition = null;
    }

    /// <summary>The coordinator ends: all are sent away, to come again.</summary>
    public void SendAway()
    {
        var moves = new CascadeMovesException();
        foreach (var waiter in _changes.Values.SelectMany(waiters => waiters.Select(waiter => waiter.Taken)).Concat(_starts.Values.Select(start => start.Taken)))
        {
            waiter.TrySetException(moves);
        }

        _definition?.InForce.TrySetException(moves);
    }
}
