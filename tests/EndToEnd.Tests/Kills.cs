using System.Globalization;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// Numbered messages under load, <c>kill -9</c> at random moments: what was acknowledged to a publisher is never lost.
/// CITYTWIN_KILLS sets how many kills each broker sees (3 by default, 50 for the full run), CITYTWIN_KILLS_SEED their moments.
/// </summary>
public sealed class Kills
{
    private static readonly int KillsMax = Number("CITYTWIN_KILLS", 3);
    private static readonly int Seed = Number("CITYTWIN_KILLS_SEED", 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lose_nothing_that_the_embedded_broker_acknowledged()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await Run(silo, silo.MqttPort);
    }

    [Fact]
    public async Task Lose_nothing_that_mosquitto_acknowledged()
    {
        await using var broker = await Mosquitto.Start(Cancellation);
        await using var silo = await SiloProcess.Start(broker, Cancellation, "--no-feed");
        await Run(silo, broker.Port);
    }

    private static async Task Run(SiloProcess silo, int port)
    {
        var city = CityReader.Open(SampleCity.Folder).City!;
        var feed = new LoadFeed(city, new FeedOptions { Port = port, Connections = 4, Window = 8 }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var load = feed.Run(stop.Token);
        var chance = new Random(Seed);
        for (var kill = 0; kill < KillsMax; kill++)
        {
            var goal = feed.AcknowledgedCount + chance.Next(50, 1500);
            await SiloProcess.Until($"{goal} messages are acknowledged", () => Task.FromResult(feed.AcknowledgedCount >= goal), Patience, Cancellation);
            await silo.Kill();
            await silo.Run(Cancellation);
        }

        await stop.CancelAsync();
        await load;
        var acknowledged = feed.Acknowledged;
        Assert.NotEmpty(acknowledged);
        await SiloProcess.Until("every sensor has at least what was acknowledged", async () => (await Behind(silo, city, acknowledged)).Count == 0, Patience, Cancellation);
        TestContext.Current.SendDiagnosticMessage("seed {0}: {1} kills, {2} messages acknowledged, none lost", Seed, KillsMax, feed.AcknowledgedCount);
    }

    /// <summary>Sensors whose stored last sequence is below the highest acknowledged one.</summary>
    private static async Task<List<string>> Behind(SiloProcess silo, City city, IReadOnlyDictionary<SensorId, long> acknowledged)
    {
        var stored = (await silo.Get("v1/sensors?pageSize=1000", Cancellation)).GetProperty("sensors").EnumerateArray()
            .ToDictionary(sensor => sensor.GetProperty("name").GetString()!["sensors/".Length..], sensor => sensor.GetProperty("sequence").GetInt64());
        return [.. city.Sensors.Where(sensor => sensor.Role != SensorRole.Detection && stored[sensor.Id.Value] < acknowledged.GetValueOrDefault(sensor.Id)).Select(sensor => sensor.Id.Value)];
    }

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
