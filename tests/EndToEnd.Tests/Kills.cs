using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// Numbered readings, events and moving switches over MQTT, orders over REST, and <c>kill -9</c> at random moments, some
/// before the silo has served anybody: what was acknowledged or confirmed is there, once, and levels are those of the
/// replayed ceiling log. CITYTWIN_KILLS sets how many kills each broker sees (4 by default, 50 for the full run),
/// CITYTWIN_KILLS_SEED their moments and the load.
/// </summary>
public sealed class Kills
{
    private const int MessagesPerSecondMax = 1_000;
    private const int StartKilledOnceIn = 3;
    private const int FoundingsKilled = 2;
    private const int ShownMax = 20;
    private static readonly int KillsMax = Number("CITYTWIN_KILLS", 4);
    private static readonly int Seed = Number("CITYTWIN_KILLS_SEED", 2);
    private static readonly TimeSpan LifeMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lose_nothing_that_the_embedded_broker_acknowledged()
    {
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        await Run(silo, silo.MqttPort);
    }

    [Fact]
    public async Task Lose_nothing_that_mosquitto_acknowledged()
    {
        await using var broker = await Mosquitto.Start(Cancellation, keepsOverRestart: false);
        await using var silo = SiloProcess.Prepare(broker, "--no-feed");
        await Run(silo, broker.Port);
    }

    private static async Task Run(SiloProcess silo, int port)
    {
        var city = CityReader.Open(SampleCity.Folder).City!;
        var chance = new Random(Seed);
        await Found(silo, chance);
        await Listens(silo, port, city.Sensors.First(sensor => sensor.Kind == "voltage").Id);
        var feed = new LoadFeed(
            city,
            new()
            {
                Port = port, Connections = 4, Window = 8, Seed = (ulong)Seed,
                PerSecondMax = MessagesPerSecondMax, LookForBrokerEvery = TimeSpan.FromMilliseconds(250),
            },
            TimeProvider.System);
        var orders = Orders.OverRest(silo, city, Seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (load, ordering) = (feed.Run(stop.Token), orders.Run(stop.Token, Cancellation));
        var unserved = await Kill(silo, chance);
        await stop.CancelAsync();
        await Task.WhenAll(load, ordering);

        using var log = KeptLog.OfFile(silo.Database);
        var accounts = new Accounts(city, log, LoadFeed.EventClass);
        List<string> open = [];
        await SiloProcess.Until("everything acknowledged and confirmed is there once, at the replayed levels", async () =>
        {
            log.ReadOn();
            open = accounts.Open(feed.Acknowledged, orders.Confirmed, await silo.Levels(Cancellation));
            return open.Count == 0;
        }, Patience, Cancellation, orElse: () => $"seed {Seed}: {open.Count} things do not add up:\n{string.Join('\n', open.Take(ShownMax))}");
        var events = log.Sensors.Values.Sum(sensor => sensor.Last!.EventCount);
        Assert.True(events > 0 && orders.Confirmed.Count > 0 && log.Batches.Count > KillsMax, "Too little happened for this to prove anything.");
        TestContext.Current.SendDiagnosticMessage(
            "seed {0}: {1} kills, {2} of them before it served, and {3} while the city was founded; {4} messages acknowledged, {5} of them events; {6} orders confirmed after {7} repeats; {8} batches replayed; nothing lost, nothing twice",
            Seed, KillsMax, unserved, FoundingsKilled, feed.AcknowledgedCount, events, orders.Count, orders.Repeats, log.Batches.Count);
    }

    /// <summary>Kills it a few times while it founds the city, and leaves it running.</summary>
    private static async Task Found(SiloProcess silo, Random chance)
    {
        for (var kill = 0; kill < FoundingsKilled; kill++)
        {
            silo.Launch();
            await Task.Delay(chance.NextDouble() * LifeMax, Cancellation);
            await silo.Kill();
        }

        await silo.Run(Cancellation);
    }

    /// <summary>Kills and starts it, and leaves it running.</summary>
    /// <returns>How often it was killed before it had served anybody.</returns>
    private static async Task<int> Kill(SiloProcess silo, Random chance)
    {
        var unserved = 0;
        var isServing = true;
        for (var kill = 0; kill < KillsMax; kill++)
        {
            // The moment itself is drawn: nothing is waited for.
            await Task.Delay(chance.NextDouble() * LifeMax, Cancellation);
            await silo.Kill();
            unserved += isServing ? 0 : 1;
            isServing = kill == KillsMax - 1 || chance.Next(StartKilledOnceIn) > 0;
            if (isServing)
            {
                await silo.Run(Cancellation);
            }
            else
            {
                silo.Launch();
            }
        }

        return unserved;
    }

    /// <summary>Before that, an external broker would acknowledge and have nobody to keep it for.</summary>
    internal static Task Listens(SiloProcess silo, int port, SensorId sensor) => SiloProcess.Until("the silo listens to the broker", async () =>
    {
        await Mosquitto.Command("mosquitto_pub", Cancellation, "-p", $"{port}", "-q", "1", "-t", $"citytwin/v1/sensors/{sensor}/reading", "-m", """{"value":230}""");
        return (await silo.Get($"v1/sensors/{sensor}", Cancellation)).TryGetProperty("observeTime", out var at) && at.ValueKind == JsonValueKind.String;
    }, Patience, Cancellation);

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
