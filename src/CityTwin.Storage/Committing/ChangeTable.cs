using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using CityTwin.Core.Cascades;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Committing;

/// <summary>Reads the tables of changes and marks, which are alike in both databases and so is their SQL.</summary>
internal static class ChangeTable
{
    private const string Columns = "place, at, seq, kind, key, version, published, level, was";

    public static async Task<DateTimeOffset?> KeptSince(DbConnection connection, DateTimeOffset oldest, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select min(at) from history_marks where at >= @oldest");
        Add(command, "oldest", oldest.ToUnixTimeMilliseconds());
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is long at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    /// <summary>In a transaction that sees one moment, or a mark might go between two reads.</summary>
    /// <param name="oldest">Marks before that may lack what followed them.</param>
    public static async Task<PastRows?> At(DbConnection connection, DateTimeOffset instant, DateTimeOffset oldest, CancellationToken cancellation)
    {
        if (await MarkBefore(connection, instant, oldest, cancellation).ConfigureAwait(false) is not { } mark)
        {
            return null;
        }

        await using var marked = Command(connection, "select cast(0 as bigint), at, seq, kind, key, version, published, null, null from history_marked where mark = @mark order by seq");
        Add(marked, "mark", mark.Mark);
        var rows = await Rows(marked, cancellation).ConfigureAwait(false);
        await using var following = Command(
            connection, $"select {Columns} from history where at >= @from and at <= @until and seq > @seq and kind <> 'level' order by seq");
        Add(following, "from", mark.At - (long)IChangeHistory.SkewMax.TotalMilliseconds);
        Add(following, "until", instant.ToUnixTimeMilliseconds() + (long)IChangeHistory.SkewMax.TotalMilliseconds);
        Add(following, "seq", mark.Seq);
        var since = await Rows(following, cancellation).ConfigureAwait(false);

        // The order of the log counts: what was committed before the last row of that instant was known then, whatever clock it was stamped by.
        var known = since.Length;
        while (known > 0 && since[known - 1].Row.At > instant)
        {
            known--;
        }

        return new(DateTimeOffset.FromUnixTimeMilliseconds(mark.At), [.. rows.Select(change => change.Row)], [.. since.Take(known).Select(change => change.Row)]);
    }

    public static async Task<ImmutableArray<KeptChange>> Read(DbConnection connection, ChangeQuery query, CancellationToken cancellation)
    {
        var (compare, order) = query.NewestFirst ? ("<", "desc") : (">", "asc");
        await using var command = connection.CreateCommand();
        var after = query.After ?? new(Milliseconds(query.NewestFirst ? query.Until : query.From), 0);
        Add(command, "atplace", after.At);
        Add(command, "place", after.Number);
        Add(command, "max", (long)query.Max);
        var page = $"and (at, place) {compare} (@atplace, @place) order by at {order}, place {order} limit @max";

        // Of each thing no more than a page: so that what has a long history does not cost the whole of it.
        command.CommandText = query.Keys.IsEmpty
            ? $"select {Columns} from history where {Within(command, query)} {page}"
            : $"select * from ({string.Join(" union all ", OfKeys(command, query).Select(where => $"select * from (select {Columns} from history where {where} {page}) as one"))}) as page "
                + $"order by at {order}, place {order} limit @max";
        return await Rows(command, cancellation).ConfigureAwait(false);
    }

    /// <summary>Looks for the first change that is left, and then at no more than <see cref="ChangeQuery.Max"/> pieces from there.</summary>
    public static async Task<ChangeSpans> Summarize(DbConnection connection, ChangeQuery query, TimeSpan every, CancellationToken cancellation)
    {
        if (await Read(connection, query with { Max = 1, After = null }, cancellation).ConfigureAwait(false) is not [var first])
        {
            return new([], null);
        }

        var width = (long)every.TotalMilliseconds;
        var start = first.Place.At - (first.Place.At % width);
        var (from, until) = query.NewestFirst
            ? (Math.Max(Milliseconds(query.From), start - (width * (query.Max - 1))), Milliseconds(query.Until))
            : (Milliseconds(query.From), Math.Min(Milliseconds(query.Until), start + (width * query.Max)));
        var part = query with { From = DateTimeOffset.FromUnixTimeMilliseconds(from), Until = DateTimeOffset.FromUnixTimeMilliseconds(until) };
        await using var command = connection.CreateCommand();
        Add(command, "every", width);
        var keys = string.Join(" union all ", OfKeys(command, part).Select(where =>
            $"select kind, key, at / @every * @every as start, count(*) as number, min(level) as worst, max(at) as last from history where {where} group by 1, 2, 3"));
        command.CommandText = $"select h.place, h.at, h.seq, h.kind, h.key, h.version, h.published, h.level, h.was, piece.start, piece.number, piece.worst "
            + $"from ({keys}) as piece join history h on h.kind = piece.kind and h.key = piece.key and h.at = piece.last "
            + $"order by piece.start {(query.NewestFirst ? "desc" : "asc")}, h.kind, h.key, h.place";
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var spans = ImmutableArray.CreateBuilder<ChangeSpan>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var span = new ChangeSpan(
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)), row.GetInt64(10), row.IsDBNull(11) ? null : Convert.ToInt32(row.GetValue(11), CultureInfo.InvariantCulture), ChangeOf(row));
            if (spans.Count > 0 && spans[^1] is var before && before.Start == span.Start && before.Last.Row.Kind == span.Last.Row.Kind && before.Last.Row.Key == span.Last.Row.Key)
            {
                // Two changes of the last instant of a piece: the one committed later counts.
                spans.RemoveAt(spans.Count - 1);
            }

