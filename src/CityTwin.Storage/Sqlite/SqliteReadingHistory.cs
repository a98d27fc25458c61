using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;

namespace CityTwin.Storage.Sqlite;

/// <summary>History in SQLite.</summary>
internal sealed class SqliteReadingHistory(SqliteDatabase database, GroupCommitter committer) : IReadingHistory
{
    public bool IsKept => database.Options.ReadingsKeptFor > TimeSpan.Zero;

    public Task Keep(KeptReading late) => IsKept ? committer.Save(PendingSave.Of(late)) : Task.CompletedTask;

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation) =>
        database.Use(connection => ReadingTable.Read(connection, query, cancellation), cancellation);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation) =>
        database.Use(connection => ReadingTable.Summarize(connection, query, every, cancellation), cancellation);
}
