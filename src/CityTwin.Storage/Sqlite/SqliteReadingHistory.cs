using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>History in SQLite.</summary>
internal sealed class SqliteReadingHistory(SqliteDatabase database, GroupCommitter committer) : IReadingHistory
{
    public bool IsKept => database.Options.HistoryKeptFor > TimeSpan.Zero;

    public Task Keep(KeptReading late) => IsKept ? committer.Save(PendingSave.Of(late)) : Task.CompletedTask;

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation) =>
        database.Use(connection => ReadingTable.Read(connection, query, cancellation), cancellation);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation) =>
        database.Use(connection => ReadingTable.Summarize(connection, query, every, cancellation), cancellation);

    public Task<ImmutableArray<KeptReading>> Latest(
        IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation) => database.Use(
        connection => Task.FromResult(Latest(connection, known, arrivedSince, instant, cancellation)), cancellation);

    /// <summary>One question after the other: there is no way to a server in between.</summary>
    private static ImmutableArray<KeptReading> Latest(
        SqliteConnection connection, IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"select {ReadingTable.Columns} from readings "
            + "where sensor = @sensor and observed_at > @observed and observed_at <= @ahead and received_at >= @arrived and received_at <= @instant and is_past = 0 "
            + "and (@boot is null or (boot, sequence) > (@boot, @sequence)) order by observed_at desc, place desc limit 1";
        ReadingTable.AddLatest(command, arrivedSince, instant);
        var (sensor, observed, boot, sequence) = (Parameter("@sensor"), Parameter("@observed"), Parameter("@boot"), Parameter("@sequence"));
        var latest = ImmutableArray.CreateBuilder<KeptReading>();
        foreach (var bound in known)
        {
            cancellation.ThrowIfCancellationRequested();
            (sensor.Value, observed.Value) = (bound.Sensor.Value, bound.ObservedAt.ToUnixTimeMilliseconds());
            (boot.Value, sequence.Value) = ((object?)bound.Boot ?? DBNull.Value, (object?)bound.Sequence ?? DBNull.Value);
            using var row = command.ExecuteReader();
            if (row.Read())
            {
                latest.Add(ReadingTable.ReadingOf(row, bound.Sensor).Kept);
            }
        }

        return latest.DrainToImmutable();

        SqliteParameter Parameter(string name) => command.Parameters.Add(new SqliteParameter { ParameterName = name });
    }
}
