using System.Collections.Immutable;
using CityTwin.Api.Reading;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Analysis;

/// <summary>
/// Keeps the forecast of dark services, the weakest links and the outlook current. The forecast follows every change of
/// levels; the weakest links, which fail every segment in turn, begin again only when the last search is through, and rest
/// between failures so that they never take more than their share of one core. The outlook follows levels, assets and
/// conduits, and time while something is compromised; somebody waits for it, so it does not rest.
/// </summary>
internal sealed partial class LiveAnalysis(CityReader reader, IOptions<ApiOptions> options, TimeProvider time, ILogger<LiveAnalysis> logger)
    : BackgroundService
{
    private static readonly TimeSpan WorkSlice = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>An outlook of a compromised city is made anew at the latest after this time, because its hours go by.</summary>
    private static readonly TimeSpan OutlookAgeMax = TimeSpan.FromMinutes(1);

    private volatile CityAnalysis _current = CityAnalysis.None;

    public CityAnalysis Current => _current;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            Keep("forecast", HaveLevelsMoved, Forecast, stoppingToken),
            Keep("weakest", HaveLevelsMoved, Weakest, stoppingToken),
            Keep("outlook", IsOutlookOld, LookOut, stoppingToken));
    }

    private static bool HaveLevelsMoved(CityVersion done, CityVersion version) =>
        version.LevelsAt != done.LevelsAt || version.Index != done.Index;

    private bool IsOutlookOld(CityVersion done, CityVersion version) =>
        HaveLevelsMoved(done, version) || version.AttackAt != done.AttackAt
        || (_current.Outlook is { IsEmpty: false } outlook && time.GetUtcNow() - outlook.At >= OutlookAgeMax);

    /// <summary>Runs a computation for the newest version, and again whenever it is old.</summary>
    /// <param name="isOld">Whether what was computed for the first version no longer does for the second.</param>
    private async Task Keep(
        string name, Func<CityVersion, CityVersion, bool> isOld, Func<CityVersion, CancellationToken, CityAnalysis> compute, CancellationToken stopping)
    {
        CityVersion? done = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if ((await reader.Beyond(done?.Seq ?? -1, OutlookAgeMax, stopping) ?? done) is not { } version)
                {
                    continue;
                }

                if (done is null || isOld(done, version))
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

    private CityAnalysis LookOut(CityVersion version, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var outlook = new CityOutlook(version, now, version.Index.City.Security.Profiles.ToImmutableDictionary(
            profile => profile.Id,
            profile => Outlook.Of(version, profile, now.ToUnixTimeMilliseconds(), cancellation: cancellation)));
        return Change(current => current with { Outlook = outlook });
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
