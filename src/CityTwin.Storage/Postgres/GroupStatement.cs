using System.Runtime.InteropServices;
using System.Text;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace CityTwin.Storage.Postgres;

/// <summary>The one statement that writes a group: its columns as arrays, prepared once for a connection.</summary>
internal sealed class GroupStatement : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<string> _epoch = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long> _at = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<int[]> _idHash = Array<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<int[]> _typeHash = Array<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<long[]> _n0 = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<long[]> _n1 = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<string[]> _name = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string?[]> _extension = Array<string?>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string[]> _service = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<int[]> _expected = Array<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<byte[][]> _state = Array<byte[]>(NpgsqlDbType.Bytea);
    private readonly NpgsqlParameter<int[]> _changeOf = Array<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<int[]> _changeVersion = Array<int>(NpgsqlDbType.Integer);
    private readonly NpgsqlParameter<string[]> _kind = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string[]> _key = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<byte[]?[]> _status = Array<byte[]?>(NpgsqlDbType.Bytea);
    private readonly NpgsqlParameter<string?[]> _replaces = Array<string?>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<long> _youngSince = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly StorageOptions _limits;

    public GroupStatement(NpgsqlConnection connection, StorageOptions limits)
    {
        _limits = limits;
        _command = new(
            "select first, written from commit_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
            connection);
        _command.Parameters.AddRange((NpgsqlParameter[])
        [
            _epoch, _at, _idHash, _typeHash, _n0, _n1, _name, _extension, _service, _expected, _state,
            _changeOf, _changeVersion, _kind, _key, _status, _replaces,
            Number(limits.ChangesKeptMin), Number(limits.ChangesKeptMax), _youngSince, Number(SqliteRetention.PieceRows), Number(SqliteRetention.SlackRows),
        ]);
        _command.Prepare();
    }

    /// <summary>Writes saves of different keys inside the open transaction.</summary>
    /// <param name="group">The whole group; only the <paramref name="places"/> are written.</param>
    /// <param name="outcomes">Gets the outcome of each place.</param>
    /// <returns>The head of the log then.</returns>
    public long Write(string epoch, DateTimeOffset at, IReadOnlyList<PendingSave> group, List<int> places, Saved?[] outcomes)
    {
        _epoch.TypedValue = epoch;
        _at.TypedValue = at.ToUnixTimeMilliseconds();
        _youngSince.TypedValue = (at - _limits.ChangesKeptFor).ToUnixTimeMilliseconds();
        BindStates(group, places);
        BindChanges(group, places);
        using var row = _command.ExecuteReader();
        row.Read();
        var head = row.GetInt64(0);
        foreach (var written in row.GetFieldValue<int[]>(1))
        {
            outcomes[places[written - 1]] = new Saved(0, null);
        }

        foreach (var place in places.Where(place => outcomes[place] is not null))
        {
            var save = group[place];
            head += save.Changes.Length;
            outcomes[place] = new Saved((save.ExpectedVersion ?? 0) + 1, save.Changes.IsEmpty ? null : head);
        }

        return head;
    }

    public void Dispose() => _command.Dispose();

    private void BindStates(IReadOnlyList<PendingSave> group, List<int> places)
    {
        var rows = places.Count;
        var (idHash, typeHash, n0, n1) = (new int[rows], new int[rows], new long[rows], new long[rows]);
        var (name, extension, service) = (new string[rows], new string?[rows], new string[rows]);
        var (expected, state) = (new int[rows], new byte[rows][]);
        for (var row = 0; row < rows; row++)
        {
            var save = group[places[row]];
            var key = save.Key;
            (idHash[row], typeHash[row], n0[row], n1[row]) = (key.IdHash, key.TypeHash, key.N0, key.N1);
            (name[row], service[row]) = (key.StateName, key.ServiceId);
            extension[row] = key.Extension is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
            expected[row] = save.ExpectedVersion ?? 0;
            state[row] = Bytes(save.State);
        }

        (_idHash.TypedValue, _typeHash.TypedValue, _n0.TypedValue, _n1.TypedValue) = (idHash, typeHash, n0, n1);
        (_name.TypedValue, _extension.TypedValue, _service.TypedValue) = (name, extension, service);
        (_expected.TypedValue, _state.TypedValue) = (expected, state);
    }

    private void BindChanges(IReadOnlyList<PendingSave> group, List<int> places)
    {
        var rows = places.Sum(place => group[place].Changes.Length);
        var (of, version) = (new int[rows], new int[rows]);
        var (kind, key, status, replaces) = (new string[rows], new string[rows], new byte[]?[rows], new string?[rows]);
        var row = 0;
        for (var place = 0; place < places.Count; place++)
        {
            var save = group[places[place]];
            foreach (var change in save.Changes)
            {
                (of[row], version[row]) = (place + 1, (save.ExpectedVersion ?? 0) + 1);
                (kind[row], key[row], status[row], replaces[row]) = (change.Kind, change.Key, change.Status, change.Replaces);
                row++;
            }
        }

        (_changeOf.TypedValue, _changeVersion.TypedValue) = (of, version);
        (_kind.TypedValue, _key.TypedValue, _status.TypedValue, _replaces.TypedValue) = (kind, key, status, replaces);
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var part) && part.Offset == 0 && part.Count == part.Array!.Length ? part.Array : memory.ToArray();

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType of) => new() { NpgsqlDbType = NpgsqlDbType.Array | of };

    private static NpgsqlParameter<long> Number(long value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = value };
}
