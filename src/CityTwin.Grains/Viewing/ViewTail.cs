using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace CityTwin.Grains.Viewing;

/// <summary>
/// Follows the change log and keeps this silo's view: the only way by which it changes, also after own writes. An error
/// is logged and the reading begins again where it stopped, so that a view is late rather than wrong.
/// </summary>
public sealed partial class ViewTail(
    IChangeLog log,
    ICityCatalog catalog,
    Serializer serializer,
    LiveView live,
    TimeProvider time,
    ILogger<ViewTail> logger) : BackgroundService
{
    /// <summary>Rows taken as one version at most: more would only make readers wait longer for the first of them.</summary>
    public const int RowsMax = 2_000;

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);
    private readonly PublishedRows _rows = new(serializer);
    private CityIndex? _index;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CityView? view = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                view ??= await Begin(stoppingToken);
                view = await Follow(view, stoppingToken) ? view : null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                TailFailed(failure, view?.Current.Seq ?? 0);
                await Task.Delay(Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<CityView> Begin(CancellationToken cancellation)
    {
        var snapshot = await log.Snapshot(cancellation);
        var rows = snapshot.Rows.Select(_rows.Read).ToList();
        var (definition, batch) = BatchLog.InForce(rows.Select(row => row.Record)) ?? (catalog.Current.City.Hash, 0);
        var index = await IndexOf(definition, batch, cancellation);
        var view = new CityView(index, log.Epoch);
        view.Restart(index, log.Epoch, rows, snapshot.Head, null);
        live.Begin(view);
        ViewBegun(rows.Count, snapshot.Head);
        return view;
    }

    /// <returns>False when the log no longer holds what follows: the view begins again.</returns>
    private async Task<bool> Follow(CityView view, CancellationToken cancellation)
    {
        while (true)
        {
            await log.WaitBeyond(view.Current.Seq, cancellation);
            if (await log.Read(view.Current.Seq, RowsMax, cancellation) is not ChangesFollow { Rows: var changes })
            {
                LogMovedOn(view.Current.Seq);
                return false;
            }

            await Apply(view, [.. changes.Select(_rows.Read)], cancellation);
        }
    }

    private async Task Apply(CityView view, List<PublishedRow> rows, CancellationToken cancellation)
    {
        foreach (var part in DefinitionParts.Of(rows, view.Current.Index.City.Hash))
        {
            view.Apply(part.Rows, part.Definition is { } hash ? await IndexOf(hash, part.Batch, cancellation) : null);
        }
    }

    /// <summary>By what this silo reads in the log it also learns which definition is in force.</summary>
    private async Task<CityIndex> IndexOf(CityHash hash, long batch, CancellationToken cancellation)
    {
        if (_index?.City.Hash != hash)
        {
            var plan = await catalog.Get(hash, cancellation);
            catalog.Use(plan, batch);
            _index = new(plan.City);
        }

        return _index;
    }

    [LoggerMessage(2301, LogLevel.Information, "The view begins with {Rows} rows at {Seq}.")]
    private partial void ViewBegun(int rows, long seq);

    [LoggerMessage(2302, LogLevel.Warning, "The change log no longer holds what follows {Seq}: the view begins again.")]
    private partial void LogMovedOn(long seq);

    [LoggerMessage(2303, LogLevel.Error, "The view could not be kept after {Seq}; the reading begins again there.")]
    private partial void TailFailed(Exception failure, long seq);
}
