namespace CityTwin.Storage.Sqlite;

/// <summary>Where and how a city is kept in one SQLite file.</summary>
public sealed record SqliteOptions : StorageOptions
{
    /// <summary>The folder of the database; made where it is missing.</summary>
    public required string DataPath { get; init; }

    /// <summary>The largest size of the database file; writes beyond it fail as on a full disk.</summary>
    public long FileBytesMax { get; init; } = 256L * 1024 * 1024 * 1024;

    /// <summary>How long a write waits for another process to release the file.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The database itself.</summary>
    public string FilePath => Path.GetFullPath(Path.Combine(DataPath, "citytwin.db"));

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(DataPath);
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytesMax, 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(BusyTimeout, TimeSpan.Zero);
    }
}
