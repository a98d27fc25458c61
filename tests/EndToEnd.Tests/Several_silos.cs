using System.Collections.Concurrent;
using System.Diagnostics;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Three silo processes on a real PostgreSQL: each answers for all, and none is needed.</summary>
public sealed class Several_silos
{
    private const string Substation = "substation-north";
    private const int Seed = 3;
    private const int Crashes = 2;
    private const int MessagesPerSecondMax = 300;
    private const int ShownMax = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(2);
    private static readonly City City = CityReader.Open(SampleCity.Folder).City!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_each_from_its_own_view_as_fresh_as_a_token_of_another()
    {
        await using var cluster = await SiloCluster.Start(Cancellation);
        for (var round = 0; round < 6; round++)
        {
            var (teller, asked) = (cluster.All[round % 3], cluster.All[(round + 1) % 3]);
            var level = round * 100;
            var receipt = await teller.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill", levelPermille = level }, Cancellation);
            var token = receipt.GetProperty("resourceVersion").GetString()!;
            var segment = await asked.Get($"v1/segments/{Substation}?atLeastVersion={token}", Cancellation);
            Assert.Contains(segment.GetProperty("causes").EnumerateArray(), cause => cause.GetProperty("levelPermille").GetInt32() == level);
        }
    }

    [Fact]
    public async Task Go_on_with_the_watch_of_another_silo_where_it_stopped()
    {
        await using var cluster = await SiloCluster.Start(Cancellation);
        var before = await cluster.All[0].WatchSegments("", Cancellation);
        Assert.Equal(City.Segments.Length, before.Count(message => message.GetProperty("kind").GetString() == "WATCH_KIND_SNAPSHOT"));
        await cluster.All[1].Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the third silo sees it", async () => (await cluster.All[2].Levels(Cancellation))[Substation] == 0, Patience, Cancellation);
        await cluster.All[0].Kill();

        var token = before[^1].GetProperty("resumeToken").GetString()!;
        var after = await cluster.All[2].WatchSegments(token, Cancellation);
        Assert.DoesNotContain(after, message => message.GetProperty("kind").GetString() is "WATCH_KIND_SNAPSHOT" or "WATCH_KIND_GAP");
        Assert.Contains(after, message => message.GetProperty("kind").GetString() == "WATCH_KIND_CHANGED"
            && message.GetProperty("segment").GetProperty("name").GetString() == $"segments/{Substation}");

        // The same token in another log: all is said anew, and that something is missing.
        await using var other = await SiloCluster.Start(Cancellation);
        var elsewhere = await other.All[0].WatchSegments(token, Cancellation);
        Assert.Equal("WATCH_KIND_GAP", elsewhere[0].GetProperty("kind").GetString());
        Assert.Equal(City.Segments.Length, elsewhere.Count(message => message.GetProperty("kind").GetString() == "WATCH_KIND_SNAPSHOT"));
    }

    [Fact]
    public async Task Settle_where_the_rules_say_though_each_of_them_is_killed_amid_cascades()
    {
        await using var cluster = await SiloCluster.Start(Cancellation);
        var chance = new Random(Seed);
        for (var killed = 0; killed < cluster.All.Count; killed++)
        {
            var orders = Orders.OverRest(cluster.All[(killed + 1) % 3], City, Seed + killed);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var ordering = orders.Run(stop.Token, Cancellation);
            await Task.Delay(chance.NextDouble() * Spell, Cancellation);
            await cluster.All[killed].Kill();
            var sinceKill = Stopwatch.GetTimestamp();
            await Task.Delay(Spell, Cancellation);
            await stop.CancelAsync();
            await ordering;
            await AddsUp(cluster, cluster.All[(killed + 2) % 3], new Dictionary<SensorId, long>(), orders.Confirmed);
            TestContext.Current.SendDiagnosticMessage(
                "silo {0} killed: {1} orders, {2} repeated; all settled as replayed {3:0.0} s after the kill",
                killed, orders.Count, orders.Repeats, Stopwatch.GetElapsedTime(sinceKill).TotalSeconds);
            await cluster.All[killed].Run(Cancellation);
        }
    }

