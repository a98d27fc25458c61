using CityTwin.Core.Views;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Grains.Alerts;

/// <summary>
/// Reminds alerts of what they cannot notice by themselves: that shelving has run out, that planned work has begun or
/// ended. It compares what is with what should be, so that nothing is lost with a silo; the alert itself decides, and
/// being reminded by several silos does no harm.
/// </summary>
internal sealed partial class AlertWatch(LiveView live, IGrainFactory grains, TimeProvider time, ILogger<AlertWatch> log) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    /// <summary>The most alerts reminded in one beat; the others follow with the next.</summary>
    private const int RemindedMax = 256;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (live.Current is { } version)
                {
                    await Task.WhenAll(AlertReview.Due(version, time.GetUtcNow()).Take(RemindedMax).Select(
                        review => grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(review.Id.Value)).Review(review.Work)));
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                ReviewFailed(failure);
            }
        }
    }

    [LoggerMessage(2202, LogLevel.Warning, "Alerts could not be reminded of time and planned work; it is tried again.")]
    private partial void ReviewFailed(Exception failure);
}
