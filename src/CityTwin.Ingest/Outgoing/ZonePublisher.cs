using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Ingest.Outgoing;

/// <summary>
/// Keeps the newest status of every zone at the broker, retained, under <c>{prefix}/zones/{zone}/status</c>. What it falls
/// behind with is skipped: only the newest counts. A broker that lost what it retained gets all of it again, and a zone
/// that a changed definition took out is taken out there too.
/// </summary>
internal sealed partial class ZonePublisher(
    IBookmarks bookmarks,
    ICityCatalog catalog,
    LiveView live,
    OutgoingWords words,
    IMqttPublisher broker,
    TimeProvider time,
    ILogger<ZonePublisher> logger) : BackgroundService
{
    /// <summary>The name of the bookmark; stored, so never changed.</summary>
    internal const string Reader = "mqtt-zones";

    /// <summary>How soon a broker that lost what it retained gets it again though nothing changes in the city, and how often who does not publish asks whether it has been elected.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private Bookmark? _kept;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), time);
        var (through, generation, election) = (-1L, -1L, 0L);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (broker.Election is var elected && elected != election)
                {
                    (election, through, _kept) = (elected, -1, null);
                }

                if (election == 0)
                {
                    await Task.Delay(Look, time, stoppingToken);
                    continue;
                }

                if (await Next(through, stoppingToken) is { } version)
                {
                    (generation, through) = broker.Generation is var now && now == generation ? (now, through) : (now, -1);
                    await Publish(version, through, stoppingToken);
                    through = version.Seq;
                    backoff.Reset();
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                PublishFailed(failure, failure.Message);
                await backoff.Pause(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<CityVersion?> Next(long through, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Look, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await live.Beyond(through, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return live.Current;
        }
    }

    private async Task Publish(CityVersion version, long through, CancellationToken cancellation)
    {
        _kept ??= await bookmarks.Load(Reader, cancellation);
        var city = version.Index.City;
        if (_kept?.Definition is { } before && before != city.Hash)
        {
            await TakeOut(before, version.Index, cancellation);
        }

        for (var zone = 0; zone < version.Zones.Count; zone++)
        {
            if (through < 0 || version.Zones[zone].ChangedAt > through)
            {
                await broker.Publish(TopicOf(city.Zones[zone].Id), words.Zone(version, zone), retain: true, cancellation);
            }
        }

        if (_kept?.Definition != city.Hash)
        {
            // Only now: what was published under the one before is known until it has been taken out.
            _kept = new(version.Epoch, version.Seq, city.Hash);
            await bookmarks.Save(Reader, _kept, cancellation);
        }
    }

    /// <summary>An empty retained message is how MQTT takes one back.</summary>
    private async Task TakeOut(CityHash before, CityIndex index, CancellationToken cancellation)
    {
        try
        {
            foreach (var zone in (await catalog.Get(before, cancellation)).City.Zones.Where(zone => index.Find(zone.Id) is null))
            {
                await broker.Publish(TopicOf(zone.Id), default, retain: true, cancellation);
            }
        }
        catch (DefinitionMissingException missing)
        {
            ZonesUnknown(missing.Message);
        }
    }

    private static string TopicOf(ZoneId zone) => $"zones/{zone}/status";

    [LoggerMessage(3203, LogLevel.Warning, "Zone statuses cannot be published for now: {Why}")]
    private partial void PublishFailed(Exception failure, string why);

    [LoggerMessage(3204, LogLevel.Warning, "Zones that are gone may still be retained at the broker: {Why}")]
    private partial void ZonesUnknown(string why);
}
