using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using static CityTwin.Storage.Tests.TestStorage;

namespace CityTwin.Storage.Tests;

public sealed class ChangeLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly Gen<PublishedChange> AnyChange = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 12], Gen.Byte.Array[0, 3],
        (what, key, status) => what switch
        {
            0 => new PublishedChange("checkpoint", "city", status, Replaces: "batch"),
            1 or 2 => new PublishedChange("batch", $"{key}", status),
            3 => new PublishedChange("thing", $"{key}", null),
            _ => new PublishedChange("thing", $"{key}", status),
        });

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_snapshot_and_its_tail_fold_to_the_same_as_the_whole_log(Database kind)
    {
        await AnyChange.Array[0, 3].Array[0, 40].SampleAsync(
            async writes =>
            {
                await using var storage = await TestStorage.Open(kind);
                ChangeSnapshot? halfway = null;
                for (var n = 0; n < writes.Length; n++)
                {
                    await storage.Save($"s:{n}", null, [1], [.. writes[n]]);
                    if (n == writes.Length / 2)
                    {
                        halfway = await storage.Log.Snapshot(Cancel);
                    }
                }

                var whole = Fold([], await storage.ReadAll(), writes);
                var snapshot = await storage.Log.Snapshot(Cancel);
                Assert.Equal(whole, Fold(snapshot.Rows, [], writes));
                Assert.Equal(snapshot.Rows.OrderBy(row => row.Seq), snapshot.Rows);
                Assert.All(new string[][] { ["batch"], ["thing"], ["checkpoint", "batch"] }, kinds => Assert.Equal(
                    snapshot.Rows.Where(row => kinds.Contains(row.Kind)).Select(row => (row.Seq, row.Kind, row.Key)),
                    storage.Log.Snapshot(Cancel, kinds).GetAwaiter().GetResult().Rows.Select(row => (row.Seq, row.Kind, row.Key))));
                Assert.Equal(writes.Sum(write => write.Length), snapshot.Head);
                if (halfway is not null)
                {
                    Assert.Equal(whole, Fold(halfway.Rows, await storage.ReadAll(halfway.Head), writes));
                }
            },
            iter: 30);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Head_that_is_read_is_that_of_the_database_whichever_process_wrote(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await storage.Save("s:1", null, [1], new PublishedChange("thing", "1", [1]), new PublishedChange("thing", "2", [1]));
        Assert.Equal(2, await storage.Log.ReadHead(Cancel));

        // As another process does, of which this one has heard nothing yet.
        storage.Execute("update change_head set head = head + 5");

        Assert.Equal((2, 7), (storage.Log.Head, await storage.Log.ReadHead(Cancel)));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Reading_below_what_is_kept_or_beyond_the_head_is_told_as_gone(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, options => options with { ChangesKeptMin = 100, ChangesKeptMax = 100 });
        await Write(storage, 3_000);
        var gone = Assert.IsType<ChangesGone>(await storage.Log.Read(0, 10, Cancel));
        Assert.Equal(3_000, gone.Head);
        Assert.InRange(gone.FirstKept, 2_000, 2_901);
        Assert.Equal(storage.Scalar("select min(seq) from changes"), gone.FirstKept);
        Assert.IsType<ChangesGone>(await storage.Log.Read(gone.FirstKept - 2, 10, Cancel));
        var rows = Assert.IsType<ChangesFollow>(await storage.Log.Read(gone.FirstKept - 1, 10, Cancel)).Rows;
        Assert.Equal(gone.FirstKept, rows[0].Seq);
        Assert.Equal(3_000, (await storage.Log.Snapshot(Cancel)).Rows.Length);
        Assert.Empty(Assert.IsType<ChangesFollow>(await storage.Log.Read(3_000, 10, Cancel)).Rows);
        Assert.IsType<ChangesGone>(await storage.Log.Read(3_001, 10, Cancel));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Retention_keeps_the_latest_checkpoint_and_all_that_follows_it(Database kind)
    {
        await using var storage = await TestStorage.Open(kind, options => options with { ChangesKeptMin = 0, ChangesKeptMax = 0, ChangesKeptFor = TimeSpan.Zero });
        await storage.Save("c:city", null, [1], new PublishedChange("batch", "1", new byte[] { 1 }), new PublishedChange("checkpoint", "city", new byte[] { 1 }, "batch"));
        await Write(storage, 3_000);
        Assert.Equal(2, (await storage.ReadAll(1))[0].Seq);
        await storage.Save("c:city", 1, [1], new PublishedChange("checkpoint", "city", new byte[] { 2 }, "batch"));
        Assert.Equal(2_001, storage.Scalar("select first_kept from change_head"));
        await storage.Save("s:last", null, [1], Change("last", 1));
        Assert.Equal(3_003, storage.Scalar("select first_kept from change_head"));
        Assert.Equal(["checkpoint", "thing"], (await storage.ReadAll(3_002)).Select(row => row.Kind));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Rows_are_dropped_by_age_only_beyond_the_number_that_is_kept_anyway(Database kind)
    {
        var time = new FakeTimeProvider();
        await using var storage = await TestStorage.Open(kind, options => options with { ChangesKeptMin = 1_000, ChangesKeptFor = TimeSpan.FromHours(1) }, time: time);
        await Write(storage, 2_500);
        Assert.Equal(1, storage.Scalar("select min(seq) from changes"));
        time.Advance(TimeSpan.FromHours(2));
        await storage.Save("s:later", null, [1], Change("later", 1));
        Assert.Equal(1_502, storage.Scalar("select min(seq) from changes"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Waiting_ends_with_a_commit_of_any_committer_of_this_process(Database kind)
    {
        await using var first = await TestStorage.Open(kind, options => options with { PollInterval = TimeSpan.FromHours(1) });
        await using var second = await TestStorage.Open(kind, beside: first);
        var waiting = first.Log.WaitBeyond(0, Cancel);
        Assert.False(waiting.IsCompleted);
        await second.Save("s:a", null, [1], Change("a", 1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        await first.Log.WaitBeyond(0, Cancel);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task An_epoch_stays_with_its_database_and_differs_between_databases(Database kind)
    {
        await using var first = await TestStorage.Open(kind);
        await using var again = await TestStorage.Open(kind, beside: first);
        await using var other = await TestStorage.Open(kind);
        Assert.Equal(first.Log.Epoch, again.Log.Epoch);
        Assert.NotEqual(first.Log.Epoch, other.Log.Epoch);
        Assert.Equal(32, first.Log.Epoch.Length);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_definition_is_kept_once_by_its_hash(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        var store = storage.Database.Definitions;
        var hash = new CityHash(new string('a', 64));
        Assert.Null(await store.Load(hash, Cancel));
        await store.Save(hash, new byte[] { 1, 2 }, Cancel);
        await store.Save(hash, new byte[] { 3 }, Cancel);
        Assert.Equal([1, 2], (await store.Load(hash, Cancel))!.Value.ToArray());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Rows_of_alerts_are_read_alone_and_the_reader_knows_how_far(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        for (var n = 1; n <= 9; n++)
        {
            await storage.Save($"s:{n}", null, [1], new PublishedChange(n % 3 == 0 ? "alert" : "sensor", $"{n}", [(byte)n]));
        }

        var first = Assert.IsType<SomeFollow>(await storage.Log.ReadAlerts(3, 1, Cancel));
        var rest = Assert.IsType<SomeFollow>(await storage.Log.ReadAlerts(first.Through, 10, Cancel));

        Assert.Equal((6, 6), (Assert.Single(first.Rows).Seq, first.Through));
        Assert.Equal((9, 9), (Assert.Single(rest.Rows).Seq, rest.Through));
        Assert.Equal(9, Assert.IsType<SomeFollow>(await storage.Log.ReadAlerts(9, 10, Cancel)).Through);
        Assert.IsType<ChangesGone>(await storage.Log.ReadAlerts(10, 10, Cancel));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_bookmark_is_kept_over_a_restart_and_replaced_by_the_next(Database kind)
    {
        await using var first = await TestStorage.Open(kind);
        var bookmarks = first.Database.Bookmarks;
        Assert.Null(await bookmarks.Load("reader", Cancel));
        await bookmarks.Save("reader", new("epoch", 7), Cancel);
        await bookmarks.Save("reader", new("epoch", 8, new CityHash(new string('a', 64))), Cancel);
        await bookmarks.Save("other", new("epoch", 1), Cancel);

        await using var again = await TestStorage.Open(kind, beside: first);
        Assert.Equal(new Bookmark("epoch", 8, new CityHash(new string('a', 64))), await again.Database.Bookmarks.Load("reader", Cancel));
    }

    [Fact]
    public async Task A_bookmark_does_not_go_back_to_where_one_was_who_stood_still()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var bookmarks = storage.Database.Bookmarks;
        await bookmarks.Save("reader", new("epoch", 8), Cancel);
        await bookmarks.Save("reader", new("epoch", 7), Cancel);
        Assert.Equal(new Bookmark("epoch", 8), await bookmarks.Load("reader", Cancel));

        await bookmarks.Save("reader", new("another", 1), Cancel);
        Assert.Equal(new Bookmark("another", 1), await bookmarks.Load("reader", Cancel));
    }

    private static async Task Write(TestStorage storage, int rows) =>
        await Task.WhenAll(Enumerable.Range(0, rows).Select(n => storage.Save($"s:{n}", null, [1], Change($"{n}", 1))));

    /// <summary>The obvious reading of the log: latest row of each key, less what was removed or replaced.</summary>
    private static ImmutableSortedDictionary<string, string> Fold(ImmutableArray<ChangeRow> start, ImmutableArray<ChangeRow> rows, PublishedChange[][] writes)
    {
        var replacing = writes.SelectMany(write => write).Where(change => change.Replaces is not null).Select(change => change.Kind).ToHashSet();
        var latest = ImmutableSortedDictionary<string, string>.Empty;
        foreach (var row in start.Concat(rows))
        {
            var key = $"{row.Kind}/{row.Key}";
            if (replacing.Contains(row.Kind))
            {
                latest = latest.RemoveRange(latest.Keys.Where(other => other.StartsWith("batch/", StringComparison.Ordinal)));
            }

            latest = row.Published is { } status
                ? latest.SetItem(key, $"{row.Seq} {row.Version} {Convert.ToHexString(status.Span)}")
                : latest.Remove(key);
        }

        return latest;
    }
}
