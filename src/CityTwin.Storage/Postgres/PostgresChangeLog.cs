using System.Collections.Immutable;
using System.Data;
using CityTwin.Grains.Storing;
using Npgsql;
using NpgsqlTypes;

namespace CityTwin.Storage.Postgres;

/// <summary>Reads the change log. Rows become visible in the order of their sequences, so that what is read has no gaps.</summary>
internal sealed class PostgresChangeLog(PostgresDatabase database, PostgresListener listener) : IChangeLog
{
    private const int RowsMax = 10_000;
    private const string Columns = "select seq, at, kind, key, version, published from";

    public string Epoch => database.Epoch;

    public long Head => database.Head.Value;

    public Task<long> ReadHead(CancellationToken cancellation) => database.Guarded(
        async connection =>
        {
            var place = await LogPlace.Read(connection, cancellation).ConfigureAwait(false);
            database.Require(place);
            return place.Head;
        },
        cancellation);

    public async Task<ChangeRead> Read(long after, int max, CancellationToken cancellation)
    {
        Check(after, max);
        var (place, rows) = await RowsAfter($"{Columns} changes where seq > $1 order by seq limit $2", after, max, cancellation).ConfigureAwait(false);
        if (IsGone(place, after))
        {
            return new ChangesGone(place.FirstKept, place.Head);
        }

        // Should the log ever have a gap, readers start over behind it rather than go on without what it held.
        var gapless = 0;
        while (gapless < rows.Length && rows[gapless].Seq == after + gapless + 1)
        {
            gapless++;
        }

        return gapless == 0 && rows.Length > 0 ? new ChangesGone(rows[0].Seq, place.Head) : new ChangesFollow(gapless == rows.Length ? rows : rows[..gapless]);
    }

    public async Task<ChangeRead> ReadAlerts(long after, int max, CancellationToken cancellation)
    {
        Check(after, max);
        // The text of the condition is that of the index, or the planner would not use it.
        var (place, rows) = await RowsAfter(
            $"{Columns} changes where kind = 'alert' and seq > $1 order by seq limit $2", after, max, cancellation).ConfigureAwait(false);
        return IsGone(place, after) ? new ChangesGone(place.FirstKept, place.Head)
            : new SomeFollow(rows, rows.Length == max ? rows[^1].Seq : place.Head);
    }

    public async Task<ChangeSnapshot> Snapshot(CancellationToken cancellation, params string[] kinds)
    {
        var read = new NpgsqlBatchCommand(kinds.Length == 0
            ? $"{Columns} published order by seq"
            : $"{Columns} published where kind = any($1) order by seq");
        if (kinds.Length > 0)
        {
            read.Parameters.Add(new() { Value = kinds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        }

        var (place, rows) = await Consistently(read, cancellation).ConfigureAwait(false);
        return new(place.Head, rows);
    }

    public async Task WaitBeyond(long seq, CancellationToken cancellation)
    {
        listener.Start();
        while (true)
        {
            var advanced = database.Head.Advanced;
            if (Head > seq)
            {
                return;
            }

            await advanced.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static void Check(long after, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, RowsMax);
    }

    private static bool IsGone(LogPlace place, long after) => after + 1 < place.FirstKept || after > place.Head;

    private Task<(LogPlace Place, ImmutableArray<ChangeRow> Rows)> RowsAfter(string sql, long after, int max, CancellationToken cancellation) => Consistently(
        new(sql) { Parameters = { new() { Value = after }, new() { Value = (long)max } } }, cancellation);

    /// <summary>The place of the log and some rows, as of one commit.</summary>
    private async Task<(LogPlace Place, ImmutableArray<ChangeRow> Rows)> Consistently(NpgsqlBatchCommand read, CancellationToken cancellation)
    {
        try
        {
            return await database.Use(connection => Consistently(connection, read, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }

    private async Task<(LogPlace Place, ImmutableArray<ChangeRow> Rows)> Consistently(
        NpgsqlConnection connection, NpgsqlBatchCommand read, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new(LogPlace.Query), read } };
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        var place = LogPlace.Of(reader);
        database.Require(place);
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        return (place, await Rows(reader, cancellation).ConfigureAwait(false));
    }

    private static async Task<ImmutableArray<ChangeRow>> Rows(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var rows = ImmutableArray.CreateBuilder<ChangeRow>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
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
}
