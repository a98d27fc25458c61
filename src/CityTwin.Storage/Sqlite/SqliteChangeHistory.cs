using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>History of changes in SQLite.</summary>
internal sealed class SqliteChangeHistory(SqliteDatabase database, TimeProvider time) : IChangeHistory
{
    public bool IsKept => database.Options.HistoryKeptFor > TimeSpan.Zero;

    private DateTimeOffset Oldest => time.GetUtcNow() - database.Options.HistoryKeptFor;

    public Task<bool> Mark(CancellationToken cancellation) => Task.Run(Mark, cancellation);

    public Task<DateTimeOffset?> KeptSince(CancellationToken cancellation) => IsKept
        ? database.Use(connection => ChangeTable.KeptSince(connection, Oldest, cancellation), cancellation)
        : Task.FromResult<DateTimeOffset?>(null);

    public Task<PastRows?> At(DateTimeOffset instant, CancellationToken cancellation) => !IsKept ? Task.FromResult<PastRows?>(null) : database.Use(
        async connection =>
        {
            using var moment = connection.BeginTransaction(deferred: true);
            return await ChangeTable.At(connection, instant, Oldest, cancellation).ConfigureAwait(false);
        },
        cancellation);

    public Task<ImmutableArray<KeptChange>> Read(ChangeQuery query, CancellationToken cancellation) =>
        database.Use(connection => ChangeTable.Read(connection, query, cancellation), cancellation);

    public Task<ChangeSpans> Summarize(ChangeQuery query, TimeSpan every, CancellationToken cancellation) =>
        database.Use(connection => ChangeTable.Summarize(connection, query, every, cancellation), cancellation);

    /// <summary>Between two groups: who writes waits for it, about a second for a million things.</summary>
    private bool Mark()
    {
        try
        {
            lock (database.Shared.WriteTurn)
            {
                using var connection = database.OpenWriter();
                using var transaction = connection.BeginTransaction(deferred: false);
                var oldest = Oldest.ToUnixTimeMilliseconds();
                // One at a time, or a city that stood still would have a month of them to drop while who writes waits.
                const string Expired = "(select mark from history_marks where at < @oldest order by mark limit 1)";
                Run(connection, $"delete from history_marked where mark = {Expired}", ("@oldest", oldest));
                Run(connection, $"delete from history_marks where mark = {Expired}", ("@oldest", oldest));
                var now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var isDue = IsKept && IsDue(connection, now);
                if (isDue)
                {
                    Run(
                        connection,
                        "insert into history_marks (at, seq, place) select @now, head, coalesce((select max(place) from history), 0) from change_head",
                        ("@now", now));
                    Run(
                        connection,
                        "insert into history_marked (mark, seq, at, kind, key, version, published) select (select max(mark) from history_marks), "
                        + "seq, at, kind, key, version, published from published where kind not in ('outbox', 'due', 'breach')");
                }

                transaction.Commit();
                return isDue;
            }
        }
        catch (SqliteException fault)
        {
            throw SqliteDatabase.Unusable(database.Options, fault);
        }
    }

    private bool IsDue(SqliteConnection connection, long now)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select at, coalesce((select max(place) from history), 0) - place from history_marks where at <= @now order by mark desc limit 1";
        command.Parameters.AddWithValue("@now", now);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            return true;
        }

        var age = TimeSpan.FromMilliseconds(now - row.GetInt64(0));
        var changes = row.GetInt64(1);
        return age >= MarkTimes.Age(database.Options)
            || (age >= MarkTimes.AgeMin(database.Options) && changes >= MarkTimes.ChangesMax)
            || (age >= MarkTimes.AgeLeast && changes >= MarkTimes.ChangesMany);
    }

    private static void Run(SqliteConnection connection, string sql, params (string Name, long Value)[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }
}
