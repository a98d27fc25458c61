using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Orleans.Storage;

namespace CityTwin.Storage.Tests;

/// <summary>Every believed reading is in history once, and found again by its time.</summary>
public sealed class ReadingHistoryTests(ITestOutputHelper output)
{
    private static readonly SensorId Meter = new("meter");
    private static readonly DateTimeOffset Start = new(2024, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ReadingQuery All = new(Meter, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, NewestFirst: false, Max: 100_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Reading_is_kept_with_the_state_it_was_saved_with_and_not_with_a_conflict(Database kind)
    {
        await using var storage = await Open(kind);

        await storage.Save("s:meter", null, Reading(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:meter", 7, Reading(2)));
        await storage.Save("s:meter", 1, Reading(3));

        Assert.Equal([1L, 3L], await Sequences(storage));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Kept_reading_is_given_back_as_it_was(Database kind)
    {
        await using var storage = await Open(kind);
        KeptReading[] kept =
        [
            new(new(Meter, null, null, Start, ReadingValue.Of("open")), Start.AddSeconds(1), SensorCondition.Good, true),
            new(new(Meter, 4, null, Start.AddSeconds(2), ReadingValue.Of(-0.1)), Start.AddSeconds(2), SensorCondition.OutOfRange, true),
            new(new(Meter, long.MaxValue, 0, Start.AddSeconds(3), ReadingValue.Of(1e15)), Start.AddDays(1), SensorCondition.Offline, true),
            new(new(Meter, null, null, Start.AddSeconds(4), ReadingValue.Of(1), IsPast: true), Start.AddDays(1), SensorCondition.Good, true),
        ];

        foreach (var reading in kept)
        {
            await storage.History.Keep(reading);
        }

        Assert.Equal(kept, (await storage.History.Read(All, Cancellation)).Select(placed => placed.Kept));
        Assert.Empty(await storage.History.Read(All with { Sensor = new("other") }, Cancellation));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Late_reading_that_is_told_again_by_several_silos_is_kept_once(Database kind)
    {
        await using var storage = await Open(kind);
        await using var other = await Open(kind, beside: storage);
        await storage.Save("s:meter", null, Reading(9));

        // The last one is numbered, and was stamped on arrival: it comes with another time at each try.
        await Task.WhenAll(Enumerable.Range(0, 60).Select(at => (at % 2 == 0 ? storage : other).History.Keep((at % 5) switch
        {
            0 => Reading(9) with { MayBeKept = true },
            1 => Reading(2) with { MayBeKept = true },
            2 => Timed(5),
            3 => Timed(6),
            _ => Reading(3, Start.AddMilliseconds(at)) with { MayBeKept = true },
        })));

        var kept = await storage.History.Read(All, Cancellation);
        Assert.Equal([2L, 3L, 9L], kept.Select(placed => placed.Kept.Reading.Sequence).OfType<long>().Order());
        Assert.Equal([5.0, 6.0], kept.Where(placed => !placed.Kept.Reading.IsNumbered).Select(placed => placed.Kept.Reading.Value.Number!.Value));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Late_reading_is_known_again_on_another_day(Database kind)
    {
        var time = new FakeTimeProvider(Start);
        await using var storage = await Open(kind, time: time);
        await storage.Save("s:meter", null, Reading(1, Start));
        time.Advance(TimeSpan.FromDays(3));

        await storage.History.Keep(Reading(1, time.GetUtcNow()) with { MayBeKept = true });
        await storage.History.Keep(Reading(2, time.GetUtcNow()) with { MayBeKept = true });

        Assert.Equal([1L, 2L], await Sequences(storage));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Readings_older_than_retention_go_and_no_others(Database kind)
    {
        var time = new FakeTimeProvider(Start.AddHours(12));
        await using var storage = await Open(kind, time: time, settings: options => options with { HistoryKeptFor = TimeSpan.FromDays(2) });
        for (var day = 0; day < 7; day++, time.Advance(TimeSpan.FromDays(1)))
        {
            await Task.WhenAll(Enumerable.Range(0, 1_000).Select(at => storage.Save($"s:{day}-{at}", null, Reading((day * 1_000) + at, time.GetUtcNow()))));
        }

        // Whole days go at once, so the day that retention ends in may still be there.
        var days = (await storage.History.Read(All, Cancellation)).GroupBy(placed => (placed.Kept.ReceivedAt - Start).Days).ToDictionary(day => day.Key, day => day.Count());
        Assert.All([4, 5, 6], day => Assert.Equal(1_000, days[day]));
        Assert.DoesNotContain(days.Keys, day => day < 3);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Nothing_is_kept_when_retention_is_zero(Database kind)
    {
        await using var storage = await Open(kind, settings: options => options with { HistoryKeptFor = TimeSpan.Zero });

        await storage.Save("s:meter", null, Reading(1));
        await storage.History.Keep(Reading(2) with { MayBeKept = true });

        Assert.False(storage.History.IsKept);
        Assert.Empty(await storage.History.Read(All, Cancellation));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task What_was_kept_goes_once_retention_is_zero(Database kind)
    {
        var time = new FakeTimeProvider(Start);
        await using var storage = await Open(kind, time: time);
        await Task.WhenAll(Enumerable.Range(0, 3_000).Select(at => storage.Save($"s:{at}", null, Reading(at, time.GetUtcNow()))));
        time.Advance(TimeSpan.FromDays(3));
        await using var later = await Open(kind, beside: storage, time: time, settings: options => options with { HistoryKeptFor = TimeSpan.Zero });

        await later.Save("s:meter", null, Reading(9_999));
        await later.Save("s:meter", 1, Reading(10_000));

        Assert.InRange((await later.History.Read(All, Cancellation)).Length, 0, (int)SqliteRetention.SlackRows);
    }

    [Theory]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Postgres, false)]
    [InlineData(Database.Postgres, true)]
    public async Task Pages_follow_each_other_without_gap_or_repeat(Database kind, bool newestFirst)
    {
        await using var storage = await Open(kind);
        var kept = await KeepRandom(storage);
        var (from, until) = (Start.AddSeconds(20), Start.AddSeconds(90));
        var expected = kept.Where(one => one.Reading.ObservedAt >= from && one.Reading.ObservedAt < until).OrderBy(one => one.Reading.ObservedAt).ToList();
        if (newestFirst)
        {
            expected.Reverse();
        }

        var found = new List<PlacedReading>();
        var query = new ReadingQuery(Meter, from, until, newestFirst, Max: 7);
        while (await storage.History.Read(query, Cancellation) is { IsEmpty: false } page)
        {
            found.AddRange(page);
            query = query with { After = page[^1].Place };
        }

        Assert.Equal(expected.Select(one => one.Reading), found.Select(placed => placed.Kept.Reading));
    }

    [Theory]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Postgres, false)]
    [InlineData(Database.Postgres, true)]
    public async Task Pieces_of_time_say_what_the_readings_in_them_say(Database kind, bool newestFirst)
    {
        await using var storage = await Open(kind);
        var kept = await KeepRandom(storage);
        var (from, until, every) = (Start.AddSeconds(13.5), Start.AddSeconds(101.25), TimeSpan.FromSeconds(3));
        var expected = Naive(kept.Where(one => one.Reading.ObservedAt >= from && one.Reading.ObservedAt < until), every);

        var found = new List<ReadingSpan>();
        var query = new ReadingQuery(Meter, from, until, newestFirst, Max: 4);
        for (DateTimeOffset? rest = from; rest is not null; query = newestFirst ? query with { Until = rest ?? until } : query with { From = rest ?? from })
        {
            var spans = await storage.History.Summarize(query, every, Cancellation);
            Assert.InRange(spans.Spans.Length, 0, 4);
            found.AddRange(spans.Spans);
            rest = spans.Rest;
        }

        if (newestFirst)
        {
            found.Reverse();
        }

        Assert.Equal(expected.Select(span => span with { Mean = null }), found.Select(span => span with { Mean = null }));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Mean ?? double.NaN, pair.Second.Mean ?? double.NaN, 1e-9));
    }

    private static IEnumerable<ReadingSpan> Naive(IEnumerable<KeptReading> kept, TimeSpan every) => kept
        .OrderBy(one => one.Reading.ObservedAt)
        .GroupBy(one => one.Reading.ObservedAt.ToUnixTimeMilliseconds() / (long)every.TotalMilliseconds)
        .Select(piece =>
        {
            var numbers = piece.Select(one => one.Reading.Value.Number).OfType<double>().ToList();
            return new ReadingSpan(
                DateTimeOffset.FromUnixTimeMilliseconds(piece.Key * (long)every.TotalMilliseconds),
                piece.Count(),
                numbers.Count == 0 ? null : numbers.Min(),
                numbers.Count == 0 ? null : numbers.Average(),
                numbers.Count == 0 ? null : numbers.Max(),
                piece.Last().Reading.Value);
        });

    /// <summary>300 readings over two minutes with a silence in the middle, in the order of their arrival; some of the same instant, some words.</summary>
    private async Task<ImmutableArray<KeptReading>> KeepRandom(TestStorage storage)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var kept = Enumerable.Range(0, 300).Select(at =>
        {
            var second = random.Next(240) / 2.0;
            return Reading(at, Start.AddSeconds(second is > 40 and < 70 ? 40 : second)) with { MayBeKept = true } is var one && random.Next(10) == 0
                ? one with { Reading = one.Reading with { Value = ReadingValue.Of("open") } }
                : one with { Reading = one.Reading with { Value = ReadingValue.Of(random.NextDouble() * 1_000) } };
        }).ToImmutableArray();
        foreach (var one in kept)
        {
            await storage.History.Keep(one);
        }

        return kept;
    }

    private static async Task<IEnumerable<long>> Sequences(TestStorage storage) =>
        (await storage.History.Read(All, Cancellation)).Select(placed => placed.Kept.Reading.Sequence!.Value);

    private static Task<TestStorage> Open(
        Database kind, TestStorage? beside = null, TimeProvider? time = null, Func<StorageOptions, StorageOptions>? settings = null) =>
        TestStorage.Open(kind, settings, beside, time ?? new FakeTimeProvider(Start));

    private static KeptReading Reading(long sequence, DateTimeOffset? at = null) =>
        new(new(Meter, 1, sequence, at ?? Start.AddMilliseconds(sequence), ReadingValue.Of(sequence)), at ?? Start, SensorCondition.Good, MayBeKept: false);

    private static KeptReading Timed(int second) =>
        new(new(Meter, null, null, Start.AddSeconds(second), ReadingValue.Of(second)), Start, SensorCondition.Good, MayBeKept: true);
}
