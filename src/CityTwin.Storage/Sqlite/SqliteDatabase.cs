using System.Collections.Immutable;
using System.Reflection;
using CityTwin.Grains.Storing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CityTwin.Storage.Sqlite;

/// <summary>
/// The database file of a city: made or upgraded when it is opened, by numbered scripts, each in one transaction with the
/// version it leads to.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    /// <summary>Marks the file as ours ("CtTw"), so that another program's database is not mistaken for a city.</summary>
    private const int ApplicationId = 0x43745477;

    private const int PageBytes = 4096;

    private static readonly string[] Scripts = ReadScripts();

    private SqliteDatabase(SqliteOptions options)
    {
        Options = options;
        Shared = SharedLog.Of(options.FilePath);
    }

    /// <summary>The settings it was opened with.</summary>
    public SqliteOptions Options { get; }

    /// <summary>Names the change log in this file; see <see cref="IChangeLog.Epoch"/>.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>For the stock providers, which open and pool their own connections.</summary>
    public string ConnectionString => ConnectionStringOf(Options, pooled: true);

    internal SharedLog Shared { get; }

    /// <summary>The schema version that all scripts lead to.</summary>
    internal static int NewestVersion => Scripts.Length;

    /// <summary>Opens the database of a city, and makes or upgrades it where needed.</summary>
    /// <exception cref="StorageUnusableException">It cannot be used; the message is one line that says why.</exception>
    public static SqliteDatabase Open(SqliteOptions options)
    {
        options.Validate();
        var database = new SqliteDatabase(options);
        try
        {
            Directory.CreateDirectory(options.DataPath);
            database.Prepare();
            return database;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            database.Dispose();
            throw new StorageUnusableException($"The data folder {options.DataPath} cannot be used: {OneLine(fault)}", fault);
        }
        catch (SqliteException fault)
        {
            database.Dispose();
            throw Unusable(options, fault);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads on a connection for reading. SQLite works synchronously, so it leaves the caller's scheduler, and hears of nobody who no longer waits: it is interrupted.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    internal Task<T> Use<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            try
            {
                using var connection = OpenReader();
                await using var stop = cancellation.UnsafeRegister(static handle => raw.sqlite3_interrupt((sqlite3)handle!), connection.Handle);
                return await read(connection).ConfigureAwait(false);
            }
            catch (SqliteException fault)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Unusable(Options, fault);
            }
        },
        cancellation);

    /// <summary>A connection of its own for reading, from the pool of the driver.</summary>
    internal SqliteConnection OpenReader()
    {
        try
        {
            return Connect(Options, pooled: true);
        }
        catch (SqliteException fault)
        {
            throw Unusable(Options, fault);
        }
    }

    /// <summary>
    /// A connection that commits durably: what it acknowledged survives a power cut. Closing it rolls back what is open,
    /// which the pool would not do.
    /// </summary>
    internal SqliteConnection OpenWriter()
    {
        var connection = Connect(Options, pooled: false);
        try
        {
            Run(connection, $"pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 4000; pragma max_page_count = {Options.FileBytesMax / PageBytes};");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static StorageUnusableException Unusable(SqliteOptions options, SqliteException fault) => new(
        fault.SqliteErrorCode switch
        {
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM =>
                $"The database {options.FilePath} cannot be opened for writing: {OneLine(fault)}",
            raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT =>
                $"The database {options.FilePath} is damaged: {OneLine(fault)} Restore it from a copy, or start with an empty data folder.",
            _ => $"The database {options.FilePath} cannot be used: {OneLine(fault)}",
        },
        fault);

    /// <summary>
    /// True when no later attempt can succeed: the file is damaged, or not what our statements were written for. Room,
    /// memory, locks and devices may come back.
    /// </summary>
    internal static bool IsFatal(SqliteException fault) => fault.SqliteErrorCode is not (
        raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED
        or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_INTERRUPT or raw.SQLITE_TOOBIG);

    /// <summary>Closes the idle connections too, so that the file can be moved or deleted.</summary>
    public void Dispose()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
        Shared.Dispose();
    }

    private static string ConnectionStringOf(SqliteOptions options, bool pooled) => new SqliteConnectionStringBuilder
    {
        DataSource = options.FilePath,
        Pooling = pooled,
        DefaultTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds),
    }.ToString();

    private static SqliteConnection Connect(SqliteOptions options, bool pooled)
    {
        var connection = new SqliteConnection(ConnectionStringOf(options, pooled));
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, (int)options.BusyTimeout.TotalMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection to a database that is there, without all the rest.</summary>
    internal static SqliteConnection Connect(string file, TimeSpan busyTimeout)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
        }.ToString());
        connection.Open();
        return connection;
    }

    /// <exception cref="StorageUnusableException">The database is somebody else's, or of a newer release.</exception>
    internal static void RequireKnown(SqliteConnection connection, string file)
    {
        if (Scalar(connection, "pragma application_id") != ApplicationId)
        {
            throw new StorageUnusableException($"The database {file} is not a CityTwin database.");
        }

        VersionOf(connection, file);
    }

    private static long VersionOf(SqliteConnection connection, string file)
    {
        var version = Scalar(connection, "pragma user_version");
        return version <= Scripts.Length ? version
            : throw new StorageUnusableException($"The database {file} has schema version {version}, made by a newer CityTwin; this one knows up to {Scripts.Length}.");
    }

    private void Prepare()
    {
        lock (Shared.WriteTurn)
        {
            using var connection = Connect(Options, pooled: false);
            Run(connection, $"pragma page_size = {PageBytes}; pragma journal_mode = wal; pragma synchronous = full;");
            if (Scalar(connection, "select count(*) from sqlite_schema") > 0)
            {
                RequireKnown(connection, Options.FilePath);
            }

            Upgrade(connection);
            using var head = connection.CreateCommand();
            head.CommandText = "select epoch, head from change_head";
            using var row = head.ExecuteReader();
            if (!row.Read())
            {
                throw new StorageUnusableException($"The database {Options.FilePath} is damaged: its change log has no head.");
            }

            Epoch = row.GetString(0);
            Shared.Head.Advance(row.GetInt64(1));
        }
    }

    private void Upgrade(SqliteConnection connection)
    {
        while (true)
        {
            // Another silo may be upgrading the same file: the version is looked at again inside the transaction.
            using var transaction = connection.BeginTransaction(deferred: false);
            var version = VersionOf(connection, Options.FilePath);
            if (version == Scripts.Length)
            {
                return;
            }

            Run(connection, Scripts[version]);
            Run(connection, $"pragma user_version = {version + 1}; pragma application_id = {ApplicationId};");
            transaction.Commit();
        }
    }

    /// <summary>Everything that the scripts make up to a version, each with the statement that makes it.</summary>
    internal static ImmutableSortedSet<string> Made(int version)
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Array.ForEach(Scripts[..version], script => Run(connection, script));
        return Made(connection);
    }

    /// <summary>Everything that there is in a database but for what SQLite counts for itself.</summary>
    internal static ImmutableSortedSet<string> Made(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_schema where name not in ('sqlite_stat1', 'sqlite_stat4')";
        using var row = command.ExecuteReader();
        var made = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        while (row.Read())
        {
            made.Add(row.GetString(0));
        }

        return made.ToImmutable();
    }

    /// <summary>The scripts by rising number: script n leads from schema version n - 1 to n.</summary>
    private static string[] ReadScripts()
    {
        var assembly = typeof(SqliteDatabase).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("CityTwin.Storage.Sqlite.Scripts.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Text(assembly, name))];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    internal static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    internal static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    internal static string OneLine(Exception fault)
    {
        var text = fault.Message.ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') ? text : text + ".";
    }
}
