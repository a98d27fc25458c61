using System.Globalization;
using System.Reflection;
using CityTwin.Grains.Storing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// The schema of a city on PostgreSQL: made and upgraded by numbered scripts, each in one transaction with the version it
/// leads to. Not by a silo that starts, which has no right to: by <see cref="Migrate"/>, run by whoever owns the database.
/// </summary>
public static class PostgresSchema
{
    /// <summary>The role that silos run as gets its rights from <see cref="Migrate"/>, if there is one of this name.</summary>
    public const string SiloRole = "citytwin_silo";

    /// <summary>"CtTw": whoever migrates holds this lock, so that the others wait.</summary>
    internal const long LockKey = 0x43745477;

    /// <summary>For "nulls not distinct".</summary>
    private const int ServerVersionMin = 15;

    /// <summary>A script that begins so names the oldest schema version whose silos may run on after it; without it, none older than its own may.</summary>
    private const string ServesMark = "-- serves: ";

    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(1);

    /// <summary>A quarter of an hour.</summary>
    private const int LockTriesMax = 900;

    private static readonly string[] Scripts = ReadScripts();

    /// <summary>The schema version that all scripts lead to.</summary>
    internal static int NewestVersion => Scripts.Length;

    /// <summary>Brings the schema up to date. May be run by several at once; the second finds nothing to do.</summary>
    /// <param name="say">Hears what is done, a line each.</param>
    /// <exception cref="StorageUnusableException">It cannot be done; the message is one line that says why.</exception>
    public static void Migrate(PostgresOptions options, Action<string> say)
    {
        try
        {
            options.Validate();
            using var connection = new NpgsqlConnection(options.Copying);
            connection.Open();
            RequireServer(connection, options);
            Run(connection, $"select pg_advisory_lock({LockKey})");
            var found = Version(connection);
            RequireKnown(found, options);
            for (var version = found; version < Scripts.Length; version++)
            {
                UpgradeWhenFree(connection, version, () => say($"{options.Place}: waits for a table that others use; they go on meanwhile."));
                say($"{options.Place}: schema version {version + 1} made.");
            }

            if (found == Scripts.Length)
            {
                say($"{options.Place}: schema version {found} is the newest; nothing to do.");
            }

            using var granting = connection.BeginTransaction();
            var isGranted = Grant(connection);
            granting.Commit();
            say(isGranted
                ? $"{options.Place}: role {SiloRole} may run silos."
                : $"{options.Place}: there is no role {SiloRole}, so only the owner may run silos; create it and migrate again.");
        }
        catch (ArgumentException fault)
        {
            throw new StorageUnusableException($"The PostgreSQL settings are wrong. {PostgresFaults.OneLine(fault)}", fault);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw new StorageUnusableException($"The database {options.Place} was not migrated: {PostgresFaults.OneLine(fault)}", fault);
        }
    }

    /// <summary>
    /// One step in a transaction of its own. Where it waits for a table, all others wait behind it: so it gives way after a moment
    /// and tries again, until a backup, for one, is done.
    /// </summary>
    private static void UpgradeWhenFree(NpgsqlConnection connection, int version, Action waits)
    {
        for (var tries = 1; ; tries++)
        {
            using var transaction = connection.BeginTransaction();
            try
            {
                Run(connection, $"set local lock_timeout = '{(long)LockWait.TotalMilliseconds}ms'");
                Upgrade(connection, version);
                transaction.Commit();
                return;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable && tries < LockTriesMax)
            {
                if (tries == 1)
                {
                    waits();
                }
            }
        }
    }

    /// <exception cref="StorageUnusableException">The schema is not the one that this program knows.</exception>
    internal static void Require(NpgsqlConnection connection, PostgresOptions options)
    {
        RequireServer(connection, options);
        var version = Version(connection);
        if (version > Scripts.Length && !Serves(connection, Scripts.Length))
        {
            RequireKnown(version, options);
        }

        if (version < Scripts.Length)
        {
            throw new StorageUnusableException(
                $"The database {options.Place} has schema version {version}, and this CityTwin needs {Scripts.Length}: run 'CityTwin.Silo --migrate' as its owner first.");
        }
    }