            spans.Add(span);
        }

        var isDone = query.NewestFirst ? from <= Milliseconds(query.From) : until >= Milliseconds(query.Until);
        return new(spans.DrainToImmutable(), isDone ? null : DateTimeOffset.FromUnixTimeMilliseconds(query.NewestFirst ? from : until));
    }

    private static async Task<(long Mark, long At, long Seq)?> MarkBefore(
        DbConnection connection, DateTimeOffset instant, DateTimeOffset oldest, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select mark, at, seq from history_marks where at <= @instant and at >= @oldest order by at desc, mark desc limit 1");
        Add(command, "instant", instant.ToUnixTimeMilliseconds());
        Add(command, "oldest", oldest.ToUnixTimeMilliseconds());
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await row.ReadAsync(cancellation).ConfigureAwait(false) ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : null;
    }

    /// <summary>The condition of a query without things.</summary>
    private static string Within(DbCommand command, ChangeQuery query)
    {
        AddRange(command, query);
        return $"at >= @from and at < @until and kind in ({string.Join(", ", query.Kinds.Select((kind, number) => Added(command, $"kind{number}", kind)))})";
    }

    /// <summary>The condition of each thing that is asked for. Values are never in the text.</summary>
    private static List<string> OfKeys(DbCommand command, ChangeQuery query)
    {
        AddRange(command, query);
        return [.. query.Keys.Where(key => query.Kinds.Contains(key.Kind)).Select((key, number) =>
            $"kind = {Added(command, $"kind{number}", key.Kind)} and key = {Added(command, $"key{number}", key.Key)} and at >= @from and at < @until")];
    }

    private static void AddRange(DbCommand command, ChangeQuery query)
    {
        Add(command, "from", Milliseconds(query.From));
        Add(command, "until", Milliseconds(query.Until));
    }

    private static async Task<ImmutableArray<KeptChange>> Rows(DbCommand command, CancellationToken cancellation)
    {
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var changes = ImmutableArray.CreateBuilder<KeptChange>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            changes.Add(ChangeOf(row));
        }

        return changes.DrainToImmutable();
    }

    private static KeptChange ChangeOf(DbDataReader row)
    {
        var (at, key) = (row.GetInt64(1), row.GetString(4));
        return new(
            new(at, row.GetInt64(0)),
            new(
                row.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(at), row.GetString(3), key, row.GetInt64(5),
                row.IsDBNull(6) ? (ReadOnlyMemory<byte>?)null : row.GetFieldValue<byte[]>(6)),
            row.IsDBNull(7) ? null : new LevelStep(new(key), row.GetInt16(8), row.GetInt16(7)));
    }

    /// <summary>Before 1970 nothing was committed: so whole numbers divide alike in both databases.</summary>
    private static long Milliseconds(DateTimeOffset at) => Math.Max(0, at.ToUnixTimeMilliseconds());

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static string Added(DbCommand command, string name, object value)
    {
        Add(command, name, value);
        return $"@{name}";
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
