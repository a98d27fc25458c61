using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>The database of a city on PostgreSQL, as <see cref="PostgresSchema"/> has made it.</summary>
public sealed class PostgresDatabase : IDisposable
{
    private readonly NpgsqlDataSource _readers;

    private PostgresDatabase(PostgresOptions options)
    {
        Options = options;
        _readers = NpgsqlDataSource.Create(options.Pooled);
    }

    /// <summary>The settings it was opened with.</summary>
    public PostgresOptions Options { get; }

    /// <summary>Names the change log in this very database; see <see cref="IChangeLog.Epoch"/>.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>For the stock providers, which open and pool their own connections.</summary>
    public string ConnectionString => Options.Pooled;

    /// <summary>Tells this process from others on the database.</summary>
    internal string Self { get; } = Guid.NewGuid().ToString("N");

    internal KnownHead Head { get; } = new();

    /// <summary>The part of <see cref="Epoch"/> that was drawn when the log was made.</summary>
    internal string Drawn { get; private set; } = "";

    /// <summary>Opens the database of a city.</summary>
    /// <exception cref="StorageUnusableException">It cannot be used; the message is one line that says why.</exception>
    public static PostgresDatabase Open(PostgresOptions options)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new StorageUnusableException($"The PostgreSQL settings are wrong. {PostgresFaults.OneLine(fault)}", fault);
        }

        var database = new PostgresDatabase(options);
        try
        {
            using var connection = database._readers.OpenConnection();
            PostgresSchema.Require(connection, options);
            var place = LogPlace.Read(connection);
            (database.Epoch, database.Drawn) = (place.Epoch, place.Drawn);
            database.Head.Advance(place.Head);
            return database;
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            database.Dispose();
            throw PostgresFaults.Unusable(options, fault);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Does something over a connection from the pool that may be done twice. When the server was away, all connections in
    /// the pool are dead and nobody has noticed: they are forgotten, and it is done once more over a new one.
    /// </summary>
    internal async Task<T> Use<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await Once(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsBroken(fault))
        {
            Forget();
            if (PostgresFaults.IsTooSlow(fault))
            {
                // It would be so again.
                throw;
            }

            return await Once(work, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="Use"/>, for ports: what PostgreSQL throws is told in one line.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    internal async Task<T> Guarded<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await Use(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(Options, fault);
        }
    }

    /// <summary>Forgets what is in the pools: ours, and that of the stock providers.</summary>
    internal void Forget()
    {
        _readers.Clear();
        using var stock = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(stock);
    }

    /// <summary>
    /// A connection of its own that commits durably: what it acknowledged survives a power cut of the server. A server
    /// that demands more than that, such as a copy on a standby, is not talked out of it.
    /// </summary>
    /// <exception cref="StorageUnusableException">The schema is another one by now, or the data is other data.</exception>
    internal NpgsqlConnection OpenWriter()
    {
        var connection = new NpgsqlConnection(Options.Single);
        try
        {
            connection.Open();
            using (var settings = new NpgsqlCommand(
                "select set_config('idle_in_transaction_session_timeout', $1, false), "
                + "set_config('synchronous_commit', case when current_setting('synchronous_commit') in ('off', 'local') then 'on' else current_setting('synchronous_commit') end, false)",
                connection))
            {
                settings.Parameters.AddWithValue($"{(long)Options.StandstillMax.TotalMilliseconds}ms");
                settings.ExecuteNonQuery();
            }

            PostgresSchema.Require(connection, Options);
            Require(LogPlace.Read(connection));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageUnusableException">It is a place in another log.</exception>
    internal void Require(LogPlace place)
    {
        if (place.Epoch != Epoch)
        {
            throw new StorageUnusableException(PostgresFaults.OtherDatabase(Options));
        }

        Head.Advance(place.Head);
    }

    private async Task<T> Once<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await _readers.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        return await work(connection).ConfigureAwait(false);
    }

    /// <summary>Closes the idle connections too.</summary>
    public void Dispose() => _readers.Dispose();
}
