using System.Net.Sockets;
using CityTwin.Grains.Storing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>What a failure of the server means.</summary>
internal static class PostgresFaults
{
    /// <summary>Raised by our own function: the log is not the one that the silo began with.</summary>
    public const string OtherLog = "CT001";

    private static readonly string[] SchemaGone =
        [PostgresErrorCodes.UndefinedTable, PostgresErrorCodes.UndefinedFunction, PostgresErrorCodes.UndefinedColumn, PostgresErrorCodes.InvalidSchemaName];

    /// <summary>Whether it is the server or the way to it that fails, rather than our code.</summary>
    public static bool IsOne(Exception fault) => fault is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>Whether it was the connection that broke, so that another one may do.</summary>
    public static bool IsBroken(Exception fault) => fault is PostgresException { SqlState: var state }
        ? state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        : IsOne(fault);

    /// <summary>Whether nothing came from the server for as long as we wait.</summary>
    public static bool IsTooSlow(Exception fault) => fault is TimeoutException or NpgsqlException { InnerException: TimeoutException };

    /// <summary>True when no later attempt can succeed: the schema is not what our statements were written for, or the data is other data.</summary>
    public static bool IsFatal(Exception fault) =>
        fault is PostgresException { SqlState: var state } && (state == OtherLog || SchemaGone.Contains(state));

    public static StorageUnusableException Unusable(PostgresOptions options, Exception fault) => new(
        fault is PostgresException { SqlState: OtherLog } ? OtherDatabase(options)
        : IsFatal(fault) ? $"The database {options.Place} has lost its schema: {OneLine(fault)} Run 'CityTwin.Silo --migrate', or restore it."
        : IsTooSlow(fault) ? $"The database {options.Place} did not answer within {options.CommandTimeout.TotalSeconds:0} s; if others are answered, ask for less at once."
        : $"The database {options.Place} cannot be used: {OneLine(fault)}",
        fault);

    /// <summary>What a silo says that finds other data under itself than it began with: all it knows may be wrong.</summary>
    public static string OtherDatabase(PostgresOptions options) =>
        $"The database {options.Place} has been restored or has failed over to another server: start the silo again, so that it knows nothing from before.";

    public static string OneLine(Exception fault)
    {
        var text = (fault is PostgresException server ? server.MessageText : fault.Message).ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') ? text : text + ".";
    }
}
