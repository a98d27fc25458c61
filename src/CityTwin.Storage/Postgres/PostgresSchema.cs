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
            using var connection = new NpgsqlConnection(options.Single);
            connection.Open();
            RequireServer(connection, options);
            Run(connection, $"select pg_advisory_lock({LockKey})");
            var found = Version(connection);
            RequireKnown(found, options);
            for (var version = found; version < Scripts.Length; version++)
            {
                using var transaction = connection.BeginTransaction();
                Upgrade(connection, version);
                transaction.Commit();
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

    /// <exception cref="StorageUnusableException">The schema is not the one that this program knows.</exception>
    internal static void Require(NpgsqlConnection connection, PostgresOptions options)
    {
        RequireServer(connection, options);
        var version = Version(connection);
        RequireKnown(version, options);
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
        Run(connection, Scripts[version]);
        Run(connection, $"insert into citytwin_schema (version) values ({version + 1})");
    }

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
