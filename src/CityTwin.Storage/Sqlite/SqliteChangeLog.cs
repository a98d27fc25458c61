using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>Reads the change log. SQLite works synchronously, so reads leave the caller's scheduler.</summary>
internal sealed class SqliteChangeLog(SqliteDatabase database, TimeProvider time) : IChangeLog
{
    private const int RowsMax = 10_000;

    public string Epoch => database.Epoch;

    public long Head => database.Shared.Head.Value;

    public Task<long> ReadHead(CancellationToken cancellation) => Task.Run(() => Consistently(HeadOf).Head, cancellation);

    public Task<ChangeRead> Read(long after, int max, CancellationToken cancellation)
    {
        Check(after, max);
        return Task.Run(
            () => Consistently<ChangeRead>(connection =>
                Missing(connection, after, out _) is { } gone ? gone : new ChangesFollow(RowsAfter(connection, "seq > @after", after, max))),
            cancellation);
    }

    public Task<ChangeRead> ReadAlerts(long after, int max, CancellationToken cancellation)
    {
        Check(after, max);
        return Task.Run(
            () => Consistently<ChangeRead>(connection =>
            {
                if (Missing(connection, after, out var head) is { } gone)
                {
                    return gone;
                }

                // The text of the condition is that of the index, or the planner would not use it.
                var rows = RowsAfter(connection, "kind = 'alert' and seq > @after", after, max);
                return new SomeFollow(rows, rows.Length == max ? rows[^1].Seq : head);
            }),
            cancellation);
    }

    public Task<ChangeSnapshot> Snapshot(CancellationToken cancellation, params string[] kinds) => Task.Run(
        () => Consistently(connection =>
        {
            var (head, _) = HeadOf(connection);
            using var command = connection.CreateCommand();
            command.CommandText = kinds.Length == 0
                ? "select seq, at, kind, key, version, published from published order by seq"
                // The plus keeps the planner from walking the whole table in order of seq.
                : $"select seq, at, kind, key, version, published from published where kind in ({string.Join(',', kinds.Select((_, at) => $"@kind{at}"))}) order by +seq";
            foreach (var (at, kind) in kinds.Index())
            {
                command.Parameters.AddWithValue($"@kind{at}", kind);
            }

            return new ChangeSnapshot(head, Rows(command, cancellation));
        }),
        cancellation);

    public async Task WaitBeyond(long seq, CancellationToken cancellation)
    {
        while (true)
        {
            var advanced = database.Shared.Head.Advanced;
            if (Head > seq)
            {
                return;
            }

            try
            {
                await advanced.WaitAsync(database.Options.PollInterval, time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Nothing from this process; another one may have written.
                await Task.Run(() => Consistently(HeadOf), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static ImmutableArray<ChangeRow> Rows(SqliteCommand command, CancellationToken cancellation)
    {
        var rows = ImmutableArray.CreateBuilder<ChangeRow>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(new ChangeRow(
                reader.GetInt64(0),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetInt64(4),
                reader.IsDBNull(5) ? (ReadOnlyMemory<byte>?)null : reader.GetFieldValue<byte[]>(5)));
        }

        return rows.DrainToImmutable();
    }

    private static void Check(long after, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, RowsMax);
    }

    private static ImmutableArray<ChangeRow> RowsAfter(SqliteConnection connection, string condition, long after, int max)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"select seq, at, kind, key, version, published from changes where {condition} order by seq limit @max";
        command.Parameters.AddWithValue("@after", after);
        command.Parameters.AddWithValue("@max", max);
        return Rows(command, CancellationToken.None);
    }

    private ChangesGone? Missing(SqliteConnection connection, long after, out long head)
    {
        (head, var firstKept) = HeadOf(connection);
        return after + 1 < firstKept || after > head ? new ChangesGone(firstKept, head) : null;
    }

    private (long Head, long FirstKept) HeadOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select head, first_kept from change_head";
        using var reader = command.ExecuteReader();
        reader.Read();
        var head = reader.GetInt64(0);
        database.Shared.Head.Advance(head);
        return (head, reader.GetInt64(1));
    }

    /// <summary>Everything <paramref name="read"/> sees is as of one commit.</summary>
    private T Consistently<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            using var connection = database.OpenReader();
            using var transaction = connection.BeginTransaction(deferred: true);
            return read(connection);
        }
        catch (SqliteException fault)
        {
            throw SqliteDatabase.Unusable(database.Options, fault);
        }
    }
}
