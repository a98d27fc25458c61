using CityTwin.Core.Cascades;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using Orleans.Serialization;

namespace CityTwin.Grains.Viewing;

/// <summary>
/// The city as of an instant: the newest mark before it, folded with what followed by the fold that makes the live view. What
/// sensors said since the mark is taken from the history of readings.
/// </summary>
public sealed class PastCity(
    IChangeHistory changes, IReadingHistory readings, IChangeLog log, ICityCatalog catalog, Serializer serializer, TimeProvider time) : IDisposable
{
    /// <summary>Versions kept at hand: whoever looks at a past instant asks several things of it.</summary>
    public const int VersionsMax = 4;

    /// <summary>Folds at a time; others wait. A fold holds the rows of a whole city.</summary>
    public const int FoldsMax = 2;

    /// <summary>Of younger instants a group may still be on its way to the database, so they are not kept at hand.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(10);

    private readonly PublishedRows _rows = new(serializer);
    private readonly SemaphoreSlim _turns = new(FoldsMax, FoldsMax);
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Instant, CityVersion Version)> _versions = [];

    /// <summary>False when this city keeps no history.</summary>
    public bool IsKept => changes.IsKept;

    /// <summary>The earliest instant there is an answer for; null when there is none yet.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    public Task<DateTimeOffset?> KeptSince(CancellationToken cancellation) => changes.KeptSince(cancellation);

    /// <param name="instant">Not in the future.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the twin knew then; <see cref="CityVersion.AsOf"/> is that instant. Null when it is older than what is kept.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    /// <exception cref="DefinitionMissingException">The definition of that time is no longer there.</exception>
    public async Task<CityVersion?> At(DateTimeOffset instant, CancellationToken cancellation)
    {
        if (AtHand(instant) is { } known)
        {
            return known;
        }

        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var version = AtHand(instant) ?? await Fold(instant, cancellation).ConfigureAwait(false);
            if (version is not null && instant < time.GetUtcNow() - SettledAfter)
            {
                Keep(instant, version);
            }

            return version;
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<CityVersion?> Fold(DateTimeOffset instant, CancellationToken cancellation)
    {
        if (await changes.At(instant, cancellation).ConfigureAwait(false) is not { } past)
        {
            return null;
        }

        var marked = past.Marked.Select(_rows.Read).ToList();
        var since = past.Since.Select(_rows.Read).ToList();
        var hash = BatchLog.InForce(marked.Select(row => row.Record))?.Definition
            ?? since.Select(row => row.Record).OfType<BatchDecided>().FirstOrDefault()?.Definition ?? catalog.Current.City.Hash;
        var index = new CityIndex((await catalog.Get(hash, cancellation).ConfigureAwait(false)).City);
        var version = CityView.Fold(CityView.Empty(index, log.Epoch), marked);
        foreach (var (rows, definition, _) in DefinitionParts.Of(since, hash))
        {
            version = CityView.Fold(version, rows, definition is { } brought
                ? new((await catalog.Get(brought, cancellation).ConfigureAwait(false)).City) : null);
        }

        return await WithReadings(version, past.MarkedAt, instant, cancellation).ConfigureAwait(false) with { AsOf = instant };
    }

    private async Task<CityVersion> WithReadings(CityVersion version, DateTimeOffset markedAt, DateTimeOffset instant, CancellationToken cancellation)
    {
        var bounds = new List<ReadingBound>();
        for (var sensor = 0; sensor < version.Sensors.Count; sensor++)
        {
            if (version.Sensors[sensor].Status is { ObservedAt: { } observed } status)
            {
                bounds.Add(new(status.Id, observed, status.Boot, status.Sequence));
            }
        }

        var newer = new List<KeptReading>();
        foreach (var some in bounds.Chunk(ReadingBound.Max))
        {
            // What had arrived shortly before the mark may have been committed after it.
            newer.AddRange(await readings.Latest(some, markedAt - IChangeHistory.SkewMax, instant, cancellation).ConfigureAwait(false));
        }

        return version.With(newer);
    }

    private CityVersion? AtHand(DateTimeOffset instant)
    {
        lock (_lock)
        {
            return _versions.Find(one => one.Instant == instant).Version;
        }
    }

    private void Keep(DateTimeOffset instant, CityVersion version)
    {
        lock (_lock)
        {
            _versions.RemoveAll(one => one.Instant == instant);
            _versions.Add((instant, version));
            if (_versions.Count > VersionsMax)
            {
                _versions.RemoveAt(0);
            }
        }
    }
}
