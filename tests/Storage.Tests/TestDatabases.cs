using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Postgres;
using CityTwin.Storage.Sqlite;
using CityTwin.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(CityTwin.Storage.Tests.PostgresFixture))]

namespace CityTwin.Storage.Tests;

/// <summary>What a test runs on.</summary>
public enum Database
{
    Sqlite,
    Postgres,
}

/// <summary>One PostgreSQL server for all tests that need one, started by the first.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(PostgresServer, string)>> _started = new(Start);

    /// <summary>The server, and a database with the schema and nothing else, to be copied.</summary>
    internal static async Task<(PostgresServer Server, string Template)> Get() =>
        await (await TestContext.Current.GetFixture<PostgresFixture>())!._started.Value;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            await (await _started.Value).Item1.DisposeAsync();
        }
    }

    private static async Task<(PostgresServer, string)> Start()
    {
        var server = await PostgresServer.Start(CancellationToken.None);
        var template = await server.Create(CancellationToken.None);
        PostgresSchema.Migrate(new() { ConnectionString = server.ConnectionString(template) }, _ => { });
        return (server, template);
    }
}

/// <summary>What the tests need to know of a database, whichever it is.</summary>
internal interface ITestDatabase : IAsyncDisposable
{
    StorageOptions Options { get; }

    IBookmarks Bookmarks { get; }

    ILeases Leases { get; }

    IDefinitionStore Definitions { get; }

    IGroupWriter OpenWriter(TimeProvider time);

    IChangeLog OpenLog(TimeProvider time, Action<StorageUnusableException> broken);

    IAuditLog OpenAudit(GroupCommitter committer);

    IReadingHistory OpenHistory(GroupCommitter committer);

    IChangeHistory OpenChanges(TimeProvider time);

    /// <summary>The same data, opened by somebody else.</summary>
    Task<ITestDatabase> Again(Func<StorageOptions, StorageOptions> settings);

    long Scalar(string sql);

    void Execute(string sql);
}

internal sealed class SqliteTestDatabase(SqliteDatabase database, string? ownFolder) : ITestDatabase
{
    public StorageOptions Options => database.Options;

    public SqliteDatabase Database => database;

    public IBookmarks Bookmarks => new SqliteBookmarks(database);

    public ILeases Leases => new SqliteLeases();

    public IDefinitionStore Definitions => new SqliteDefinitionStore(database);

    public static SqliteTestDatabase Open(Func<StorageOptions, StorageOptions> settings, string? folder = null)
    {
        var path = folder ?? Directory.CreateTempSubdirectory("citytwin-storage-").FullName;
        return new(SqliteDatabase.Open((SqliteOptions)settings(new SqliteOptions { DataPath = path })), folder is null ? path : null);
    }

    public IGroupWriter OpenWriter(TimeProvider time) => new SqliteGroupWriter(database, time);

    public IChangeLog OpenLog(TimeProvider time, Action<StorageUnusableException> broken) => new SqliteChangeLog(database, time);

    public IAuditLog OpenAudit(GroupCommitter committer) => new SqliteAuditLog(database, committer);

    public IReadingHistory OpenHistory(GroupCommitter committer) => new SqliteReadingHistory(database, committer);

    public IChangeHistory OpenChanges(TimeProvider time) => new SqliteChangeHistory(database, time);

    public Task<ITestDatabase> Again(Func<StorageOptions, StorageOptions> settings) =>
        Task.FromResult<ITestDatabase>(Open(settings, database.Options.DataPath));

    public long Scalar(string sql)
    {
        using var connection = database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using var connection = database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        if (ownFolder is not null)
        {
            Directory.Delete(ownFolder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }
}

internal sealed class PostgresTestDatabase(PostgresServer server, string name, PostgresDatabase database, bool isOwn) : ITestDatabase
{
    private PostgresListener? _listener;

    public StorageOptions Options => database.Options;

    public PostgresDatabase Opened => database;

    public string Name => name;

    public IBookmarks Bookmarks => new PostgresBookmarks(database);

    public ILeases Leases => new PostgresLeases(database);

    public IDefinitionStore Definitions => new PostgresDefinitionStore(database);

    public static async Task<PostgresTestDatabase> Open(
        Func<StorageOptions, StorageOptions> settings, (PostgresServer Server, string Name)? existing = null)
    {
        if (existing is { } known)
        {
            return new(known.Server, known.Name, PostgresDatabase.Open(OptionsOf(known.Server, known.Name, settings)), isOwn: false);
        }

        var (server, template) = await PostgresFixture.Get();
        var name = await server.Create(CancellationToken.None, template);
        return new(server, name, PostgresDatabase.Open(OptionsOf(server, name, settings)), isOwn: true);
    }

    public IGroupWriter OpenWriter(TimeProvider time) => new PostgresGroupWriter(database, time);

    public IChangeLog OpenLog(TimeProvider time, Action<StorageUnusableException> broken) => new PostgresChangeLog(
        database, _listener ??= new(database, TimeProvider.System, broken, NullLogger<PostgresListener>.Instance));

    public IAuditLog OpenAudit(GroupCommitter committer) => new PostgresAuditLog(database, committer);

    public IReadingHistory OpenHistory(GroupCommitter committer) => new PostgresReadingHistory(database, committer);

    public IChangeHistory OpenChanges(TimeProvider time) => new PostgresChangeHistory(database, time);

    public async Task<ITestDatabase> Again(Func<StorageOptions, StorageOptions> settings) => await Open(settings, (server, name));

    public long Scalar(string sql)
    {
        using var command = Command(sql);
        return Convert.ToInt64(command.ExecuteScalar(), null);
    }

    public void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        database.Dispose();
        if (isOwn)
        {
            await server.Drop(name, CancellationToken.None);
        }
    }

    private static PostgresOptions OptionsOf(PostgresServer server, string name, Func<StorageOptions, StorageOptions> settings) =>
        (PostgresOptions)settings(new PostgresOptions { ConnectionString = server.ConnectionString(name) });

    private NpgsqlCommand Command(string sql)
    {
        var source = NpgsqlDataSource.Create(server.ConnectionString(name) + ";Pooling=false");
        return source.CreateCommand(sql);
    }
}
