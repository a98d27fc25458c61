using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>Bookmarks in a table of their own.</summary>
internal sealed class PostgresBookmarks(PostgresDatabase database) : IBookmarks
{
    public async Task<Bookmark?> Load(string reader, CancellationToken cancellation)
    {
        try
        {
            return await database.Use(
                async connection =>
                {
                    await using var command = new NpgsqlCommand("select epoch, seq, definition from bookmarks where reader = $1", connection) { Parameters = { new() { Value = reader } } };
                    await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                    return await row.ReadAsync(cancellation).ConfigureAwait(false)
                        ? new Bookmark(row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : new CityHash(row.GetString(2)))
                        : null;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }

    public async Task Save(string reader, Bookmark bookmark, CancellationToken cancellation)
    {
        try
        {
            await database.Use(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(
                        "insert into bookmarks (reader, epoch, seq, definition) values ($1, $2, $3, $4) "
                        + "on conflict (reader) do update set epoch = excluded.epoch, seq = excluded.seq, definition = excluded.definition "
                        // Whoever stood still since it told something may save after another has gone on in its place.
                        + "where bookmarks.epoch <> excluded.epoch or bookmarks.seq <= excluded.seq",
                        connection)
                    {
                        Parameters =
                        {
                            new() { Value = reader },
                            new() { Value = bookmark.Epoch },
                            new() { Value = bookmark.Seq },
                            new() { Value = (object?)bookmark.Definition?.Value ?? DBNull.Value, DataTypeName = "text" },
                        },
                    };
                    return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            // The statement commits itself, and a repeat is harmless: nobody needs to know how far it got.
            throw new SaveOutcomeUnknownException($"How far {reader} has come was not saved: {PostgresFaults.OneLine(fault)}", fault);
        }
    }
}
