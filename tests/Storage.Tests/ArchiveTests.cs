using System.Text;
using System.Text.Json.Nodes;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Archiving;
using CityTwin.Storage.Postgres;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace CityTwin.Storage.Tests;

/// <summary>A city to a file and back, over both databases.</summary>
public sealed class ArchiveTests : IDisposable
{
    private const int Writers = 8;
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(At);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-archive-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "city.archive");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_restored_city_is_the_same_in_another_log(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, time: _time);
        await storage.Save("a", null, [1], TestStorage.Change("a", 1));
        await storage.Save("a", 1, [2], TestStorage.Change("a", 2));
        await storage.Save("b", null, Act("one"));
        await storage.Save("c", null, Reading("c", 1, At));
        await storage.Save("d", null, Reading("d", 1, At - TimeSpan.FromDays(1)));
        await storage.Database.Bookmarks.Save("reader", new(storage.Log.Epoch, 1), Cancel);
        await storage.Database.Definitions.Save(new("hash"), new byte[] { 7 }, Cancel);

        var label = Backup(storage);
        await using var restored = await Restored(kind);

        Assert.Equal((kind.ToString(), At), (label.Kind.ToString(), label.At));
        Assert.NotEqual(storage.Log.Epoch, restored.Log.Epoch);
        Assert.NotEqual(Drawn(storage), Drawn(restored));
        Assert.Equal(storage.Log.Head, restored.Log.Head);
        Assert.Equal(Shown(await storage.ReadAll()), Shown(await restored.ReadAll()));
        Assert.Equal(await Tree(storage), await Tree(restored));
        Assert.Equal(1, (await restored.Database.Bookmarks.Load("reader", Cancel))!.Seq);
        Assert.Equal([7], (await restored.Database.Definitions.Load(new("hash"), Cancel))!.Value.ToArray());
        foreach (var sensor in new[] { "c", "d" })
        {
            Assert.Equal(1, (await History(restored, sensor)).Single().Number);
        }

        // It goes on where it was: states by their versions, the log and the readings by their places.
        Assert.Equal(storage.Log.Head + 1, (await restored.Save("a", 2, [3], TestStorage.Change("a", 3))).Seq);
        await restored.Save("c", 1, Reading("c", 2, At));
        Assert.Equal([1, 2], (await History(restored, "c")).Select(reading => reading.Number!.Value));
        Assert.Equal(restored.Scalar("select count(*) from readings"), restored.Scalar("select count(distinct place) from readings"));
        await restored.Save("b", 1, Act("two"));
        Assert.Equal(2, (await Tree(restored)).Size);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_backup_amid_writes_is_as_of_one_commit(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, time: _time);
        using var stop = new CancellationTokenSource();
        var written = new int[Writers];
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var next = (byte)((written[writer] + 1) % 251);
                    await storage.Save($"w:{writer}", written[writer] == 0 ? null : written[writer], [next], TestStorage.Change($"w:{writer}", next));
                    Interlocked.Increment(ref written[writer]);
                }
            },
            Cancel)).ToList();
        while (written.Any(count => Volatile.Read(in count) < 20))
        {
            await Task.Yield();
        }

        var (atLeast, before) = (written.ToArray(), written.Sum());
        await Task.Run(() => Backup(storage), Cancel);
        await stop.CancelAsync();
        await Task.WhenAll(writing);
        Assert.True(written.Sum() > before, "Nothing was written meanwhile, so that this proves nothing.");

        await using var restored = await Restored(kind);
        var rows = await restored.ReadAll();
        Assert.Equal(Enumerable.Range(1, rows.Length).Select(seq => (long)seq), rows.Select(row => row.Seq));
        Assert.Equal(restored.Log.Head, rows.Length);
        foreach (var writer in rows.GroupBy(row => row.Key))
        {
            var last = writer.Last();
            Assert.InRange(last.Version, atLeast[int.Parse(writer.Key[2..], null)], long.MaxValue);
            Assert.Equal(last.Version, restored.Scalar($"select Version from OrleansStorage where GrainIdExtensionString = '{writer.Key}'"));
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task What_is_not_whole_or_not_for_here_is_refused_and_leaves_nothing(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, time: _time);
        await storage.Save("a", null, [1], TestStorage.Change("a", 1));
        Backup(storage);
        Refused("exists already", () => Backup(storage));
        var whole = await System.IO.File.ReadAllBytesAsync(File, Cancel);
        var other = kind == Database.Sqlite ? "Postgres" : "Sqlite";
        (byte[] Bytes, string Why)[] bad =
        [
            ([], "only a part of one"),
            (whole[..^1], "only a part of one"),
            (whole[..(whole.Length / 2)], "only a part of one"),
            (whole[1..], "only a part of one"),
            ([.. whole[..100], (byte)(whole[100] ^ 1), .. whole[101..]], "damaged or altered"),
            (Relabelled(whole, label => label["schema"] = 1), "damaged or altered"),
            (Resealed(whole, label => label with { Schema = 1000 }), "made by a newer CityTwin"),
            (Resealed(whole, label => label with { Format = 2 }), "made by a newer CityTwin"),
            (Resealed(whole, label => label with { Rows = label.Rows.SetItem("changes", 2) }), "rows"),
            (Resealed(whole, label => label with { Rows = label.Rows.SetItem("changes; create table mine()", 0) }), kind == Database.Sqlite ? "rows" : "something unknown"),
            (Resealed(whole, label => label with { Kind = Enum.Parse<ArchiveKind>(other) }), "can only be restored to one"),
        ];
        foreach (var (bytes, why) in bad)
        {
            await System.IO.File.WriteAllBytesAsync(File, bytes, Cancel);
            await RefusedAnywhere(kind, why);
        }

        await System.IO.File.WriteAllBytesAsync(File, whole, Cancel);
        Refused("not empty", () => Restore(storage.Database.Options));
        Assert.Single(await storage.ReadAll());
    }

    [Theory]
    [InlineData("create trigger mine after update on change_head begin delete from changes; end")]
    [InlineData("create table \"mine\"\"; attach 'x' as y; --\" (a)")]
    [InlineData("create view mine as select 1")]
    public async Task What_brings_statements_of_its_own_is_refused(string statement)
    {
        await using var storage = await TestStorage.Open(Database.Sqlite, time: _time);
        using (var connection = SqliteDatabase.Connect(((SqliteOptions)storage.Database.Options).FilePath, TimeSpan.FromSeconds(5)))
        {
            SqliteDatabase.Run(connection, statement);
        }

        Backup(storage);
        await RefusedAnywhere(Database.Sqlite, "something else than the tables");
    }

    [Fact]
    public async Task An_archive_of_an_older_schema_is_upgraded_on_the_way()
    {
        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        await using (var connection = new NpgsqlConnection(server.ConnectionString(name) + ";Pooling=false"))
        {
            await connection.OpenAsync(Cancel);
            PostgresSchema.Upgrade(connection, 0);
            PostgresSchema.Upgrade(connection, 1);
        }

        await server.Execute(name, "insert into changes values (1, 0, 'thing', 'a', 1, null); update change_head set head = 1", Cancel);
        var label = PostgresArchive.Backup(new() { ConnectionString = server.ConnectionString(name) }, File, At, Cancel);
        await using var restored = await Restored(Database.Postgres);

        Assert.Equal(2, label.Schema);
        Assert.Equal("a", (await restored.ReadAll()).Single().Key);
        await restored.Save("c", null, Reading("c", 1, At));
        Assert.Equal(1, (await History(restored, "c")).Single().Number);
    }

    [Fact]
    public async Task Every_table_is_in_the_archive_or_left_out_on_purpose()
    {
        var (server, template) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, template);
        var tables = (string[])(await server.Scalar(
            name, "select array_agg(relname::text) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition", Cancel))!;
        Assert.Equal(tables.Order(StringComparer.Ordinal), PostgresArchive.Tables.Concat(PostgresArchive.LeftOut).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_role_of_silos_may_back_up_and_not_restore()
    {
        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        await server.Execute(name, $"do $$ begin create role {PostgresSchema.SiloRole} login; exception when duplicate_object then null; end $$", Cancel);
        PostgresSchema.Migrate(new() { ConnectionString = server.ConnectionString(name) }, _ => { });
        PostgresArchive.Backup(new() { ConnectionString = server.ConnectionString(name, PostgresSchema.SiloRole) }, File, At, Cancel);

        var empty = await server.Create(Cancel, "template0");
        Refused("as the owner", () => PostgresArchive.Restore(new() { ConnectionString = server.ConnectionString(empty, PostgresSchema.SiloRole) }, File, Cancel));
    }

    [Fact]
    public void What_cannot_be_read_or_written_is_told_in_one_line()
    {
        var empty = new SqliteOptions { DataPath = Path.Combine(_folder, "none") };
        Refused("There is no city", () => SqliteArchive.Backup(empty, File, At, Cancel));
        Refused("cannot be read", () => SqliteArchive.Restore(empty, File, Cancel));
        SqliteDatabase.Open(empty).Dispose();
        Refused("cannot be written", () => SqliteArchive.Backup(empty, Path.Combine(_folder, "missing", "file"), At, Cancel));
        Refused("PostgreSQL settings are wrong", () => PostgresArchive.Backup(new() { ConnectionString = "Hots=secret" }, File, At, Cancel));
        Refused("was not backed up", () => PostgresArchive.Backup(new() { ConnectionString = "Host=127.0.0.1;Port=1;Username=a" }, File, At, Cancel));
        Assert.Equal(["none"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    private static void Refused(string why, Action work)
    {
        var fault = Assert.Throws<StorageUnusableException>(work);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    private async Task RefusedAnywhere(Database kind, string why)
    {
        if (kind == Database.Sqlite)
        {
            var folder = Path.Combine(_folder, "elsewhere");
            Refused(why, () => Restore(new SqliteOptions { DataPath = folder }));
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            return;
        }

        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        Refused(why, () => Restore(new PostgresOptions { ConnectionString = server.ConnectionString(name) }));
        Assert.Equal(0L, await server.Scalar(name, "select count(*) from pg_class where relnamespace = 'public'::regnamespace", Cancel));
        await server.Drop(name, Cancel);
    }

    private ArchiveLabel Backup(TestStorage storage) => storage.Database.Options is SqliteOptions sqlite
        ? SqliteArchive.Backup(sqlite, File, At, Cancel)
        : PostgresArchive.Backup((PostgresOptions)storage.Database.Options, File, At, Cancel);

    private void Restore(StorageOptions options)
    {
        if (options is SqliteOptions sqlite)
        {
            SqliteArchive.Restore(sqlite, File, Cancel);
        }
        else
        {
            PostgresArchive.Restore((PostgresOptions)options, File, Cancel);
        }
    }

    private async Task<TestStorage> Restored(Database kind)
    {
        if (kind == Database.Sqlite)
        {
            var folder = Path.Combine(_folder, "restored");
            Restore(new SqliteOptions { DataPath = folder });
            return TestStorage.Over(SqliteTestDatabase.Open(options => options, folder), _time);
        }

        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        Restore(new PostgresOptions { ConnectionString = server.ConnectionString(name) });
        return TestStorage.Over(await PostgresTestDatabase.Open(options => options, (server, name)), _time);
    }

    /// <summary>As somebody would who edits the last line.</summary>
    private static byte[] Relabelled(byte[] archive, Action<JsonNode> change)
    {
        var (contents, label) = Parts(archive);
        var json = JsonNode.Parse(label.ToJson())!;
        change(json);
        return [.. contents, .. Encoding.UTF8.GetBytes(json.ToJsonString()), (byte)'\n'];
    }

    /// <summary>As another release would have written it.</summary>
    private static byte[] Resealed(byte[] archive, Func<ArchiveLabel, ArchiveLabel> change)
    {
        var (contents, label) = Parts(archive);
        label = change(label) with { Sha256 = "" };
        var digest = System.Security.Cryptography.SHA256.HashData([.. contents[..^1], .. label.ToJson()]);
        return [.. contents, .. (label with { Sha256 = Convert.ToHexStringLower(digest) }).ToJson(), (byte)'\n'];
    }

    /// <summary>All up to the label, and the label.</summary>
    private static (byte[] Contents, ArchiveLabel Label) Parts(byte[] archive)
    {
        var start = archive.AsSpan(0, archive.Length - 1).LastIndexOf((byte)'\n') + 1;
        return (archive[..start], ArchiveLabel.Parse(archive.AsSpan(start))!);
    }

    private static string Drawn(TestStorage storage) => storage.Database is SqliteTestDatabase sqlite ? sqlite.Database.Epoch : ((PostgresTestDatabase)storage.Database).Opened.Drawn;

    private static IEnumerable<string> Shown(IEnumerable<ChangeRow> rows) =>
        rows.Select(row => $"{row.Seq} {row.At:O} {row.Kind} {row.Key} {row.Version} {Convert.ToHexString(row.Published!.Value.Span)}");

    private static KeptReading Reading(string sensor, int number, DateTimeOffset receivedAt) =>
        new(new(new(sensor), number, number, receivedAt, ReadingValue.Of(number)), receivedAt, SensorCondition.Good, MayBeKept: false);

    private static AuditEntry Act(string id) => new(id, At, "ada", AuditKind.Command, "do", "thing", "why", null, "OK");

    private static async Task<(long Size, string Root)> Tree(TestStorage storage)
    {
        var edge = await storage.Audit.Edge(Cancel);
        return (edge.Size, $"{edge.Root} {string.Join(',', (await storage.Audit.Read(0, 100, Cancel)).Select(row => AuditEntry.Read(row.Entry)!.Id))}");
    }

    private static async Task<IEnumerable<ReadingValue>> History(TestStorage storage, string sensor) =>
        (await storage.History.Read(new(new(sensor), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, NewestFirst: false, Max: 100), Cancel))
        .Select(placed => placed.Kept.Reading.Value);
}