    [Fact]
    public async Task Lose_nothing_acknowledged_when_the_database_crashes_under_load()
    {
        await using var broker = await Mosquitto.Start(Cancellation, keepsOverRestart: false);
        await using var cluster = await SiloCluster.Start(Cancellation, broker, isDurable: true);
        await Kills.Listens(cluster.All[0], broker.Port, City.Sensors.First(sensor => sensor.Kind == "voltage").Id);
        var feed = new LoadFeed(
            City,
            new() { Port = broker.Port, Connections = 2, Window = 8, Seed = Seed, PerSecondMax = MessagesPerSecondMax, LookForBrokerEvery = TimeSpan.FromMilliseconds(250) },
            TimeProvider.System);
        var orders = Orders.OverRest(cluster.All[1], City, Seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (load, ordering) = (feed.Run(stop.Token), orders.Run(stop.Token, Cancellation));
        for (var crash = 0; crash < Crashes; crash++)
        {
            await Task.Delay(Spell, Cancellation);
            await cluster.Server.Crash(Cancellation);
            await Task.Delay(Spell / 2, Cancellation);
            await cluster.Server.Run(Cancellation);
        }

        await Task.Delay(Spell, Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(load, ordering);
        await AddsUp(cluster, cluster.All[2], feed.Acknowledged, orders.Confirmed, readingsMayBeLate: true);
        Assert.True(feed.AcknowledgedCount > 0 && orders.Confirmed.Count > 0, "Too little happened for this to prove anything.");
        TestContext.Current.SendDiagnosticMessage(
            "{0} crashes of the database: {1} messages acknowledged, {2} orders confirmed after {3} repeats; nothing lost", Crashes, feed.AcknowledgedCount, orders.Count, orders.Repeats);
    }

    [Fact]
    public async Task Fail_no_call_while_one_of_them_is_told_to_stop()
    {
        await using var cluster = await SiloCluster.Start(Cancellation);
        var failures = new ConcurrentBag<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var calls = cluster.All.Take(2).Select((silo, number) => Call(silo, number, failures, stop.Token)).ToList();
        await Task.Delay(Spell, Cancellation);
        Assert.Equal(0, await cluster.All[2].Stop(Cancellation));
        await Task.Delay(Spell, Cancellation);
        await stop.CancelAsync();
        var made = await Task.WhenAll(calls);
        Assert.True(made.Sum() > 0, "Too little happened for this to prove anything.");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {made.Sum()} calls failed:\n{string.Join('\n', failures.Take(ShownMax))}\n{cluster.Said()}");
    }

    /// <summary>Reads and orders in turn, each once and never again.</summary>
    /// <returns>How many calls.</returns>
    private static async Task<int> Call(SiloProcess silo, int number, ConcurrentBag<string> failures, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            var segment = City.Segments[(count * 7 + number) % City.Segments.Length].Id;
            try
            {
                await silo.Post(
                    $"v1/segments/{segment}:{(count % 2 == 0 ? "fail" : "restore")}", new { principal = "test", reason = "drill" }, Cancellation);
                await silo.Get($"v1/segments/{segment}", Cancellation);
                count += 2;
            }
            catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException or TaskCanceledException && !Cancellation.IsCancellationRequested)
            {
                failures.Add(failure.Message);
            }
        }

        return count;
    }

    internal static async Task AddsUp(
        SiloCluster cluster, SiloProcess asked, IReadOnlyDictionary<SensorId, long> acknowledged, IReadOnlyDictionary<SegmentId, List<int>> confirmed,
        bool readingsMayBeLate = false)
    {
        using var log = cluster.ReadLog();
        var accounts = new Accounts(City, log, LoadFeed.EventClass, readingsMayBeLate);
        List<string> open = [];
        await SiloProcess.Until("everything acknowledged and confirmed is there once, at the replayed levels", async () =>
        {
            log.ReadOn();
            open = accounts.Open(acknowledged, confirmed, await asked.Levels(Cancellation));
            return open.Count == 0;
        }, Patience, Cancellation, orElse: () => $"seed {Seed}: {open.Count} things do not add up:\n{string.Join('\n', open.Take(ShownMax))}\n{cluster.Said()}");
    }
}
