using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Core.Access;

/// <summary>
/// The zones that an act on a thing touches: where the thing lies. What its failure would do elsewhere does not count, or
/// nobody but those over everything could throw a switch.
/// </summary>
public static class Touch
{
    private static readonly ImmutableArray<int> Whole = [AccessRules.WholeCity];

    /// <summary>Both ends of a conduit, wherever they are said to be.</summary>
    public static ImmutableArray<int> OfConduit(CityIndex index, int conduit)
    {
        var security = index.City.Security;
        var ends = security.Conduits[conduit];
        var places = security.Zones.Where(zone => zone.Id == ends.From || zone.Id == ends.To).SelectMany(zone => zone.Places)
            .Select(place => index.Find(place) ?? AccessRules.WholeCity).Distinct().ToImmutableArray();
        return places.IsEmpty ? Whole : places;
    }

    /// <summary>
    /// The place of an alert, known by its id alone: so an alert that is gone touches what it touched. The whole city where
    /// the place is not there.
    /// </summary>
    public static ImmutableArray<int> OfAlert(CityIndex index, AlertId alert) => alert.Value.Split('.') is not [_, var kind, var place] ? Whole : kind switch
    {
        "zone" => [index.Find(new ZoneId(place)) ?? AccessRules.WholeCity],
        "segment" => [index.Find(new SegmentId(place)) is { } segment ? index.ZoneOfSegment[segment] : AccessRules.WholeCity],
        "sensor" => [index.Find(new SensorId(place)) is { } sensor ? index.ZoneOfSensor[sensor] : AccessRules.WholeCity],
        "asset" => [index.Find(new AssetId(place)) is { } asset ? index.ZoneOfAsset[asset] : AccessRules.WholeCity],
        "conduit" when index.Find(new ConduitId(place)) is { } conduit => OfConduit(index, conduit),
        _ => Whole,
    };
}
