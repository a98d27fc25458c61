namespace CityTwin.Core.Sensing;

/// <summary>
/// When each of many must next be asked: a sensor whether it is silent, a sleeper what it has to do. Moving a deadline
/// back, which every reading does, is one write; the queue is mended only when the old deadline comes. Not safe for
/// several threads at once.
/// </summary>
public sealed class DeadlineWheel<TKey>
    where TKey : struct
{
    private readonly Dictionary<TKey, (DateTimeOffset Due, DateTimeOffset Queued)> _deadlines = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _queue = new();

    /// <summary>How many have a deadline.</summary>
    public int Count => _deadlines.Count;

    /// <summary>Sets a deadline, whatever it was; null = none.</summary>
    public void Set(TKey key, DateTimeOffset? due)
    {
        if (due is not { } at)
        {
            _deadlines.Remove(key);
            return;
        }

        if (_deadlines.TryGetValue(key, out var known) && known.Queued <= at)
        {
            _deadlines[key] = (at, known.Queued);
            return;
        }

        Queue(key, at);
    }

    /// <summary>Sets a deadline only where there is none.</summary>
    public void SetIfNone(TKey key, DateTimeOffset due)
    {
        if (!_deadlines.ContainsKey(key))
        {
            Queue(key, due);
        }
    }

    /// <summary>Takes out up to <paramref name="max"/> of those whose deadline has come.</summary>
    public IReadOnlyList<TKey> TakeDue(DateTimeOffset now, int max)
    {
        var due = new List<TKey>();
        while (due.Count < max && _queue.TryPeek(out var key, out var queued) && queued <= now)
        {
            _queue.Dequeue();

            // An entry that is not the latest of its key was replaced by an earlier one, or its deadline taken away.
            if (!_deadlines.TryGetValue(key, out var known) || known.Queued != queued)
            {
                continue;
            }

            if (known.Due > now)
            {
                Queue(key, known.Due);
                continue;
            }

            _deadlines.Remove(key);
            due.Add(key);
        }

        return due;
    }

    private void Queue(TKey key, DateTimeOffset at)
    {
        _deadlines[key] = (at, at);
        _queue.Enqueue(key, at);
    }
}
