using System.Collections.Immutable;
using System.Data;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>History of changes on PostgreSQL.</summary>
internal sealed class PostgresChangeHistory(PostgresDatabase database, TimeProvider time) : IChangeHistory
{
    public bool IsKept => database.Options.HistoryKeptFor > TimeSpan.Zero;

    private DateTimeOffset Oldest => time.GetUtcNow() - database.Options.HistoryKeptFor;

    public Task<bool> Mark(CancellationToken cancellation) => database.Guarded(
        async connection =>
        {
            await using var command = new NpgsqlCommand("select mark_history($1, $2, $3, $4, $5, $6, $7, $8)", connection);
            command.Parameters.AddWithValue(IsKept);
            command.Parameters.AddWithValue(time.GetUtcNow().ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue(Oldest.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue((long)MarkTimes.Age(database.Options).TotalMilliseconds);
            command.Parameters.AddWithValue((long)MarkTimes.AgeMin(database.Options).TotalMilliseconds);
            command.Parameters.AddWithValue(MarkTimes.ChangesMax);
            command.Parameters.AddWithValue((long)MarkTimes.AgeLeast.TotalMilliseconds);
            command.Parameters.AddWithValue(MarkTimes.ChangesMany);
            return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        },
        cancellation);

    public Task<DateTimeOffset?> KeptSince(CancellationToken cancellation) => IsKept
        ? database.Guarded(connection => ChangeTable.KeptSince(connection, Oldest, cancellation), cancellation)
        : Task.FromResult<DateTimeOffset?>(null);

    public Task<PastRows?> At(DateTimeOffset instant, CancellationToken cancellation) => !IsKept ? Task.FromResult<PastRows?>(null) : database.Guarded(
        async connection =>
        {
            await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
            return await ChangeTable.At(connection, instant, Oldest, cancellation).ConfigureAwait(false);
        },
        cancellation);

    public Task<ImmutableArray<KeptChange>> Read(ChangeQuery query, CancellationToken cancellation) =>
        database.Guarded(connection => ChangeTable.Read(connection, query, cancellation), cancellation);

    public Task<ChangeSpans> Summarize(ChangeQuery query, TimeSpan every, CancellationToken cancellation) =>
        database.Guarded(connection => ChangeTable.Summarize(connection, query, every, cancellation), cancellation);
}
