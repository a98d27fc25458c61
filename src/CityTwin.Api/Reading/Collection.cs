using System.Collections.Immutable;
using CityTwin.Api.Mapping;
using CityTwin.Core.Access;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Core.Views.Filtering;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Reading;

/// <summary>One kind of thing that can be got, listed, filtered and watched.</summary>
/// <typeparam name="TItem">How it is meant: a place in the definition, or the thing itself.</typeparam>
/// <param name="Prefix">What its names begin with, such as <c>zones/</c>.</param>
/// <param name="Find">By id; null when there is none.</param>
/// <param name="After">
/// All, sorted by id, that come after an id (null = from the first); of things meant by their place only those among
/// some places, ascending (null = all).
/// </param>
/// <param name="ChangedAfter">All that changed after a sequence.</param>
/// <param name="IdOf">Its id.</param>
/// <param name="IsSeen">Whether it lies in the zones that a caller sees.</param>
/// <param name="Message">As the contract says it.</param>
internal sealed record Collection<TItem, TMessage>(
    string Prefix,
    FilterSchema<TItem> Schema,
    Func<CityVersion, string, (TItem Item, bool Found)> Find,
    Func<CityVersion, ImmutableArray<int>?, string?, IEnumerable<TItem>> After,
    Func<CityVersion, long, IEnumerable<TItem>> ChangedAfter,
    Func<CityVersion, TItem, string> IdOf,
    Func<Sight, CityIndex, TItem, bool> IsSeen,
    Func<CityVersion, TItem, TMessage> Message)
{
    /// <summary>Ids of what was removed after a sequence; null when nobody knows any more.</summary>
    public Func<CityVersion, long, IEnumerable<string>?> RemovedAfter { get; init; } = static (_, _) => [];

    /// <summary>Whether what was removed lay in the zones that a caller sees.</summary>
    public Func<Sight, CityIndex, string, bool> WasSeen { get; init; } = static (_, _, _) => true;
}

/// <summary>The seven kinds of things.</summary>
internal static class Collections
{
    public static Collection<int, V1.Zone> Zones { get; } = Dense(
        ResourceNames.Zones, FilterSchemas.Zones, city => city.Zones.Length, (index, id) => index.Find(new ZoneId(id)),
        (city, zone) => city.Zones[zone].Id.Value, (version, seq) => version.Zones.ChangedAfter(seq),
        (sight, _, zone) => sight.Sees(zone), ZoneMessages.Of);

    public static Collection<int, V1.Segment> Segments { get; } = Dense(
        ResourceNames.Segments, FilterSchemas.Segments, city => city.Segments.Length, (index, id) => index.Find(new SegmentId(id)),
        (city, segment) => city.Segments[segment].Id.Value, (version, seq) => version.Segments.ChangedAfter(seq),
        (sight, index, segment) => sight.Sees(index.ZoneOfSegment[segment]), SegmentMessages.Of);

    public static Collection<int, V1.Sensor> Sensors { get; } = Dense(
        ResourceNames.Sensors, FilterSchemas.Sensors, city => city.Sensors.Length, (index, id) => index.Find(new SensorId(id)),
        (city, sensor) => city.Sensors[sensor].Id.Value, (version, seq) => version.Sensors.ChangedAfter(seq),
        (sight, index, sensor) => sight.Sees(index.ZoneOfSensor[sensor]), SensorMessages.Of);

    public static Collection<int, V1.Guard> Guards { get; } = Dense(
        ResourceNames.Guards, FilterSchemas.Guards, city => city.Guards.Length, (index, id) => index.Find(new GuardId(id)),
        (city, guard) => city.Guards[guard].Id.Value, (version, seq) => version.Guards.ChangedAfter(seq),
        (sight, index, guard) => sight.Sees(index.ZoneOfGuard[guard]), GuardMessages.Of);

    public static Collection<int, V1.Asset> Assets { get; } = Dense(
        ResourceNames.Assets, FilterSchemas.Assets, city => city.Security.Assets.Length, (index, id) => index.Find(new AssetId(id)),
        (city, asset) => city.Security.Assets[asset].Id.Value, (version, seq) => version.Assets.ChangedAfter(seq),
        (sight, index, asset) => sight.Sees(index.ZoneOfAsset[asset]), AssetMessages.Of);

    public static Collection<int, V1.Conduit> Conduits { get; } = Dense(
        ResourceNames.Conduits, FilterSchemas.Conduits, city => city.Security.Conduits.Length, (index, id) => index.Find(new ConduitId(id)),
        (city, conduit) => city.Security.Conduits[conduit].Id.Value, (version, seq) => version.Conduits.ChangedAfter(seq),
        (sight, index, conduit) => sight.Sees(Touch.OfConduit(index, conduit).AsSpan()), ConduitMessages.Of);

    public static Collection<AlertView, V1.Alert> Alerts { get; } = new(
        ResourceNames.Alerts,
        FilterSchemas.Alerts,
        (version, id) => version.Alerts.TryGetValue(new(id), out var alert) ? (alert, true) : (null!, false),
        (version, _, after) => after is null ? version.Alerts.Values : version.Alerts.SkipWhile(
            pair => string.CompareOrdinal(pair.Key.Value, after) <= 0).Select(pair => pair.Value),
        (version, seq) => version.Alerts.Values.Where(alert => alert.ChangedAt > seq),
        (_, alert) => alert.Status.Id.Value,
        (sight, index, alert) => sight.Sees(Touch.OfAlert(index, alert.Status.Id).AsSpan()),
        AlertMessages.Of)
    {
        WasSeen = (sight, index, id) => sight.Sees(Touch.OfAlert(index, new(id)).AsSpan()),
        RemovedAfter = (version, seq) => seq < version.RemovalsKnownAfter
            ? null
            : version.AlertRemovals.Where(removal => removal.ChangedAt > seq).Select(removal => removal.Id.Value),
    };

    private static Collection<int, TMessage> Dense<TMessage>(
        string prefix,
        FilterSchema<int> schema,
        Func<City, int> count,
        Func<CityIndex, string, int?> find,
        Func<City, int, string> idOf,
        Func<CityVersion, long, IEnumerable<int>> changedAfter,
        Func<Sight, CityIndex, int, bool> isSeen,
        Func<CityVersion, int, TMessage> message) => new(
            prefix,
            schema,
            (version, id) => find(version.Index, id) is { } place ? (place, true) : (0, false),
            (version, among, after) => Places(version.Index.City, among, count(version.Index.City), idOf, after),
            changedAfter,
            (version, place) => idOf(version.Index.City, place),
            isSeen,
            message);

    private static IEnumerable<int> Places(
        City city, ImmutableArray<int>? among, int count, Func<City, int, string> idOf, string? after)
    {
        var all = among?.Length ?? count;
        var (low, high) = (0, after is null ? 0 : all);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(idOf(city, among?[middle] ?? middle), after) <= 0 ? (middle + 1, high) : (low, middle);
        }

        for (var at = low; at < all; at++)
        {
            yield return among is { } places ? places[at] : at;
        }
    }
}
