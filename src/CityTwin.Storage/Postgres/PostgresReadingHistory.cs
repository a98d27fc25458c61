using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>History on PostgreSQL.</summary>
internal sealed class PostgresReadingHistory(PostgresDatabase database, GroupCommitter committer) : IReadingHistory
{
    public bool IsKept => database.Options.HistoryKeptFor > TimeSpan.Zero;

    public Task Keep(KeptReading late) => IsKept ? committer.Save(PendingSave.Of(late)) : Task.CompletedTask;

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation) =>
        database.Guarded(connection => ReadingTable.Read(connection, query, cancellation), cancellation);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation) =>
        database.Guarded(connection => ReadingTable.Summarize(connection, query, every, cancellation), cancellation);

    public Task<ImmutableArray<KeptReading>> Latest(
        IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation) =>
        database.Guarded(connection => Latest(connection, known, arrivedSince, instant, cancellation), cancellation);

    private static async Task<ImmutableArray<KeptReading>> Latest(
        NpgsqlConnection connection, IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select {ReadingTable.Columns}, k.id "
            + "from unnest(@sensors, @observed, @boots, @sequences) as k(id, known_at, known_boot, known_sequence) "
            + "cross join lateral (select * from readings r where r.sensor = k.id collate \"C\" and r.observed_at > k.known_at and r.observed_at <= @ahead "
            + "and r.received_at >= @arrived and r.received_at <= @instant and not r.is_past and (k.known_boot is null or (r.boot, r.sequence) > (k.known_boot, k.known_sequence)) "
            + "order by r.observed_at desc, r.place desc limit 1) as latest";
        command.Parameters.AddWithValue("sensors", known.Select(bound => bound.Sensor.Value).ToArray());
        command.Parameters.AddWithValue("observed", known.Select(bound => bound.ObservedAt.ToUnixTimeMilliseconds()).ToArray());
        command.Parameters.AddWithValue("boots", known.Select(bound => bound.Boot).ToArray());
        command.Parameters.AddWithValue("sequences", known.Select(bound => bound.Sequence).ToArray());
        ReadingTable.AddLatest(command, arrivedSince, instant);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var latest = ImmutableArray.CreateBuilder<KeptReading>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            latest.Add(ReadingTable.ReadingOf(row, new(row.GetString(9))).Kept);
        }

        return latest.DrainToImmutable();
    }
}
