using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;

namespace CityTwin.Storage.Tests;

/// <summary>A database of its own (or the one beside which it is opened), with a running committer.</summary>
internal sealed class TestStorage : IAsyncDisposable
{
    private TestStorage(ITestDatabase database, TimeProvider time, IHostApplicationLifetime? silo)
    {
        Database = database;
        Committer = new GroupCommitter(database.Options, () => database.OpenWriter(time), time, silo, NullLogger<GroupCommitter>.Instance);
        Audit = database.OpenAudit(Committer);
        History = database.OpenHistory(Committer);
        Changes = database.OpenChanges(time);
        Log = database.OpenLog(time, Committer.BreakDown);
        Committer.Start();
    }

    public ITestDatabase Database { get; }

    public GroupCommitter Committer { get; }

    public IChangeLog Log { get; }

    public IAuditLog Audit { get; }

    public IReadingHistory History { get; }

    public IChangeHistory Changes { get; }

    /// <param name="beside">Another one whose data this one shares.</param>
    public static async Task<TestStorage> Open(
        Database kind,
        Func<StorageOptions, StorageOptions>? settings = null,
        TestStorage? beside = null,
        TimeProvider? time = null,
        IHostApplicationLifetime? silo = null)
    {
        settings ??= options => options;
        ITestDatabase database = beside is not null ? await beside.Database.Again(settings)
            : kind == Tests.Database.Sqlite ? SqliteTestDatabase.Open(settings)
            : await PostgresTestDatabase.Open(settings);
        return new(database, time ?? TimeProvider.System, silo);
    }

    public static TestStorage Over(ITestDatabase database, TimeProvider? time = null) => new(database, time ?? TimeProvider.System, null);

    public Task<Saved> Save(string key, int? expected, byte[] state, params ImmutableArray<PublishedChange> changes) =>
        Committer.Save(new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, state, changes));

    public Task<Saved> Save(string key, int? expected, AuditEntry act) =>
        Committer.Save(new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, new byte[] { 1 }, [], [act]));

    public Task<Saved> Save(string key, int? expected, KeptReading kept) =>
        Committer.Save(new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, new byte[] { 1 }, [], kept: kept));

    public Task<Saved> Save(string key, int? expected, KeptReading? kept, PublishedChange change) =>
        Committer.Save(new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, new byte[] { 1 }, [change], kept: kept));

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

    public long Scalar(string sql) => Database.Scalar(sql);

    public void Execute(string sql) => Database.Execute(sql);

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>A silo that only remembers that it was told to stop.</summary>
internal sealed class SiloLifetime : IHostApplicationLifetime
{
    private readonly TaskCompletionSource _stopped = new();

    public Task Stopped => _stopped.Task;

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopped.TrySetResult();
}
