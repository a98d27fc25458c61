using CityTwin.Core.Views;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Ingest.Outgoing;

/// <summary>
/// Tells the broker what the view learns: alerts as they change under <c>{prefix}/alerts</c>, and the newest status of
/// every zone, retained, under <c>{prefix}/zones/{zone}/status</c>. What it falls behind with is skipped for zones
/// (only the newest counts) and never for alerts. A broker that lost what it retained gets all of it again.
/// </summary>
internal sealed partial class CityPublisher(LiveView live, IMqttPublisher broker, TimeProvider time, ILogger<CityPublisher> log) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (zonesThrough, alertsThrough, generation) = (-1L, -1L, -1L);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var version = await live.Beyond(Math.Min(zonesThrough, alertsThrough), stoppingToken);
                if (broker.Generation != generation)
                {
                    (generation, zonesThrough) = (broker.Generation, -1);
                }

                // Alerts from before this start were told by the silo that saw them come.
                await PublishAlerts(version, alertsThrough < 0 ? version.Seq : alertsThrough, stoppingToken);
                alertsThrough = version.Seq;
                await PublishZones(version, zonesThrough, stoppingToken);
                zonesThrough = version.Seq;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                PublishFailed(failure);
                await Task.Delay(Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PublishAlerts(CityVersion version, long through, CancellationToken cancellation)
    {
        foreach (var alert in version.Alerts.Values.Where(alert => alert.ChangedAt > through).OrderBy(alert => alert.ChangedAt))
        {
            await broker.Publish("alerts", OutgoingJson.Alert(alert.Status), retain: false, cancellation);
        }
    }

    private async Task PublishZones(CityVersion version, long through, CancellationToken cancellation)
    {
        for (var zone = 0; zone < version.Zones.Count; zone++)
        {
            if (through < 0 || version.Zones[zone].ChangedAt > through)
            {
                var id = version.Index.City.Zones[zone].Id;
                await broker.Publish($"zones/{id}/status", OutgoingJson.Zone(version, zone), retain: true, cancellation);
            }
        }
    }

    [LoggerMessage(3201, LogLevel.Warning, "Alerts and zone statuses could not be published; it is tried again.")]
    private partial void PublishFailed(Exception failure);
}
