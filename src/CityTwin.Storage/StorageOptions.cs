namespace CityTwin.Storage;

/// <summary>What both databases have in common: how much is written at once, and how long change log and history are kept.</summary>
public abstract record StorageOptions
{
    /// <summary>The most rows of grain state one transaction writes; 1 to 10,000.</summary>
    public int GroupRowsMax { get; init; } = 2_000;

    /// <summary>A transaction takes no further write once it holds this many bytes.</summary>
    public int GroupBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>The most writes that wait in memory; further callers wait for a place.</summary>
    public int QueueMax { get; init; } = 20_000;

    /// <summary>The largest serialized grain state.</summary>
    public int StateBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>The change log keeps at least this many rows ...</summary>
    public long ChangesKeptMin { get; init; } = 10_000;

    /// <summary>... and at most this many, except for what follows the latest checkpoint.</summary>
    public long ChangesKeptMax { get; init; } = 1_000_000;

    /// <summary>Between the two, rows are kept for so long.</summary>
    public TimeSpan ChangesKeptFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long history keeps readings, counted from their arrival, and changes; at least a day. Zero = no history, and what was kept goes.</summary>
    public TimeSpan HistoryKeptFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often a reader looks for what other processes wrote.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="ArgumentException">A value is out of its range; the message names the option.</exception>
    public virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupRowsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GroupRowsMax, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StateBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptMin, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptMax, ChangesKeptMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        if (HistoryKeptFor != TimeSpan.Zero)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(HistoryKeptFor, TimeSpan.FromDays(1));
        }
    }
}
