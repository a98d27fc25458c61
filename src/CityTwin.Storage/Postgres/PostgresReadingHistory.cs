using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>History on PostgreSQL.</summary>
internal sealed class PostgresReadingHistory(PostgresDatabase database, GroupCommitter committer) : IReadingHistory
{
    public bool IsKept => database.Options.ReadingsKeptFor > TimeSpan.Zero;

    public Task Keep(KeptReading late) => IsKept ? committer.Save(PendingSave.Of(late)) : Task.CompletedTask;

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation) =>
        Read(connection => ReadingTable.Read(connection, query, cancellation), cancellation);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation) =>
        Read(connection => ReadingTable.Summarize(connection, query, every, cancellation), cancellation);

    private async Task<T> Read<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await database.Use(read, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }
}
