using System.Collections.Immutable;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>
/// A silo's own copy of the city: a fold of the change log, changed only by its tail. One writer, any number of readers;
/// a reader takes <see cref="Current"/> and reads that version, whatever the writer does meanwhile.
/// </summary>
public sealed class CityView
{
    private volatile CityVersion _current;

    public CityView(CityIndex index, string epoch) => _current = Empty(index, epoch);

    public CityVersion Current => _current;

    /// <summary>Called by the writer after each new version; it must return at once.</summary>
    public event Action<CityVersion>? Advanced;

    /// <summary>The city before the first row.</summary>
    public static CityVersion Empty(CityIndex index, string epoch)
    {
        var city = index.City;
        var sensors = new PagedArray<SensorView>(city.Sensors.Length, _ => SensorView.New);
        var tallies = new ZoneTally[city.Zones.Length];
        for (var sensor = 0; sensor < sensors.Count; sensor++)
        {
            Count(index.ZoneOfSensor[sensor], ZoneRules.TallyOf(sensors[sensor]));
        }

        var guards = new PagedArray<GuardView>(city.Guards.Length, guard => GuardView.New(city.Guards[guard]));
        for (var guard = 0; guard < guards.Count; guard++)
        {
            Count(index.ZoneOfGuard[guard], ZoneRules.TallyOf(city.Guards[guard], guards[guard].Status)?.Tally ?? default);
        }

        return new(
            index,
            epoch,
            0,
            null,
            new PagedArray<SegmentView>(city.Segments.Length, _ => SegmentView.New),
            sensors,
            guards,
            new PagedArray<ZoneView>(city.Zones.Length, zone => new(
                null, ZoneRules.ServicesOf(city.Zones[zone], null, _ => 1000, null), tallies[zone], null, 0)),
            new PagedArray<AssetView>(city.Security.Assets.Length, asset => AssetView.New(city.Security.Assets[asset].Id)),
            new PagedArray<ConduitView>(city.Security.Conduits.Length, conduit => ConduitView.New(city.Security.Conduits[conduit].Id)),
            ImmutableSortedDictionary<Alerts.AlertId, AlertView>.Empty,
            [],
            0,
            [],
            0,
            0,
            0,
            0);

        void Count(int place, ZoneTally tally)
        {
            for (var zone = place; zone >= 0; zone = index.ParentOf[zone])
            {
                tallies[zone] += tally;
            }
        }
    }

    /// <summary>Starts over from the newest row of every key.</summary>
    /// <param name="rows">By rising sequence.</param>
    /// <param name="head">The place in the log they are all as of.</param>
    /// <param name="at">When the row at the head was committed.</param>
    public CityVersion Restart(CityIndex index, string epoch, IReadOnlyList<PublishedRow> rows, long head, DateTimeOffset? at)
    {
        return Publish(Fold(Empty(index, epoch), rows) with { Seq = head, AsOf = at ?? (rows.Count > 0 ? rows[^1].At : null), RemovalsKnownAfter = head });
    }

    /// <summary>Takes the rows that follow, as one version.</summary>
    /// <param name="definition">
    /// The definition in force from the first of these rows on, when it is another one: what is in both keeps its state,
    /// and all counts as changed.
    /// </param>
    /// <exception cref="InvariantBrokenException">They do not follow without a gap.</exception>
    public CityVersion Apply(IReadOnlyList<PublishedRow> rows, CityIndex? definition = null)
    {
        var version = _current;
        if (rows.Count == 0)
        {
            return version;
        }

        Invariant.Hold(rows[0].Seq == version.Seq + 1 && rows[^1].Seq == version.Seq + rows.Count, "A view takes rows without a gap.");
        return Publish(Fold(version, rows, definition));
    }

    /// <summary>A version with what follows it: what every version is made by, live or past.</summary>
    /// <param name="rows">By rising sequence.</param>
    /// <param name="definition">As in <see cref="Apply"/>.</param>
    public static CityVersion Fold(CityVersion version, IReadOnlyList<PublishedRow> rows, CityIndex? definition = null)
    {
        var fold = new ViewFold(definition is null ? version : Redefinition.Of(version, definition));
        foreach (var row in rows)
        {
            fold.Apply(row);
        }

        return fold.Finish();
    }

    private CityVersion Publish(CityVersion next)
    {
        _current = next;
        Advanced?.Invoke(next);
        return next;
    }
}
