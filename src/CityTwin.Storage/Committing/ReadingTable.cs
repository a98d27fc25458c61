using System.Collections.Immutable;
using System.Data.Common;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Committing;

/// <summary>Reads the table of readings, which is alike in both databases and so is its SQL.</summary>
internal static class ReadingTable
{
    // Both databases walk one index for this, whichever way.
    private const string Range =
        "from readings where sensor = @sensor and observed_at >= @from and observed_at < @until and received_at >= @arrived";

    /// <summary>The readings that a group adds: those whose state was written, and those that have none.</summary>
    public static List<KeptReading>? Of(IReadOnlyList<PendingSave> group, Saved?[] outcomes)
    {
        List<KeptReading>? kept = null;
        for (var place = 0; place < group.Count; place++)
        {
            if (group[place].Kept is { } reading && outcomes[place] is not null)
            {
                (kept ??= new(group.Count)).Add(reading);
            }
        }

        return kept;
    }

    public static async Task<ImmutableArray<PlacedReading>> Read(DbConnection connection, ReadingQuery query, CancellationToken cancellation)
    {
        var (compare, order) = query.NewestFirst ? ("<", "desc") : (">", "asc");
        var (from, until) = (Milliseconds(query.From), Milliseconds(query.Until));
        await using var command = Command(
            connection,
            $"select {Columns} {Range} "
            + $"and (observed_at, place) {compare} (@at, @place) order by observed_at {order}, place {order} limit @max",
            query.Sensor, from, until);
        var after = query.After ?? new(query.NewestFirst ? until : from, 0);
        Add(command, "at", after.ObservedAt);
        Add(command, "place", after.Arrival);
        Add(command, "max", (long)query.Max);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var readings = ImmutableArray.CreateBuilder<PlacedReading>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            readings.Add(ReadingOf(row, query.Sensor));
        }

        return readings.DrainToImmutable();
    }

    /// <summary>Looks for the first reading that is left, and then at no more than <see cref="ReadingQuery.Max"/> pieces from there: so each read is bounded.</summary>
    public static async Task<ReadingSpans> Summarize(DbConnection connection, ReadingQuery query, TimeSpan every, CancellationToken cancellation)
    {
        if (await Read(connection, query with { Max = 1, After = null }, cancellation).ConfigureAwait(false) is not [var first])
        {
            return new([], null);
        }

        var width = (long)every.TotalMilliseconds;
        var start = Floor(first.Place.ObservedAt, width);
        var (from, until) = query.NewestFirst
            ? (Math.Max(Milliseconds(query.From), start - (width * (query.Max - 1))), Milliseconds(query.Until))
            : (Milliseconds(query.From), Math.Min(Milliseconds(query.Until), start + (width * query.Max)));
        await using var command = Command(
            connection,
            $"select start, count(*), min(number), avg(number), max(number), {LastOf("number")}, {LastOf("word")} "
            + $"from (select observed_at / @every * @every as start, number {Range}) as piece "
            + $"group by start order by start {(query.NewestFirst ? "desc" : "asc")}",
            query.Sensor, from, until);
        Add(command, "every", width);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var spans = ImmutableArray.CreateBuilder<ReadingSpan>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            spans.Add(new(
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
                row.GetInt64(1),
                Number(row, 2),
                Number(row, 3),
                Number(row, 4),
                new(Number(row, 5), Word(row, 6))));
        }

        var isDone = query.NewestFirst ? from <= Milliseconds(query.From) : until >= Milliseconds(query.Until);
        return new(spans.DrainToImmutable(), isDone ? null : DateTimeOffset.FromUnixTimeMilliseconds(query.NewestFirst ? from : until));
    }

    /// <summary>The columns that <see cref="ReadingOf"/> reads.</summary>
    public const string Columns = "place, observed_at, received_at, number, word, quality, boot, sequence, is_past";

    /// <summary>The bounds of a search for the latest readings that had arrived at an instant; none is observed much ahead of its arrival.</summary>
    public static void AddLatest(DbCommand command, DateTimeOffset arrivedSince, DateTimeOffset instant)
    {
        Add(command, "arrived", Milliseconds(arrivedSince));
        Add(command, "instant", Milliseconds(instant));
        Add(command, "ahead", Milliseconds(instant) + (long)SensorRules.FutureMax.TotalMilliseconds);
    }

    private static string LastOf(string column) =>
        $"(select r.{column} from readings r where r.sensor = @sensor and r.observed_at >= start and r.observed_at < start + @every "
        + "and r.observed_at >= @from and r.observed_at < @until and r.received_at >= @arrived order by r.observed_at desc, r.place desc limit 1)";

    public static PlacedReading ReadingOf(DbDataReader row, SensorId sensor) => new(
        new(row.GetInt64(1), row.GetInt64(0)),
        new(
            new(
                sensor,
                row.IsDBNull(6) ? null : row.GetInt64(6),
                row.IsDBNull(7) ? null : row.GetInt64(7),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
                new(Number(row, 3), Word(row, 4)),
                IsPast: row.GetBoolean(8)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
            (SensorCondition)row.GetInt16(5),
            MayBeKept: true));

    private static double? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    private static string? Word(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>Before 1970 nobody has observed anything: so whole numbers divide alike in both databases.</summary>
    private static long Milliseconds(DateTimeOffset at) => Math.Max(0, at.ToUnixTimeMilliseconds());

    private static long Floor(long at, long width) => at - (at % width);

    private static DbCommand Command(DbConnection connection, string sql, SensorId sensor, long from, long until)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        Add(command, "sensor", sensor.Value);
        Add(command, "from", from);
        Add(command, "until", until);
        // None was observed further ahead of its arrival than this: PostgreSQL leaves the days before out.
        Add(command, "arrived", from - (long)SensorRules.FutureMax.TotalMilliseconds);
        return command;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
