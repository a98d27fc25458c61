using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;
using NetTopologySuite.Algorithm.Locate;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Valid;
using Polygon = CityTwin.Core.Model.Polygon;

namespace CityTwin.Import.Checking;

/// <summary>Areas are valid polygons (OGC Simple Features), and things lie where they say they do.</summary>
internal static class PlacementCheck
{
    /// <summary>About a metre: what rounding and drawing by hand leave.</summary>
    private const double ToleranceDegrees = 1e-5;

    /// <summary>Further from all zones than this, a position may well be swapped.</summary>
    private const double NearDegrees = 1;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    public static void Run(CityDraft draft)
    {
        var areas = new Dictionary<ZoneId, IndexedArea>();
        var box = new Envelope();
        foreach (var zone in draft.Zones)
        {
            if (Area(draft, zone) is { } area)
            {
                areas[zone.Id] = new IndexedArea(area);
                box.ExpandToInclude(area.EnvelopeInternal);
            }
        }

        if (!box.IsNull)
        {
            box.ExpandBy(NearDegrees);
            CheckSwapped(draft, box);
        }

        CheckNesting(draft, areas);
        CheckSensors(draft, areas);
    }

    /// <summary>The zone's area, or null after telling why it is none.</summary>
    private static Geometry? Area(CityDraft draft, Zone zone)
    {
        if (zone.Area.IsEmpty)
        {
            return null;
        }

        Geometry area = Factory.CreateMultiPolygon([.. zone.Area.Select(Convert)]);
        if (new IsValidOp(area).ValidationError is not { } error)
        {
            return area;
        }

        var isCrossing = error.ErrorType is TopologyValidationErrors.SelfIntersection or TopologyValidationErrors.RingSelfIntersection;
        var at = $"{Fields.Show(error.Coordinate.X)}, {Fields.Show(error.Coordinate.Y)}";
        draft.Faults.Error(
            isCrossing ? FaultCode.SelfIntersection : FaultCode.InvalidPolygon,
            draft.PlaceOf(zone.Id.Value).Member(Names.Geometry),
            isCrossing
                ? $"The outline crosses or touches itself at {at}; draw it again around that place."
                : $"The polygon is not valid at {at} ({error.Message}); draw it again around that place.",
            zone.Id.Value);
        return null;
    }

    private static NetTopologySuite.Geometries.Polygon Convert(Polygon polygon)
    {
        var rings = polygon.Rings.Select(ring =>
            Factory.CreateLinearRing([.. ring.Select(point => new Coordinate(point.Longitude, point.Latitude))])).ToArray();
        return Factory.CreatePolygon(rings[0], rings[1..]);
    }

    private static void CheckSwapped(CityDraft draft, Envelope box)
    {
        var positions = draft.Sensors.Select(sensor => (Id: sensor.Id.Value, sensor.Position))
            .Concat(draft.Guards.Select(guard => (Id: guard.Id.Value, Position: guard.Post)))
            .Concat(draft.Segments.Where(segment => !segment.Path.IsEmpty).Select(segment => (Id: segment.Id.Value, Position: segment.Path[0])));
        foreach (var (id, position) in positions)
        {
            if (IsSomewhere(position)
                && !box.Contains(position.Longitude, position.Latitude) && box.Contains(position.Latitude, position.Longitude))
            {
                draft.Faults.Error(FaultCode.SwappedPosition, draft.PlaceOf(id).Member(Names.Geometry),
                    $"{Fields.Show(position.Longitude)}, {Fields.Show(position.Latitude)} is far from every zone, and inside the city when swapped; write longitude first.", id);
            }
        }
    }

    private static void CheckNesting(CityDraft draft, Dictionary<ZoneId, IndexedArea> areas)
    {
        foreach (var zone in draft.Zones)
        {
            if (zone.Parent is not { } parentId || !areas.ContainsKey(zone.Id) || !areas.TryGetValue(parentId, out var parent))
            {
                continue;
            }

            var outside = zone.Area.SelectMany(polygon => polygon.Rings[0]).Where(point => !parent.Holds(point)).Take(1).ToImmutableArray();
            if (!outside.IsEmpty)
            {
                draft.Faults.Warning(FaultCode.ZoneOutsideParent, draft.PlaceOf(zone.Id.Value).Member(Names.Geometry),
                    $"The zone reaches out of its parent '{parentId}' at {Fields.Show(outside[0].Longitude)}, {Fields.Show(outside[0].Latitude)}.",
                    zone.Id.Value);
            }
        }
    }

    private static void CheckSensors(CityDraft draft, Dictionary<ZoneId, IndexedArea> areas)
    {
        foreach (var sensor in draft.Sensors)
        {
            if (IsSomewhere(sensor.Position) && areas.TryGetValue(sensor.Zone, out var area) && !area.Holds(sensor.Position))
            {
                draft.Faults.Warning(FaultCode.SensorOutsideZone, draft.PlaceOf(sensor.Id.Value),
                    $"The sensor stands outside its zone '{sensor.Zone}'; correct its position or its zone.", sensor.Id.Value);
            }
        }
    }

    private static bool IsSomewhere(LonLat position) => !double.IsNaN(position.Longitude);

    /// <summary>An area that answers many questions of what lies in it.</summary>
    private sealed class IndexedArea(Geometry area)
    {
        private readonly IndexedPointInAreaLocator _locator = new(area);

        public bool Holds(LonLat point) =>
            _locator.Locate(new Coordinate(point.Longitude, point.Latitude)) != Location.Exterior
            || area.Distance(Factory.CreatePoint(new Coordinate(point.Longitude, point.Latitude))) <= ToleranceDegrees;
    }
}
