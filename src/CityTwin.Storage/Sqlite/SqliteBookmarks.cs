using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>Bookmarks in a table of their own. SQLite works synchronously, so both calls leave the caller's scheduler.</summary>
internal sealed class SqliteBookmarks(SqliteDatabase database) : IBookmarks
{
    public Task<Bookmark?> Load(string reader, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                using var connection = database.OpenReader();
                using var command = connection.CreateCommand();
                command.CommandText = "select epoch, seq, definition from bookmarks where reader = @reader";
                command.Parameters.AddWithValue("@reader", reader);
                using var row = command.ExecuteReader();
                return row.Read() ? new Bookmark(row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : new CityHash(row.GetString(2))) : null;
            }
            catch (SqliteException fault)
            {
                throw SqliteDatabase.Unusable(database.Options, fault);
            }
        },
        cancellation);

    public Task Save(string reader, Bookmark bookmark, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                lock (database.Shared.WriteTurn)
                {
                    using var connection = database.OpenWriter();
                    using var command = connection.CreateCommand();
                    command.CommandText = "insert or replace into bookmarks (reader, epoch, seq, definition) values (@reader, @epoch, @seq, @definition)";
                    command.Parameters.AddWithValue("@reader", reader);
                    command.Parameters.AddWithValue("@epoch", bookmark.Epoch);
                    command.Parameters.AddWithValue("@seq", bookmark.Seq);
                    command.Parameters.AddWithValue("@definition", (object?)bookmark.Definition?.Value ?? DBNull.Value);
                    command.ExecuteNonQuery();
                }
            }
            catch (SqliteException fault)
            {
                // The statement commits itself, and a repeat is harmless: nobody needs to know how far it got.
                throw new SaveOutcomeUnknownException($"How far {reader} has come was not saved: {fault.Message}", fault);
            }
        },
        cancellation);
}
