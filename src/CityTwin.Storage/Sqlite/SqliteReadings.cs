using CityTwin.Core.Sensing;
using CityTwin.Storage.Committing;

namespace CityTwin.Storage.Sqlite;

/// <summary>Adds readings inside the transaction of their group, and drops the oldest, a bounded piece at a time.</summary>
internal sealed class SqliteReadings(Func<string, Statement> prepare)
{
    private const string Columns = "readings (sensor, observed_at, received_at, number, word, quality, boot, sequence, is_past)";
    private const string Values = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9";

    private readonly Statement _add = prepare($"insert into {Columns} values ({Values})");

    private readonly Statement _addNumbered = prepare(
        $"insert into {Columns} select {Values} where not exists (select 1 from readings where sensor = ?1 and boot = ?7 and sequence = ?8)");

    private readonly Statement _addTimed = prepare(
        $"insert into {Columns} select {Values} where not exists "
        + "(select 1 from readings where sensor = ?1 and observed_at = ?2 and (boot is null or sequence is null))");

    private readonly Statement _oldest = prepare("select place, received_at from readings where place >= ?1 order by place limit 1");

    private readonly Statement _drop = prepare("delete from readings where place < ?1 and received_at < ?2");

    /// <summary>The readings of those writes that were done.</summary>
    public void Keep(IReadOnlyList<PendingSave> group, Saved?[] outcomes, SqliteOptions options, DateTimeOffset now)
    {
        if (options.HistoryKeptFor == TimeSpan.Zero)
        {
            // What was kept before goes.
            Trim(0, now);
            return;
        }

        var added = 0;
        for (var place = 0; place < group.Count; place++)
        {
            if (group[place].Kept is { } kept && outcomes[place] is not null)
            {
                Add(kept);
                added++;
            }
        }

        if (added > 0)
        {
            Trim(added, now - options.HistoryKeptFor);
        }
    }

    private void Add(KeptReading kept)
    {
        var reading = kept.Reading;
        var statement = !kept.MayBeKept ? _add : reading.IsNumbered ? _addNumbered : _addTimed;
        statement
            .Bind(1, reading.Sensor.Value)
            .Bind(2, reading.ObservedAt.ToUnixTimeMilliseconds())
            .Bind(3, kept.ReceivedAt.ToUnixTimeMilliseconds())
            .Bind(4, reading.Value.Number)
            .Bind(5, reading.Value.Word)
            .Bind(6, (long)kept.Condition)
            .Bind(7, reading.Boot)
            .Bind(8, reading.Sequence)
            .Bind(9, reading.IsPast ? 1L : 0L)
            .Run();
    }

    /// <summary>The piece is larger than the group that was added, so that dropping keeps up; it waits until a good many may go.</summary>
    private void Trim(int added, DateTimeOffset youngSince)
    {
        var cutoff = youngSince.ToUnixTimeMilliseconds();
        var (oldest, receivedAt) = _oldest.Bind(1, 0L).Row();
        if (receivedAt >= cutoff)
        {
            return;
        }

        var (next, nextReceivedAt) = _oldest.Bind(1, oldest + SqliteRetention.SlackRows).Row();
        if (next > 0 && nextReceivedAt < cutoff)
        {
            _drop.Bind(1, oldest + SqliteRetention.PieceRows + added).Bind(2, cutoff).Run();
        }
    }
}
