using CityTwin.Grains.Storing;
using CityTwin.Storage.Sqlite;
using Orleans.Storage;
using static CityTwin.Storage.Tests.TestStorage;

namespace CityTwin.Storage.Tests;

public sealed class GroupCommitterTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_conflict_fails_only_its_caller_and_leaves_no_trace(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await storage.Save("s:0", null, [0]);
        var saves = Enumerable.Range(0, 200)
            .Select(n => (n, Save: storage.Save($"s:{n}", null, [1], Change($"{n}", 1))))
            .ToList();
        await Assert.ThrowsAsync<InconsistentStateException>(() => saves[0].Save);
        await Task.WhenAll(saves.Skip(1).Select(save => save.Save));
        var rows = await storage.ReadAll();
        Assert.Equal(199, rows.Length);
        Assert.DoesNotContain(rows, row => row.Key == "0");
        Assert.Equal(1, storage.Scalar("select count(*) from OrleansStorage where GrainIdExtensionString = 's:0' and Version = 1"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_write_is_refused_at_any_version_but_the_rows_own(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:new", 1, [1], Change("new", 1)));
        Assert.Equal(1, (await storage.Save("s:new", null, [1])).Version);
        Assert.Equal(2, (await storage.Save("s:new", 1, [2])).Version);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:new", 1, [3]));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:new", 3, [3]));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:new", null, [3]));
        Assert.Empty(await storage.ReadAll());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Two_writers_of_one_version_in_one_group_do_not_both_succeed(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        var saves = Enumerable.Range(0, 50).Select(_ => storage.Save("s:one", null, [1], Change("one", 1))).ToList();
        await Assert.ThrowsAsync<InconsistentStateException>(() => Task.WhenAll(saves));
        Assert.Equal(1, saves.Count(save => save.IsCompletedSuccessfully));
        Assert.Single(await storage.ReadAll());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_log_row_is_written_with_the_state_exactly_when_the_write_carries_a_change(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        Assert.Null((await storage.Save("s:a", null, [1])).Seq);
        Assert.Equal(2, (await storage.Save("s:a", 1, [2], Change("a", 7), Change("b", 8))).Seq);
        Assert.Null((await storage.Save("s:a", 2, [3])).Seq);
        var rows = await storage.ReadAll();
        Assert.Equal(["a", "b"], rows.Select(row => row.Key));
        Assert.All(rows, row => Assert.Equal(2, row.Version));
        Assert.Equal([7], rows[0].Published!.Value.ToArray());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task The_log_has_no_gaps_under_64_writers_over_three_committers_of_one_database(Database kind)
    {
        await using var first = await TestStorage.Open(kind);
        await using var second = await TestStorage.Open(kind, beside: first);
        await using var third = await TestStorage.Open(kind, beside: first);
        TestStorage[] storages = [first, second, third];
        await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(async () =>
        {
            var storage = storages[writer % 3];
            for (var n = 0; n < 50; n++)
            {
                var saved = await storage.Save($"s:{writer}", n == 0 ? null : n, [1], Change($"{writer}", (byte)n));
                Assert.True(storage.Log.Head >= saved.Seq);
            }
        })));
        foreach (var storage in storages)
        {
            var rows = await storage.ReadAll();
            Assert.Equal(Enumerable.Range(1, 64 * 50).Select(n => (long)n), rows.Select(row => row.Seq));
            Assert.All(rows.GroupBy(row => row.Key), key => Assert.Equal(Enumerable.Range(1, 50).Select(n => (long)n), key.Select(row => row.Version)));
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Stopping_commits_what_waits_and_refuses_what_comes_later(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        var saves = Enumerable.Range(0, 3_000).Select(n => storage.Save($"s:{n}", null, [1])).ToList();
        await storage.Committer.Stop();
        await Task.WhenAll(saves);
        await Assert.ThrowsAsync<SaveFailedException>(() => storage.Save("s:late", null, [1]));
        Assert.Equal(3_000, storage.Scalar("select count(*) from OrleansStorage"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_full_queue_makes_callers_wait_and_loses_nothing(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, options => options with { QueueMax = 4, GroupRowsMax = 3 });
        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => storage.Save($"s:{n}", null, [1], Change($"{n}", 1))));
        Assert.Equal(500, (await storage.ReadAll()).Length);
    }

    [Fact]
    public async Task A_full_file_fails_the_writes_and_frees_them_again_once_there_is_room()
    {
        await using var storage = await TestStorage.Open(Database.Sqlite, options => (SqliteOptions)options with { FileBytesMax = 1024 * 1024 });
        var written = 0;
        var full = await Assert.ThrowsAsync<SaveFailedException>(async () =>
        {
            for (; written < 1_000; written++)
            {
                await storage.Save($"s:{written}", null, new byte[10_000], Change($"{written}", 1));
            }
        });
        Assert.Contains("full", full.Message, StringComparison.Ordinal);
        Assert.Equal(written, storage.Scalar("select count(*) from OrleansStorage"));
        Assert.Equal(written, (await storage.ReadAll()).Length);

        storage.Execute("delete from OrleansStorage where Id <= 20");
        Assert.Equal(written + 1, (await storage.Save("s:again", null, new byte[10_000], Change("again", 1))).Seq);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_damaged_database_fails_the_callers_and_stops_the_silo(Database kind)
    {
        var silo = new SiloLifetime();
        await using var storage = await TestStorage.Open(kind, silo: silo);
        await storage.Save("s:a", null, [1], Change("a", 1));
        storage.Execute("drop table changes");
        var fault = await Assert.ThrowsAsync<SaveFailedException>(() => storage.Save("s:b", null, [1], Change("b", 1)));
        Assert.IsType<StorageUnusableException>(fault.InnerException);
        await Assert.ThrowsAsync<SaveFailedException>(() => storage.Save("s:c", null, [1]));
        await silo.Stopped.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Same(fault.InnerException, storage.Committer.Fault);
    }
}
