using System.Net;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Grains.Viewing;
using CityTwin.Ingest;

namespace CityTwin.Silo;

/// <summary>Lets the synthetic sensors of a sample city publish to the silo's own broker, over real MQTT.</summary>
internal sealed partial class FeedService(
    CityCatalog catalog,
    LiveView live,
    IngestOptions mqtt,
    SiloSettings settings,
    TimeProvider time,
    ILogger<FeedService> log,
    MqttCredentials? own = null) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (settings.HasFeed && !stoppingToken.IsCancellationRequested)
        {
            var city = catalog.Current.City;
            using var changed = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAll(Feed(city, changed.Token), Until(city, changed));
        }
    }

    /// <summary>A changed definition has other sensors: the feed begins again with those.</summary>
    private async Task Until(City city, CancellationTokenSource changed)
    {
        while (catalog.Current.City.Hash == city.Hash && !changed.IsCancellationRequested)
        {
            await Task.Delay(Look, time, changed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await changed.CancelAsync();
    }

    private async Task Feed(City city, CancellationToken stopping)
    {
        if (!city.IsSample)
        {
            return;
        }

        using var feed = new SampleFeed(
            city,
            new FeedOptions
            {
                Host = mqtt.External?.Host ?? (mqtt.Address.Equals(IPAddress.Any) ? "127.0.0.1" : $"{mqtt.Address}"),
                Port = mqtt.External?.Port ?? mqtt.Port,
                Prefix = mqtt.Prefix,
                User = Shown?.User,
                Password = Shown?.Password,
                Say = Happened,
                LevelOf = LevelOf,
            },
            time);
        await feed.Run(stopping);
    }

    /// <summary>At an external broker what the silo itself shows; at the silo's own a key made for the feed.</summary>
    private MqttCredentials? Shown => mqtt.External is { } external ? external.Credentials : own;

    /// <summary>The synthetic sensors measure the city as it is now.</summary>
    private int LevelOf(SegmentId segment) => live.Current?.LevelOf(segment) ?? 1000;

    [LoggerMessage(3001, LogLevel.Information, "Feed: {What}")]
    private partial void Happened(string what);
}
