using CityTwin.Core.Alerts;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace CityTwin.Ingest.Outgoing;

/// <summary>
/// Tells the broker every change of every alert under <c>{prefix}/alerts</c>, in the order of the change log and at least
/// once: how far it has come is kept, and it goes on there after a restart, a kill, or a broker that was away. Where the
/// log no longer holds what follows, the newest state of each alert that is open or has changed since is told instead.
/// </summary>
internal sealed partial class AlertPublisher(
    IChangeLog log,
    IBookmarks bookmarks,
    LiveView live,
    Serializer serializer,
    OutgoingWords words,
    IMqttPublisher broker,
    IngestInstruments instruments,
    TimeProvider time,
    ILogger<AlertPublisher> logger) : BackgroundService
{
    /// <summary>The name of the bookmark; stored, so never changed.</summary>
    internal const string Reader = "mqtt-alerts";

    private const string Topic = "alerts";
    private const int RowsMax = 500;

    /// <summary>Rows without an alert after which the bookmark is moved all the same: far fewer than any log keeps.</summary>
    private const long SavedEach = 2_000;

    /// <summary>The log is looked at no more often, however fast other rows come.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a silo that does not publish asks whether it has been elected.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private long _saved;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), time);
        Bookmark? at = null;
        var election = 0L;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                (at, election) = broker.Election is var now && now == election ? (at, election) : (null, now);
                if (election == 0)
                {
                    instruments.AlertsBehind(0);
                    await Task.Delay(Look, time, stoppingToken);
                    continue;
                }

                at ??= await bookmarks.Load(Reader, stoppingToken) ?? new(log.Epoch, 0);
                instruments.AlertsBehind(Math.Max(0, log.Head - at.Seq));
                if (at.Epoch == log.Epoch)
                {
                    await log.WaitBeyond(at.Seq, stoppingToken);
                }

                if (broker.Election != election)
                {
                    // Another may have told what has come since.
                    continue;
                }

                at = await Step(at, told => at = told, stoppingToken);
                backoff.Reset();
                await Task.Delay(Beat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    /// <param name="told">Is called after each alert, so that a failure behind it does not repeat it.</param>
    private async Task<Bookmark> Step(Bookmark at, Action<Bookmark> told, CancellationToken cancellation)
    {
        if (at.Epoch != log.Epoch)
        {
            return await StartOver(at with { Seq = long.MaxValue }, cancellation);
        }

        if (await log.ReadAlerts(at.Seq, RowsMax, cancellation) is not SomeFollow follow)
        {
            return await StartOver(at, cancellation);
        }

        foreach (var row in follow.Rows)
        {
            if (row.Published is { } bytes && serializer.Deserialize<AlertStatus>(bytes) is { } alert)
            {
                await Publish(new(alert, row.Seq), await live.Beyond(row.Seq - 1, cancellation), cancellation);
            }

            told(at with { Seq = row.Seq });
        }

        var through = at with { Seq = follow.Through };
        if (!follow.Rows.IsEmpty || through.Seq - _saved >= SavedEach)
        {
            await Save(through, cancellation);
        }

        return through;
    }

    private async Task<Bookmark> StartOver(Bookmark lost, CancellationToken cancellation)
    {
        LogMovedOn(lost.Seq);
        var version = await live.Beyond(log.Head - 1, cancellation);
        var untold = version.Alerts.Values.Where(alert => alert.Status.Phase != AlertPhase.Cleared || alert.ChangedAt > lost.Seq);
        foreach (var alert in untold.OrderBy(alert => alert.ChangedAt))
        {
            await Publish(alert, version, cancellation);
        }

        var through = new Bookmark(log.Epoch, version.Seq);
        await Save(through, cancellation);
        return through;
    }

    private Task Publish(AlertView alert, CityVersion version, CancellationToken cancellation) =>
        broker.Publish(Topic, words.Alert(version, alert), retain: false, cancellation);

    private async Task Save(Bookmark through, CancellationToken cancellation)
    {
        await bookmarks.Save(Reader, through, cancellation);
        _saved = through.Seq;
    }

    [LoggerMessage(3201, LogLevel.Warning, "Alerts cannot be published for now; none is left out: {Why}")]
    private partial void PublishFailed(Exception failure, string why);

    [LoggerMessage(3202, LogLevel.Warning, "The change log no longer holds what follows {Seq}: the newest state of each alert is published instead.")]
    private partial void LogMovedOn(long seq);
}
