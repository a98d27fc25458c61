using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>Where the change log of a database is.</summary>
/// <param name="Drawn">The part of the epoch that the database keeps.</param>
internal readonly record struct LogPlace(string Drawn, string Epoch, long Head, long FirstKept)
{
    public const string Query = "select drawn, epoch, head, first_kept from log_place()";

    public static LogPlace Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Query, connection);
        using var row = command.ExecuteReader();
        row.Read();
        return Of(row);
    }

    public static async Task<LogPlace> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await row.ReadAsync(cancellation).ConfigureAwait(false);
        return Of(row);
    }

    public static LogPlace Of(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3));
}
