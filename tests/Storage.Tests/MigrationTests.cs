using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Postgres;
using CityTwin.Testing;
using Npgsql;

namespace CityTwin.Storage.Tests;

public sealed class MigrationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_may_migrate_at_once_and_a_silo_refuses_what_nobody_has_migrated()
    {
        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        var options = new PostgresOptions { ConnectionString = server.ConnectionString(name) };
        Refused(options, "run 'CityTwin.Silo --migrate'");
        var said = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var lines = new List<string>();
            PostgresSchema.Migrate(options, lines.Add);
            return lines;
        })));
        Assert.Single(said, lines => lines[0].Contains("version 1 made", StringComparison.Ordinal));
        Assert.Equal(3, said.Count(lines => lines[0].Contains("nothing to do", StringComparison.Ordinal)));
        using var database = PostgresDatabase.Open(options);
        Assert.Equal(32, database.Epoch.Length);
    }

    [Fact]
    public async Task The_schema_of_a_newer_version_is_left_alone()
    {
        var (server, template) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, template);
        await server.Execute(name, "insert into citytwin_schema (version) values (1000)", Cancel);
        var options = new PostgresOptions { ConnectionString = server.ConnectionString(name) };
        Refused(options, "made by a newer CityTwin");
        var fault = Assert.Throws<StorageUnusableException>(() => PostgresSchema.Migrate(options, _ => { }));
        Assert.Contains("made by a newer CityTwin", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_of_a_newer_version_that_serves_this_one_is_run_on_until_it_is_replaced()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        await storage.Save("s:a", null, [1]);
        var newest = PostgresSchema.NewestVersion;
        storage.Execute($"insert into citytwin_schema (version, serves) values ({newest + 1}, {newest})");
        // The writer's connection breaks, and it looks at the schema again.
        storage.Execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");

        await storage.Save("s:b", null, [1]);
        await using (await TestStorage.Open(Database.Postgres, beside: storage))
        {
        }

        storage.Execute($"insert into citytwin_schema (version, serves) values ({newest + 2}, {newest + 1})");
        var fault = await Assert.ThrowsAsync<StorageUnusableException>(() => TestStorage.Open(Database.Postgres, beside: storage));
        Assert.Contains("made by a newer CityTwin", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migration_that_waits_for_a_table_keeps_nobody_from_using_it()
    {
        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        var options = new PostgresOptions { ConnectionString = server.ConnectionString(name) };
        await using var source = NpgsqlDataSource.Create(options.ConnectionString);
        await using var reader = await source.OpenConnectionAsync(Cancel);
        using (var schema = new NpgsqlConnection(options.ConnectionString))
        {
            schema.Open();
            for (var version = 0; version < 8; version++)
            {
                PostgresSchema.Upgrade(schema, version);
            }
        }

        await using var backup = await reader.BeginTransactionAsync(Cancel);
        await Ask(reader, "lock table readings in access share mode");
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var migration = Task.Run(() => PostgresSchema.Migrate(options, said => _ = said.Contains("waits", StringComparison.Ordinal) && waits.TrySetResult()), Cancel);
        await waits.Task.WaitAsync(Cancel);
        await using (var writer = await source.OpenConnectionAsync(Cancel))
        {
            await Ask(writer, "select count(*) from readings");
        }

        await backup.CommitAsync(Cancel);
        await migration;

        static async Task Ask(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    [Fact]
    public void A_script_says_which_silos_may_run_on() =>
        Assert.Equal((8, null), (PostgresSchema.ServedBy("-- serves: 8\nselect 1;"), PostgresSchema.ServedBy("-- As before.\nselect 1;")));

    [Fact]
    public async Task The_role_of_silos_may_do_what_a_silo_does_and_change_no_table()
    {
        var (server, _) = await PostgresFixture.Get();
        var name = await server.Create(Cancel, "template0");
        // Another test of this server may have made it.
        await server.Execute(name, $"do $$ begin create role {PostgresSchema.SiloRole} login; exception when duplicate_object then null; end $$", Cancel);
        PostgresSchema.Migrate(new() { ConnectionString = server.ConnectionString(name) }, _ => { });
        await using (var storage = TestStorage.Over(await PostgresTestDatabase.Open(
            options => ((PostgresOptions)options) with { ConnectionString = server.ConnectionString(name, PostgresSchema.SiloRole) }, (server, name))))
        {
            Assert.Equal(1, (await storage.Save("s:a", null, [1], TestStorage.Change("a", 1))).Seq);
            Assert.Single((await storage.Log.Snapshot(Cancel)).Rows);
            await storage.Save("s:b", null, new KeptReading(new(new("b"), 1, 1, DateTimeOffset.UtcNow, new(1, null)), DateTimeOffset.UtcNow, SensorCondition.Good, MayBeKept: true));
            Assert.Single(await storage.History.Read(new(new("b"), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, NewestFirst: true, Max: 2), Cancel));
            await storage.Database.Bookmarks.Save("reader", new("epoch", 1), Cancel);
            await storage.Database.Leases.Hold("silo", ["session"], TimeSpan.FromSeconds(8), Cancel);
            await storage.Log.WaitBeyond(0, Cancel);
        }

        await using var source = NpgsqlDataSource.Create(server.ConnectionString(name, PostgresSchema.SiloRole));
        foreach (var forbidden in new[] { "drop table changes", "create table mine (a int)", "truncate changes", "delete from change_head", "delete from readings", "update OrleansQuery set QueryText = ''" })
        {
            await using var command = source.CreateCommand(forbidden);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancel));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=a", "cannot be used")]
    [InlineData("Hots=127.0.0.1;Password=secret", "settings are wrong")]
    [InlineData("Database=city", "settings are wrong")]
    public void A_database_that_is_not_there_is_told_in_one_line(string connectionString, string why)
    {
        var fault = Refused(new() { ConnectionString = connectionString }, why);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    private static StorageUnusableException Refused(PostgresOptions options, string why)
    {
        var fault = Assert.Throws<StorageUnusableException>(() => PostgresDatabase.Open(options));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        return fault;
    }
}
