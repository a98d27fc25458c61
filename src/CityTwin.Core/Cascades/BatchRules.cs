namespace CityTwin.Core.Cascades;

/// <summary>Which batch comes next, and when it happens.</summary>
public static class BatchRules
{
    /// <summary>
    /// Timers due earlier run first, each at its own time, so that downtime is replayed in order. Changes are
    /// stamped max(now, last + 1), and what is due at that instant joins them. Starts get a batch of their own
    /// after all else of their instant: in the batch of a repair, or at the end of a lag, a start comes too early.
    /// </summary>
    /// <param name="last">The instant of the last batch.</param>
    /// <param name="due">The earliest timer, null when none is set.</param>
    /// <param name="startsHaveWaited">
    /// A batch of changes has gone before the starts that wait: they go next, or a storm of changes would hold them off for ever.
    /// </param>
    /// <returns>Null when there is nothing to do at <paramref name="now"/>.</returns>
    public static NextBatch? Next(long now, long last, long? due, bool hasChanges, bool hasStarts, bool startsHaveWaited = false)
    {
        var stamp = Math.Max(now, last + 1);
        var changesNext = hasChanges && !(hasStarts && startsHaveWaited);
        var timersFirst = due < stamp || (due == stamp && !changesNext && (due <= now || hasStarts));
        if (timersFirst && due is { } timer)
        {
            return new(timer, BatchKind.Timers);
        }

        return changesNext ? new(stamp, BatchKind.Changes)
            : hasStarts ? new(stamp, BatchKind.Starts)
            : null;
    }
}

/// <summary>When the next batch happens and what it takes from the inbox.</summary>
public readonly record struct NextBatch(long At, BatchKind Kind);

/// <summary>What a batch takes; timers due at its instant always belong to it.</summary>
public enum BatchKind
{
    Timers,
    Changes,
    Starts,
}
