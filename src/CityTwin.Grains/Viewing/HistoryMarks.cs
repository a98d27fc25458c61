using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Grains.Viewing;

/// <summary>Has the city marked in its history whenever that is due; the database knows when, and that another silo has done it.</summary>
internal sealed partial class HistoryMarks(IChangeHistory history, TimeProvider time, ILogger<HistoryMarks> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = time.GetTimestamp();
                if (await history.Mark(stoppingToken))
                {
                    Marked((long)time.GetElapsedTime(began).TotalMilliseconds);
                }

                if (!history.IsKept)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                NotMarked(failure);
            }

            await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(2311, LogLevel.Information, "The city was marked in its history, in {Milliseconds} ms.")]
    private partial void Marked(long milliseconds);

    [LoggerMessage(2312, LogLevel.Error, "The city could not be marked in its history: past instants take longer to find until it can; tried again in a minute.")]
    private partial void NotMarked(Exception failure);
}
