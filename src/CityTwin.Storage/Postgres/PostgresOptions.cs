using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>Where and how a city is kept on PostgreSQL, by any number of silos.</summary>
public sealed record PostgresOptions : StorageOptions
{
    /// <summary>Connections of one silo for reading, and as many again of the stock providers, unless the connection string says otherwise.</summary>
    private const int PoolMax = 20;

    /// <summary>Of the server and the database, as Npgsql understands it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>How long one statement may take before it counts as failed.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the server lets a silo stand still in the middle of a group before it rolls the group back: until then all
    /// other silos wait for it.
    /// </summary>
    public TimeSpan StandstillMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a group is tried again while nothing of it was written, counted from when the trouble began: a database
    /// that restarts is back by then. Later groups are tried once each.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan RetryPauseMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For connections that are pooled.</summary>
    internal string Pooled => With(builder =>
    {
        // "ContainsKey" would say whether the driver knows such a key.
        if (!builder.Keys.Contains("Maximum Pool Size", StringComparer.OrdinalIgnoreCase))
        {
            builder.MaxPoolSize = PoolMax;
        }
    });

    /// <summary>For a connection that somebody keeps for himself.</summary>
    internal string Single => With(builder =>
    {
        builder.Pooling = false;
        // Nobody else would notice that the other side is gone.
        builder.KeepAlive = 10;
    });

    /// <summary>For a copy of everything, of which no step is too long.</summary>
    internal string Copying => new NpgsqlConnectionStringBuilder(Single) { CommandTimeout = 0 }.ConnectionString;

    /// <summary>Server and database without names and passwords, for people.</summary>
    internal string Place
    {
        get
        {
            var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}";
        }
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        try
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(ConnectionString).Host, nameof(ConnectionString));
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            // Not the text itself: there may be a password in it.
            throw new ArgumentException($"ConnectionString: it is no connection string of a server ({fault.Message}); as in 'Host=db;Database=citytwin;Username=citytwin_silo'.", nameof(ConnectionString));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CommandTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StandstillMax, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryPauseMax, TimeSpan.Zero);
    }

    private string With(Action<NpgsqlConnectionStringBuilder> set)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString) { CommandTimeout = (int)Math.Ceiling(CommandTimeout.TotalSeconds) };
        builder.ApplicationName ??= "citytwin";
        set(builder);
        return builder.ConnectionString;
    }
}
