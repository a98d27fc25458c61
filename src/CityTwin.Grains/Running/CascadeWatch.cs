using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace CityTwin.Grains.Running;

/// <summary>
/// Wakes what must not sleep: the coordinator at start, every two seconds and whenever a silo came or went; and after
/// those the grains that still hold tells from before a silo died, and the watch over those that sleep. Reminders would
/// take minutes.
/// </summary>
internal sealed partial class CascadeWatch(
    IGrainFactory grains, IChangeLog changes, SleeperWatch sleepers, ISiloStatusOracle silos, TimeProvider time, ILogger<CascadeWatch> log)
    : BackgroundService, ISiloStatusListener
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private volatile bool _silosChanged = true;

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => _silosChanged = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        using var timer = new PeriodicTimer(Beat, time);
        do
        {
            try
            {
                await grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Poke();
                if (_silosChanged)
                {
                    _silosChanged = false;
                    await Resume(stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                _silosChanged = true;
                BeatFailed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Resume(CancellationToken cancellation)
    {
        var snapshot = await changes.Snapshot(cancellation, PublishedKind.Outbox, PublishedKind.Due);
        sleepers.Resume(snapshot);
        foreach (var row in snapshot.Rows.Where(row => row.Kind == PublishedKind.Outbox && row.Published is not null))
        {
            await grains.GetGrain<ITellSender>(GrainId.Parse(row.Key)).ResumeTells();
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "The coordinator could not be woken; it is tried again.")]
    private partial void BeatFailed(Exception failure);
}
