using Microsoft.Data.Sqlite;

namespace CityTwin.Benchmarks.Cascade;

/// <summary>States of the size that segments keep, in one durable transaction and one prepared statement: what a bulk write costs at least.</summary>
internal sealed class BulkWrite : IDisposable
{
    private const int StateBytes = 200;
    private readonly SqliteConnection _connection;
    private readonly byte[] _state = new byte[StateBytes];

    public BulkWrite(string folder)
    {
        _connection = new($"Data Source={Path.Combine(folder, "bulk.db")}");
        _connection.Open();
        Run("pragma journal_mode=WAL; pragma synchronous=FULL; create table states (id text primary key, version integer, state blob) without rowid");
    }

    public void Write(int states)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = _connection.CreateCommand();
        command.CommandText = "insert into states values (@id, 1, @state) on conflict do update set version = version + 1, state = excluded.state";
        var id = command.Parameters.Add("@id", SqliteType.Text);
        command.Parameters.Add("@state", SqliteType.Blob).Value = _state;
        command.Prepare();
        for (var i = 0; i < states; i++)
        {
            id.Value = $"station-{i:D5}";
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
