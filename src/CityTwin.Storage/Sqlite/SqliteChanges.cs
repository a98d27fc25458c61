using CityTwin.Core.Views;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Sqlite;

/// <summary>Adds changes to history inside the transaction of their group, and drops the oldest, a bounded piece at a time.</summary>
internal sealed class SqliteChanges(Func<string, Statement> prepare)
{
    private readonly Statement _add = prepare(
        "insert into history (at, seq, kind, key, version, published, level, was) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    private readonly Statement _oldest = prepare("select place, at from history where place >= ?1 order by place limit 1");

    private readonly Statement _drop = prepare("delete from history where place < ?1 and at < ?2");

    public void Keep(PublishedChange change, long seq, long at, int version)
    {
        Add(change.Kind, change.Key, change.Status, null, null);
        foreach (var moved in change.Moved)
        {
            Add(PublishedKind.Level, moved.Segment.Value, null, moved.AfterPermille, moved.BeforePermille);
        }

        void Add(string kind, string key, byte[]? status, long? after, long? before) =>
            _add.Bind(1, at).Bind(2, seq).Bind(3, kind).Bind(4, key).Bind(5, version).Bind(6, status).Bind(7, after).Bind(8, before).Run();
    }

    /// <summary>As of readings. The piece is larger than any group but one with a large cascade in it, and most groups add nothing.</summary>
    public void Trim(SqliteOptions options, DateTimeOffset now)
    {
        var cutoff = (now - options.HistoryKeptFor).ToUnixTimeMilliseconds();
        var (oldest, at) = _oldest.Bind(1, 0L).Row();
        if (oldest == 0 || at >= cutoff)
        {
            return;
        }

        var (next, nextAt) = _oldest.Bind(1, oldest + SqliteRetention.SlackRows).Row();
        if (next > 0 && nextAt < cutoff)
        {
            _drop.Bind(1, oldest + SqliteRetention.PieceRows).Bind(2, cutoff).Run();
        }
    }
}
