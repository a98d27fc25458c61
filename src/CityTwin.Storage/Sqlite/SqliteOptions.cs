namespace CityTwin.Storage.Sqlite;

/// <summary>Where and how a city is kept in one SQLite file.</summary>
public sealed record SqliteOptions
{
    /// <summary>The folder of the database; made where it is missing.</summary>
    public required string DataPath { get; init; }

    /// <summary>The most rows of grain state one transaction writes; 1 to 10,000.</summary>
    public int GroupRowsMax { get; init; } = 1_000;

    /// <summary>A transaction takes no further write once it holds this many bytes.</summary>
    public int GroupBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>The most writes that wait in memory; further callers wait for a place.</summary>
    public int QueueMax { get; init; } = 20_000;

    /// <summary>The largest serialized grain state.</summary>
    public int StateBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>The largest size of the database file; writes beyond it fail as on a full disk.</summary>
    public long FileBytesMax { get; init; } = 256L * 1024 * 1024 * 1024;

    /// <summary>The change log keeps at least this many rows ...</summary>
    public long ChangesKeptMin { get; init; } = 10_000;

    /// <summary>... and at most this many, except for what follows the latest checkpoint.</summary>
    public long ChangesKeptMax { get; init; } = 1_000_000;

    /// <summary>Between the two, rows are kept for so long.</summary>
    public TimeSpan ChangesKeptFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often a reader looks for what other processes wrote.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a write waits for another process to release the file.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The database itself.</summary>
    public string FilePath => Path.GetFullPath(Path.Combine(DataPath, "citytwin.db"));

    /// <exception cref="ArgumentException">A value is out of its range; the message names the option.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(DataPath);
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupRowsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GroupRowsMax, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StateBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytesMax, 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptMin, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptMax, ChangesKeptMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChangesKeptFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(BusyTimeout, TimeSpan.Zero);
    }
}
