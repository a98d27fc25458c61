using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Time.Testing;
using Orleans.Storage;

namespace CityTwin.Storage.Tests;

/// <summary>What has changed is in history as the change log had it, and a past instant is made of a mark and what followed.</summary>
public sealed class ChangeHistoryTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2024, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<string> AllKinds = [PublishedKind.Zone, PublishedKind.Guard, PublishedKind.Level];
    private static readonly ChangeQuery All = new(AllKinds, [], DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, NewestFirst: false, Max: 10_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Change_is_kept_with_the_state_it_was_saved_with_and_not_with_a_conflict(Database kind)
    {
        await using var storage = await Open(kind, new(Start));

        await storage.Save("z", null, [1], Change(PublishedKind.Zone, "a", 1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("z", 7, [1], Change(PublishedKind.Zone, "a", 2)));
        await storage.Save("z", 1, [1], new PublishedChange(PublishedKind.Zone, "a", null));

        var kept = await storage.Changes.Read(All, Cancellation);
        Assert.Equal([(1L, 1L, (byte?)1), (2L, 2L, null)], kept.Select(change => (change.Row.Seq, change.Row.Version, change.Row.Published?.Span[0])));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Plain_reading_and_what_views_pass_over_are_in_the_change_log_alone(Database kind)
    {
        await using var storage = await Open(kind, new(Start));

        await storage.Save("s", null, [1], Change(PublishedKind.Zone, "a", 1) with { IsReading = true }, Change(PublishedKind.Outbox, "b", 1), Change("thing", "c", 1));

        Assert.Equal(3, (await storage.ReadAll()).Length);
        Assert.Equal(0, storage.Scalar("select count(*) from history"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Segment_whose_level_a_batch_moves_is_listed_by_itself(Database kind)
    {
        await using var storage = await Open(kind, new(Start));
        var batch = Change(PublishedKind.Batch, "1", 9) with { Moved = [new(new("pump"), 1000, 0), new(new("tank"), 1000, 300)] };

        await storage.Save("city", null, [1], batch);

        var kept = await storage.Changes.Read(All with { Keys = [new(PublishedKind.Level, "tank")] }, Cancellation);
        Assert.Equal(new LevelStep(new("tank"), 1000, 300), Assert.Single(kept).Level);
        Assert.Equal(2, (await storage.Changes.Read(All, Cancellation)).Length);
    }

    [Theory]
    [InlineData(Database.Sqlite, false, false)]
    [InlineData(Database.Sqlite, true, true)]
    [InlineData(Database.Postgres, false, true)]
    [InlineData(Database.Postgres, true, false)]
    public async Task Pages_follow_each_other_without_gap_or_repeat(Database kind, bool newestFirst, bool named)
    {
        var (storage, kept) = await Random(kind);
        await using var owned = storage;
        ImmutableArray<ChangeKey> keys = named ? [new(PublishedKind.Zone, "1"), new(PublishedKind.Guard, "0"), new(PublishedKind.Zone, "none")] : [];
        var (from, until) = (Start.AddSeconds(20), Start.AddSeconds(90));
        var expected = kept.Where(row => row.At >= from && row.At < until && (!named || keys.Contains(new(row.Kind, row.Key)))).Select(row => row.Seq).ToList();
        if (newestFirst)
        {
            expected.Reverse();
        }

        var found = new List<long>();
        var query = All with { Keys = keys, From = from, Until = until, NewestFirst = newestFirst, Max = 7 };
        while (await storage.Changes.Read(query, Cancellation) is { IsEmpty: false } page)
        {
            found.AddRange(page.Select(change => change.Row.Seq));
            query = query with { After = page[^1].Place };
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Postgres, false)]
    [InlineData(Database.Postgres, true)]
    public async Task Pieces_of_time_say_how_many_changes_were_in_them_and_what_was_last(Database kind, bool newestFirst)
    {
        var (storage, kept) = await Random(kind);
        await using var owned = storage;
        ImmutableArray<ChangeKey> keys = [new(PublishedKind.Zone, "1"), new(PublishedKind.Guard, "0")];
        var every = TimeSpan.FromSeconds(5);
        var expected = kept.Where(row => keys.Contains(new(row.Kind, row.Key)))
            .GroupBy(row => (Start: row.At.ToUnixTimeMilliseconds() / 5_000, row.Kind, row.Key))
            .Select(piece => (piece.Key.Start, piece.Key.Kind, piece.Key.Key, Count: piece.LongCount(), Last: piece.Last().Seq)).Order().ToList();

        var found = new List<(long, string, string, long, long)>();
        var query = All with { Keys = keys, Until = Start.AddHours(1), NewestFirst = newestFirst, Max = 4 };
        for (DateTimeOffset? rest = query.From; rest is not null; query = newestFirst ? query with { Until = rest ?? query.Until } : query with { From = rest ?? query.From })
        {
            var spans = await storage.Changes.Summarize(query, every, Cancellation);
            found.AddRange(spans.Spans.Select(span => (span.Start.ToUnixTimeMilliseconds() / 5_000, span.Last.Row.Kind, span.Last.Row.Key, span.Count, span.Last.Row.Seq)));
            rest = spans.Rest;
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, found.Order());
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Past_instant_is_what_was_published_then_for_as_long_as_it_is_kept(Database kind)
    {
        var seed = System.Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var time = new FakeTimeProvider(Start.AddHours(7));
        await using var storage = await Open(kind, time, kept: TimeSpan.FromDays(3));
        var versions = new int?[12];
        var told = new List<(DateTimeOffset At, IEnumerable<(string, long)> Published)>();
        Assert.Null(await storage.Changes.KeptSince(Cancellation));
        for (var step = 0; step < 1_500; step++)
        {
            if (step % 3 == 0)
            {
                await storage.Changes.Mark(Cancellation);
            }

            var thing = random.Next(versions.Length);
            var change = random.Next(5) == 0 ? new PublishedChange(PublishedKind.Zone, $"{thing}", null) : Change(PublishedKind.Zone, $"{thing}", (byte)random.Next(256));
            versions[thing] = (await storage.Save($"z:{thing}", versions[thing], [1], change)).Version;
            told.Add((time.GetUtcNow(), Published((await storage.Log.Snapshot(Cancellation)).Rows)));
            time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 2) * random.Next(1, 2_000_000)));
        }

        var since = (await storage.Changes.KeptSince(Cancellation))!.Value;
        Assert.InRange(time.GetUtcNow() - since, TimeSpan.FromDays(2.8), TimeSpan.FromDays(3));
        Assert.Null(await storage.Changes.At(since.AddMilliseconds(-1), Cancellation));
        var last = told.GroupBy(one => one.At).Select(group => group.Last()).Where(one => one.At >= since).ToList();
        Assert.True(last.Count > 100);
        foreach (var (at, published) in last)
        {
            var past = (await storage.Changes.At(at, Cancellation))!;
            var folded = past.Marked.Concat(past.Since).GroupBy(row => row.Key).Select(group => group.Last()).Where(row => row.Published is not null);
            Assert.Equal(published, Published([.. folded]));
        }

        static List<(string, long)> Published(ImmutableArray<ChangeRow> rows) => [.. rows.Select(row => (row.Key, row.Seq)).Order()];
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Changes_and_marks_older_than_retention_go_and_no_others(Database kind)
    {
        var time = new FakeTimeProvider(Start.AddHours(12));
        await using var storage = await Open(kind, time, kept: TimeSpan.FromDays(2));
        for (var day = 0; day < 7; day++, time.Advance(TimeSpan.FromDays(1)))
        {
            await Task.WhenAll(Enumerable.Range(0, 1_000).Select(at => storage.Save($"z:{day}-{at}", null, [1], Change(PublishedKind.Zone, $"{day}-{at}", 1))));
            Assert.True(await storage.Changes.Mark(Cancellation));
            Assert.False(await storage.Changes.Mark(Cancellation));
        }

        // Whole days go at once, so the day that retention ends in may still be there.
        var days = (await storage.Changes.Read(All, Cancellation)).GroupBy(change => (change.Row.At - Start).Days).ToDictionary(day => day.Key, day => day.Count());
        Assert.All([4, 5, 6], day => Assert.Equal(1_000, days[day]));
        Assert.DoesNotContain(days.Keys, day => day < 3);
        Assert.Equal(3, storage.Scalar("select count(*) from history_marks"));
        Assert.Equal(5_000 + 6_000 + 7_000, storage.Scalar("select count(*) from history_marked"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_clock_that_was_ahead_keeps_nobody_from_marking(Database kind)
    {
        var time = new FakeTimeProvider(Start);
        await using var storage = await Open(kind, time);
        await storage.Save("z", null, [1], Change(PublishedKind.Zone, "a", 1));
        time.AdjustTime(Start.AddYears(1));
        Assert.True(await storage.Changes.Mark(Cancellation));
        time.AdjustTime(Start.AddHours(1));

        Assert.True(await storage.Changes.Mark(Cancellation));
        Assert.Equal("a", Assert.Single((await storage.Changes.At(Start.AddHours(2), Cancellation))!.Marked).Key);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Nothing_is_kept_when_retention_is_zero(Database kind)
    {
        await using var storage = await Open(kind, new(Start), kept: TimeSpan.Zero);

        await storage.Save("z", null, [1], Change(PublishedKind.Zone, "a", 1));

        Assert.False(storage.Changes.IsKept);
        Assert.False(await storage.Changes.Mark(Cancellation));
        Assert.Empty(await storage.Changes.Read(All, Cancellation));
        Assert.Null(await storage.Changes.At(Start, Cancellation));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Latest_reading_is_the_one_observed_last_that_had_arrived_as_news(Database kind)
    {
        await using var storage = await Open(kind, new(Start));
        KeptReading Reading(string sensor, long? sequence, int observed, int received) =>
            new(new(new(sensor), sequence is null ? null : 1, sequence, Start.AddSeconds(observed), ReadingValue.Of(observed)), Start.AddSeconds(received), SensorCondition.Good, true);
        KeptReading Past(KeptReading kept) => kept with { Reading = kept.Reading with { IsPast = true } };
        foreach (var kept in new[]
        {
            Reading("a", 1, 10, 10), Reading("a", 3, 30, 31), Reading("a", 2, 20, 32), Reading("a", 4, 40, 41),
            Reading("b", null, 10, 10), Reading("b", null, 20, 20), Reading("c", 9, 15, 15), Past(Reading("b", null, 25, 30)), Past(Reading("d", null, 30, 31)),
        })
        {
            await storage.History.Keep(kept);
        }

        var latest = await storage.History.Latest(
            [new(new("a"), Start, 1, 0), new(new("b"), Start.AddSeconds(10), null, null), new(new("c"), Start, 1, 9), new(new("d"), Start, null, null)],
            Start, Start.AddSeconds(40), Cancellation);

        Assert.Equal([("a", 30.0), ("b", 20.0)], latest.Select(kept => (kept.Reading.Sensor.Value, kept.Reading.Value.Number!.Value)).Order());
    }

    /// <summary>300 changes of some things over two minutes, some of the same instant.</summary>
    private async Task<(TestStorage Storage, ImmutableArray<ChangeRow> Kept)> Random(Database kind)
    {
        var seed = System.Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var time = new FakeTimeProvider(Start);
        var storage = await Open(kind, time);
        for (var at = 0; at < 300; at++)
        {
            await storage.Save($"x:{at}", null, [1], Change(random.Next(2) == 0 ? PublishedKind.Zone : PublishedKind.Guard, $"{random.Next(3)}", 1));
            time.Advance(TimeSpan.FromMilliseconds(random.Next(2) * random.Next(2_000)));
        }

        return (storage, await storage.ReadAll());
    }

    private static Task<TestStorage> Open(Database kind, FakeTimeProvider time, TimeSpan? kept = null) =>
        TestStorage.Open(kind, options => options with { HistoryKeptFor = kept ?? options.HistoryKeptFor }, time: time);

    private static PublishedChange Change(string kind, string key, byte status) => new(kind, key, [status]);
}
