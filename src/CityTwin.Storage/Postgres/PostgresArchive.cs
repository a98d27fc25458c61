using System.Collections.Immutable;
using System.Data;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Archiving;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// A city on PostgreSQL to and from one file. The contents are tables one after the other, as COPY gives them, all as of one
/// commit; what belongs to the running cluster (its members) and what the schema's scripts bring along are left out.
/// </summary>
public static class PostgresArchive
{
    /// <summary>In the order of the schema; an older schema may lack the last ones.</summary>
    internal static readonly ImmutableArray<string> Tables =
        ["orleansstorage", "orleansreminderstable", "change_head", "changes", "published", "definitions", "bookmarks", "audit", "audit_edge",
            .. KeptDays.Parents, "history_marks", "history_marked"];

    /// <summary>Members of the cluster that was and what they held, what nobody may make sessions with, and what every database of this schema version has alike.</summary>
    internal static readonly ImmutableArray<string> LeftOut =
        ["orleansmembershiptable", "orleansmembershipversiontable", "orleansquery", "leases", "session_keys", "citytwin_schema"];

    /// <summary>Copies the city while silos may be running on it. Their role may do so too.</summary>
    /// <param name="file">The archive to write; it may not exist yet.</param>
    /// <param name="at">Now.</param>
    /// <exception cref="StorageUnusableException">It cannot be done; the message is one line that says why.</exception>
    public static ArchiveLabel Backup(PostgresOptions options, string file, DateTimeOffset at, CancellationToken cancellation) => ArchiveFile.Write(
        file,
        ArchiveKind.Postgres,
        at,
        part => Told<ArchiveFile.Contents>(options, $"The city in {{0}} was not backed up to '{file}'", () =>
        {
            using var connection = Open(options);
            var version = PostgresSchema.Version(connection);
            PostgresSchema.RequireKnown(version, options);
            if (version == 0)
            {
                throw new StorageUnusableException($"There is no city in {options.Place}: it has no schema.");
            }

            var tables = Tables.Where(table => Exists(connection, table)).ToList();
            using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
            // Before anything is read, and so seen: nobody drops a day of readings or changes the schema from here on.
            PostgresSchema.Run(connection, $"set transaction read only; lock table {string.Join(", ", tables)} in access share mode");
            if (PostgresSchema.Version(connection) != version)
            {
                throw new StorageUnusableException($"The schema in {options.Place} was just being upgraded. Back it up again.");
            }

            using var to = new BinaryWriter(new FileStream(part, FileMode.Open, FileAccess.Write));
            foreach (var table in tables)
            {
                foreach (var section in KeptDays.Parents.Contains(table) ? KeptDays.Of(connection, table) : [new(table, $"select {{0}} from {table}")])
                {
                    var columns = Columns(connection, table);
                    ArchiveSections.Begin(to, section.Name, columns);
                    using var rows = connection.BeginRawBinaryCopy($"copy ({string.Format(null, section.Query, List(columns))}) to stdout (format binary)");
                    ArchiveSections.Write(to, rows, cancellation);
                }
            }

            ArchiveSections.End(to);
            return new(version, tables.ToImmutableSortedDictionary(table => table, table => CountOf(connection, table), StringComparer.Ordinal));
        }));

