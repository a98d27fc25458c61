using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;

namespace CityTwin.Storage.Tests;

/// <summary>A database in a folder of its own (or in the one given), with a running committer.</summary>
internal sealed class TestStorage : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    public TestStorage(Func<SqliteOptions, SqliteOptions>? settings = null, string? folder = null, TimeProvider? time = null, IHostApplicationLifetime? silo = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("citytwin-storage-").FullName;
        var options = new SqliteOptions { DataPath = Folder };
        Database = SqliteDatabase.Open(settings is null ? options : settings(options));
        Committer = new GroupCommitter(Database, time ?? TimeProvider.System, silo, NullLogger<GroupCommitter>.Instance);
        Log = new SqliteChangeLog(Database, time ?? TimeProvider.System);
        Committer.Start();
    }

    public string Folder { get; }

    public SqliteDatabase Database { get; }

    public GroupCommitter Committer { get; }

    public IChangeLog Log { get; }

    public Task<Saved> Save(string key, int? expected, byte[] state, params ImmutableArray<PublishedChange> changes) =>
        Committer.Save(new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, state, changes));

    public static PublishedChange Change(string key, params byte[] status) => new("thing", key, status);

    public async Task<ImmutableArray<ChangeRow>> ReadAll(long after = 0)
    {
        var rows = ImmutableArray.CreateBuilder<ChangeRow>();
        while (await Log.Read(after, 1_000, TestContext.Current.CancellationToken) is ChangesFollow { Rows.IsEmpty: false } page)
        {
            rows.AddRange(page.Rows);
            after = page.Rows[^1].Seq;
        }

        return rows.ToImmutable();
    }

    public long Scalar(string sql)
    {
        using var connection = Database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using var connection = Database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        Database.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
