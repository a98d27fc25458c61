using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Three silo processes on a real PostgreSQL behind one real mosquitto, whose sessions they lease from each other.</summary>
public sealed class Shared_broker
{
    private const int Seed = 5;
    private const int MessagesPerSecondMax = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(3);

    /// <summary>Longer than a lease, and than the membership waits for a silo.</summary>
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(15);

    private static readonly City City = CityReader.Open(SampleCity.Folder).City!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loses_nothing_acknowledged_and_skips_no_alert_when_a_silo_is_killed_and_another_stands_still()
    {
        await using var broker = await Mosquitto.Start(Cancellation, keepsOverRestart: false);
        await using var cluster = await SiloCluster.Start(Cancellation, broker);
        await Kills.Listens(cluster.All[0], broker.Port, City.Sensors.First(sensor => sensor.Kind == "voltage").Id);
        using var alerts = new HeardAlerts(broker.Port);
        var feed = new LoadFeed(
            City,
            new() { Port = broker.Port, Connections = 2, Window = 8, Seed = Seed, PerSecondMax = MessagesPerSecondMax, LookForBrokerEvery = TimeSpan.FromMilliseconds(250) },
            TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var load = feed.Run(stop.Token);

        await Task.Delay(Spell, Cancellation);
        var publishing = await Publishing(cluster);
        await publishing.Kill();
        var sinceKill = Stopwatch.GetTimestamp();
        var next = await Publishing(cluster);
        var takenOver = Stopwatch.GetElapsedTime(sinceKill);
        await Task.Delay(Spell, Cancellation);

        await next.Signal("STOP", Cancellation);
        await Task.Delay(Frozen, Cancellation);
        await next.Signal("CONT", Cancellation);
        // Mostly the other has given it up for dead, and it stops when it finds out; where the machine is slow, it goes on.
        await Task.Delay(Spell, Cancellation);
        await next.Kill();
        await Task.WhenAll(publishing.Run(Cancellation), next.Run(Cancellation));
        await Task.Delay(Spell, Cancellation);
        await stop.CancelAsync();
        await load;

        var untouched = cluster.All.Single(silo => silo != publishing && silo != next);
        await Several_silos.AddsUp(cluster, untouched, feed.Acknowledged, new Dictionary<SegmentId, List<int>>(), readingsMayBeLate: true);
        await SiloProcess.Until("every change of every alert has been heard", async () =>
            alerts.Heard.ToHashSet().SetEquals(await cluster.AlertRows(Cancellation)), Patience, Cancellation, alerts.ToString);
        // A killed one cannot say how far it came, so what it told last may be told again: once for each that was taken from.
        Assert.InRange(alerts.Back, 0, 3);
        Assert.True(feed.AcknowledgedCount > 0 && alerts.Heard.Count > 0, "Too little happened for this to prove anything.");
        TestContext.Current.SendDiagnosticMessage(
            "{0} messages acknowledged, {1} changes of alerts heard, {2} of them twice; another silo published {3:0.0} s after the kill",
            feed.AcknowledgedCount, alerts.Heard.Distinct().Count(), alerts.Heard.Count - alerts.Heard.Distinct().Count(), takenOver.TotalSeconds);
    }

    /// <summary>Waits until one of those that answer publishes for all.</summary>
    private static async Task<SiloProcess> Publishing(SiloCluster cluster)
    {
        SiloProcess? found = null;
        await SiloProcess.Until("a silo publishes", async () =>
        {
            foreach (var silo in cluster.All)
            {
                try
                {
                    var metrics = await silo.Http.GetStringAsync("metrics", Cancellation);
                    if (metrics.Split('\n').Any(line => line.StartsWith("citytwin_ingest_publishes", StringComparison.Ordinal) && line.Split(' ')[1] == "1"))
                    {
                        found = silo;
                        return true;
                    }
                }
                catch (HttpRequestException)
                {
                    // It was killed.
                }
            }

            return false;
        }, Patience, Cancellation, cluster.Said);
        return found!;
    }

    /// <summary>The places in the change log of the alerts that are heard at the broker, as they come.</summary>
    private sealed class HeardAlerts : IDisposable
    {
        private readonly ConcurrentQueue<long> _heard = new();
        private readonly Process _listening;

        public HeardAlerts(int port)
        {
            _listening = Process.Start(new ProcessStartInfo("mosquitto_sub", ["-p", $"{port}", "-q", "1", "-t", "citytwin/v1/alerts"]) { RedirectStandardOutput = true })!;
            _listening.OutputDataReceived += (_, line) =>
            {
                if (line.Data is { Length: > 0 } alert)
                {
                    var version = JsonDocument.Parse(alert).RootElement.GetProperty("resourceVersion").GetString()!;
                    _heard.Enqueue(long.Parse(version.Split('.')[0], CultureInfo.InvariantCulture));
                }
            };
            _listening.BeginOutputReadLine();
        }

        public IReadOnlyList<long> Heard => [.. _heard];

        /// <summary>How often one was heard that stands before the one heard last.</summary>
        public int Back => Heard.Zip(Heard.Skip(1)).Count(pair => pair.Second <= pair.First);

        public override string ToString() => $"heard: {string.Join(' ', Heard)}";

        public void Dispose()
        {
            _listening.Kill();
            _listening.Dispose();
        }
    }
}