    internal static void RequireServer(NpgsqlConnection connection, PostgresOptions options)
    {
        if (connection.PostgreSqlVersion.Major < ServerVersionMin)
        {
            throw new StorageUnusableException($"{options.Place} is PostgreSQL {connection.PostgreSqlVersion}; at least {ServerVersionMin} is needed.");
        }
    }

    internal static void RequireKnown(int version, PostgresOptions options)
    {
        if (version > Scripts.Length)
        {
            throw new StorageUnusableException(
                $"The database {options.Place} has schema version {version}, made by a newer CityTwin; this one knows up to {Scripts.Length}.");
        }
    }

    /// <returns>0 where there is no schema of ours.</returns>
    internal static int Version(NpgsqlConnection connection)
    {
        if (Scalar(connection, "select to_regclass('citytwin_schema') is not null") is false)
        {
            return 0;
        }

        return Convert.ToInt32(Scalar(connection, "select coalesce(max(version), 0) from citytwin_schema"), CultureInfo.InvariantCulture);
    }

    /// <summary>From one version to the next, in the transaction that is open.</summary>
    internal static void Upgrade(NpgsqlConnection connection, int version)
    {
        Run(connection, "create table if not exists citytwin_schema (version integer primary key, made_at timestamptz not null default now())");
        Run(connection, "alter table citytwin_schema add column if not exists serves integer");
        Run(connection, Scripts[version]);
        Run(connection, $"insert into citytwin_schema (version, serves) values ({version + 1}, {ServedBy(Scripts[version]) ?? version + 1})");
    }

    /// <summary>The oldest schema version whose silos may run on after a script; null = none older than its own.</summary>
    internal static int? ServedBy(string script) => script.StartsWith(ServesMark, StringComparison.Ordinal)
        ? int.Parse(script.AsSpan(ServesMark.Length, script.IndexOf('\n', StringComparison.Ordinal) - ServesMark.Length), NumberStyles.None, CultureInfo.InvariantCulture)
        : null;

    /// <summary>
    /// Whether a schema newer than a program knows is made so that the program may run on it: so silos of two releases run side
    /// by side while one after the other is replaced.
    /// </summary>
    private static bool Serves(NpgsqlConnection connection, int known) =>
        Scalar(connection, "select exists (select from information_schema.columns where table_schema = current_schema() and table_name = 'citytwin_schema' and column_name = 'serves')") is true
        && Scalar(connection, $"select coalesce(max(coalesce(serves, version)), 0) <= {known} from citytwin_schema where version > {known}") is true;

    /// <summary>
    /// Rows only: silos make, change and drop nothing. Its own tables one by one, because others may lie beside them.
    /// </summary>
    /// <returns>False when there is no such role.</returns>
    internal static bool Grant(NpgsqlConnection connection)
    {
        if (Scalar(connection, $"select exists (select from pg_roles where rolname = '{SiloRole}')") is false)
        {
            return false;
        }

        Run(connection, $"""
            do $$ begin execute format('grant usage on schema %I to {SiloRole}', current_schema()); end $$;
            grant select on citytwin_schema, OrleansQuery to {SiloRole};
            grant select, insert, update, delete on OrleansStorage, OrleansRemindersTable, OrleansMembershipTable, OrleansMembershipVersionTable,
                changes, published, definitions, bookmarks, leases to {SiloRole};
            grant select, update on change_head, audit_edge to {SiloRole};
            grant select, insert on audit, readings, history, session_keys to {SiloRole};
            grant select, insert, delete on history_marks, history_marked to {SiloRole};
            grant select, usage on sequence readings_place, history_place, history_mark to {SiloRole};
            grant execute on function keep_reading_days to {SiloRole};
            """);
        return true;
    }

    /// <summary>The scripts by rising number: script n leads from schema version n - 1 to n.</summary>
    private static string[] ReadScripts()
    {
        var assembly = typeof(PostgresSchema).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("CityTwin.Storage.Postgres.Scripts.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Text(assembly, name))];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    internal static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    internal static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
