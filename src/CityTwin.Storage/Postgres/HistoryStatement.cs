using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;
using NpgsqlTypes;

namespace CityTwin.Storage.Postgres;

/// <summary>The one statement that adds the changes of a group to history; a group of plain readings does without.</summary>
internal sealed class HistoryStatement : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<long> _at = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long[]> _seq = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<long[]> _version = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<string[]> _kind = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string[]> _key = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<byte[]?[]> _published = Array<byte[]?>(NpgsqlDbType.Bytea);
    private readonly NpgsqlParameter<short?[]> _level = Array<short?>(NpgsqlDbType.Smallint);
    private readonly NpgsqlParameter<short?[]> _was = Array<short?>(NpgsqlDbType.Smallint);

    public HistoryStatement(NpgsqlConnection connection)
    {
        _command = new(
            "insert into history (at, seq, version, kind, key, published, level, was) "
            + "select $1, g.seq, g.version, g.kind, g.key, g.published, g.level, g.was "
            + "from unnest($2, $3, $4, $5, $6, $7, $8) with ordinality as g(seq, version, kind, key, published, level, was, number) order by g.number",
            connection);
        _command.Parameters.AddRange((NpgsqlParameter[])[_at, _seq, _version, _kind, _key, _published, _level, _was]);
        _command.Prepare();
    }

    /// <summary>Adds the changes of those writes that were done, inside the open transaction.</summary>
    public void Keep(IReadOnlyList<PendingSave> group, Saved?[] outcomes, DateTimeOffset at)
    {
        var rows = RowsOf(group, outcomes);
        if (rows.Count == 0)
        {
            return;
        }

        // A group that writes one row twice is not in the order of the log.
        rows.Sort((one, other) => one.Number.CompareTo(other.Number));
        _at.TypedValue = at.ToUnixTimeMilliseconds();
        _seq.TypedValue = [.. rows.Select(row => row.Seq)];
        _version.TypedValue = [.. rows.Select(row => row.Version)];
        _kind.TypedValue = [.. rows.Select(row => row.Kind)];
        _key.TypedValue = [.. rows.Select(row => row.Key)];
        _published.TypedValue = [.. rows.Select(row => row.Published)];
        _level.TypedValue = [.. rows.Select(row => row.Level)];
        _was.TypedValue = [.. rows.Select(row => row.Was)];
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();

    private static List<Row> RowsOf(IReadOnlyList<PendingSave> group, Saved?[] outcomes)
    {
        var rows = new List<Row>();
        for (var place = 0; place < group.Count; place++)
        {
            var changes = group[place].Changes;
            for (var at = 0; at < changes.Length && outcomes[place] is { Seq: { } last } saved; at++)
            {
                if (changes[at] is { IsHistory: true } change)
                {
                    var seq = last - changes.Length + 1 + at;
                    rows.Add(new((seq, 0), seq, saved.Version, change.Kind, change.Key, change.Status, null, null));
                    rows.AddRange(change.Moved.Select((moved, number) => new Row(
                        (seq, number + 1), seq, saved.Version, PublishedKind.Level, moved.Segment.Value, null, (short)moved.AfterPermille, (short)moved.BeforePermille)));
                }
            }
        }

        return rows;
    }

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType of) => new() { NpgsqlDbType = NpgsqlDbType.Array | of };

    private readonly record struct Row(
        (long Seq, int Number) Number, long Seq, long Version, string Kind, string Key, byte[]? Published, short? Level, short? Was);
}
