using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>History in SQLite, which works synchronously: reads leave the caller's scheduler.</summary>
internal sealed class SqliteReadingHistory(SqliteDatabase database, GroupCommitter committer) : IReadingHistory
{
    public bool IsKept => database.Options.ReadingsKeptFor > TimeSpan.Zero;

    public Task Keep(KeptReading late) => IsKept ? committer.Save(PendingSave.Of(late)) : Task.CompletedTask;

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation) =>
        Read(connection => ReadingTable.Read(connection, query, cancellation), cancellation);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation) =>
        Read(connection => ReadingTable.Summarize(connection, query, every, cancellation), cancellation);

    private Task<T> Read<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            try
            {
                using var connection = database.OpenReader();
                return await read(connection).ConfigureAwait(false);
            }
            catch (SqliteException fault)
            {
                throw SqliteDatabase.Unusable(database.Options, fault);
            }
        },
        cancellation);
}