    /// <summary>
    /// Makes the schema that the archive is of in a database that has none, fills it and upgrades it, in one transaction. It
    /// takes the owner of the database.
    /// </summary>
    /// <exception cref="StorageUnusableException">It cannot be done, and nothing has changed; the message is one line that says why.</exception>
    public static ArchiveLabel Restore(PostgresOptions options, string file, CancellationToken cancellation) => Told(
        options, $"The archive '{file}' was not restored to {{0}}", () =>
        {
            using var connection = Open(options);
            using var transaction = connection.BeginTransaction();
            PostgresSchema.Run(connection, $"select pg_advisory_xact_lock({PostgresSchema.LockKey})");
            if (Tables.Concat(LeftOut).FirstOrDefault(table => Exists(connection, table)) is { } found)
            {
                throw new StorageUnusableException($"The database {options.Place} is not empty: it has a table {found}. Restore into a new one ('create database').");
            }

            var label = ArchiveFile.Verify(file, ArchiveKind.Postgres, PostgresSchema.NewestVersion, cancellation);
            if (label.Rows.Keys.FirstOrDefault(table => !Tables.Contains(table)) is { } unknown)
            {
                // Whoever made the file can have put anything there: it must not come into a statement.
                throw new StorageUnusableException($"The archive '{file}' says that it holds something unknown: {unknown}.");
            }

            for (var version = 0; version < label.Schema; version++)
            {
                PostgresSchema.Upgrade(connection, version);
            }

            Fill(connection, file, cancellation);
            foreach (var (table, rows) in label.Rows)
            {
                if (CountOf(connection, table) != rows)
                {
                    throw new StorageUnusableException($"The archive '{file}' does not hold the {rows} rows of {table} that it says.");
                }
            }

            BeginAnew(connection, label);
            for (var version = label.Schema; version < PostgresSchema.NewestVersion; version++)
            {
                PostgresSchema.Upgrade(connection, version);
            }

            PostgresSchema.Grant(connection);
            transaction.Commit();
            return label;
        });

    private static void Fill(NpgsqlConnection connection, string file, CancellationToken cancellation)
    {
        using var from = new BinaryReader(File.OpenRead(file));
        while (ArchiveSections.Next(from) is { } section)
        {
            if (!Tables.Contains(section.Name) && !KeptDays.Make(connection, section.Name))
            {
                throw new StorageUnusableException($"The archive '{file}' holds something unknown: {section.Name}.");
            }

            // The scripts have put a first row into some.
            PostgresSchema.Run(connection, $"delete from {section.Name}");
            using var to = connection.BeginRawBinaryCopy($"copy {section.Name} ({List(section.Columns)}) from stdin (format binary)");
            try
            {
                ArchiveSections.Read(from, to, cancellation);
            }
            catch
            {
                to.Cancel();
                throw;
            }
        }
    }

    /// <summary>
    /// The log is another one from here on, so that whoever saw what the archive does not hold notices. (The table is another
    /// one too, and so <c>log_place</c> would say so by itself; but nothing is to hang on that alone.)
    /// </summary>
    private static void BeginAnew(NpgsqlConnection connection, ArchiveLabel label)
    {
        PostgresSchema.Run(connection, "update change_head set epoch = md5(gen_random_uuid()::text)");
        foreach (var (sequence, column, table) in new[] { ("readings_place", "place", KeptDays.Readings), ("history_place", "place", KeptDays.History), ("history_mark", "mark", "history_marks") }
            .Where(one => label.Rows.ContainsKey(one.Item3)))
        {
            PostgresSchema.Run(connection, $"select setval('{sequence}', coalesce(max({column}), 0) + 1, false) from {table}");
        }
    }

    private static NpgsqlConnection Open(PostgresOptions options)
    {
        options.Validate();
        var connection = new NpgsqlConnection(options.Copying);
        try
        {
            connection.Open();
            PostgresSchema.RequireServer(connection, options);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <param name="failed">What was not done; {0} is the database.</param>
    private static T Told<T>(PostgresOptions options, string failed, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException fault)
        {
            throw new StorageUnusableException($"The PostgreSQL settings are wrong. {PostgresFaults.OneLine(fault)}", fault);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            var whose = fault is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } ? " Do it as the owner of the database." : "";
            throw new StorageUnusableException($"{string.Format(null, failed, options.Place)}: {PostgresFaults.OneLine(fault)}{whose}", fault);
        }
    }

    private static bool Exists(NpgsqlConnection connection, string table) => PostgresSchema.Scalar(connection, $"select to_regclass('{table}') is not null") is true;

    private static long CountOf(NpgsqlConnection connection, string table) => (long)PostgresSchema.Scalar(connection, $"select count(*) from {table}")!;

    private static string[] Columns(NpgsqlConnection connection, string table) => (string[])PostgresSchema.Scalar(
        connection, $"select array_agg(attname::text order by attnum) from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped")!;

    private static string List(IEnumerable<string> columns) => string.Join(", ", columns.Select(column => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
}
