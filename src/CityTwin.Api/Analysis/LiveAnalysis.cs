using System.Collections.Immutable;
using CityTwin.Api.Reading;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Analysis;

/// <summary>
/// Keeps the forecast of dark services and the weakest links current. The forecast follows every change of levels; the
/// weakest links, which fail every segment in turn, begin again only when the last search is through, and rest between
/// failures so that they never take more than their share of one core.
/// </summary>
internal sealed partial class LiveAnalysis(LiveView live, IOptions<ApiOptions> options, TimeProvider time, ILogger<LiveAnalysis> logger)
    : BackgroundService
{
    private static readonly TimeSpan WorkSlice = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private volatile CityAnalysis _current = CityAnalysis.None;

    public CityAnalysis Current => _current;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(Keep("forecast", Forecast, stoppingToken), Keep("weakest", Weakest, stoppingToken));
    }

    /// <summary>Runs a computation for the newest version, and again whenever levels or definition have changed since.</summary>
    private async Task Keep(string name, Func<CityVersion, CancellationToken, CityAnalysis> compute, CancellationToken stopping)
    {
        CityVersion? done = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var version = await live.Beyond(done?.Seq ?? -1, stopping);
                if (done is null || version.LevelsAt != done.LevelsAt || version.Index != done.Index)
                {
                    // A thread of its own: it works for long and rests by sleeping, which the pool must not feel.
                    await Task.Factory.StartNew(
                        () => compute(version, stopping), stopping, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }

                done = version;
                await Task.Delay(TimeSpan.FromMilliseconds(options.Value.AnalysisIntervalMilliseconds), time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                AnalysisFailed(failure, name);
                await Task.Delay(Retry, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private CityAnalysis Forecast(CityVersion version, CancellationToken cancellation)
    {
        var dark = DarkForecast.Of(version, time.GetUtcNow().ToUnixTimeMilliseconds(), WeakestLink.DefaultHorizonTicks, cancellation);
        return Change(current => current with { DarkAt = dark, DarkOf = version.LevelsAt });
    }

    private CityAnalysis Weakest(CityVersion version, CancellationToken cancellation)
    {
        var start = version.Fork(time.GetUtcNow().ToUnixTimeMilliseconds()).ToState(version.Index.Kernel);
        var begun = time.GetTimestamp();
        var report = WeakestLink.Find(version.Index.City, start, progress: (_, _) => Rest(ref begun, cancellation), cancellation: cancellation);
        var weakest = report.Services.Where(service => service.Worst is not null)
            .ToImmutableDictionary(service => (service.Zone, service.Service), service => service.Worst!);
        return Change(current => current with
        {
            Weakest = weakest,
            WeakestVersion = VersionToken.Of(version).ToString(),
            WeakestDefinition = version.Index.City.Hash,
        });
    }

    private void Rest(ref long begun, CancellationToken cancellation)
    {
        var worked = time.GetElapsedTime(begun);
        if (worked < WorkSlice)
        {
            return;
        }

        var share = options.Value.AnalysisCpuPercent;
        cancellation.WaitHandle.WaitOne(worked * (100 - share) / share);
        begun = time.GetTimestamp();
    }

    private CityAnalysis Change(Func<CityAnalysis, CityAnalysis> change)
    {
        while (true)
        {
            var current = _current;
            var next = change(current);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _current, next, current), current))
            {
                return next;
            }
        }
    }

    [LoggerMessage(4101, LogLevel.Error, "The analysis {Name} failed and is tried again.")]
    private partial void AnalysisFailed(Exception failure, string name);
}
