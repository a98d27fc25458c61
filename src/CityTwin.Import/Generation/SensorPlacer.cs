using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>
/// Places exactly as many sensors as asked: first what a utility would instrument first (switches and pumps, then
/// voltages, tanks, pressures, traffic, doors, cameras), then meters and street sensors where the people are.
/// </summary>
internal sealed class SensorPlacer(TownPlan plan, Census census, Utilities utilities, CityDraft draft)
{
    private const int ProgressEvery = 1_000;

    private static readonly ImmutableHashSet<string> StatusKinds =
        ["breaker", "switch", "tie", "valve", "pump", "waterworks", "water-intake", "lift", SitePlanner.TreatmentPlant];

    private static readonly ImmutableArray<double> StreetShares = [0.74, 0.08, 0.06, 0.05, 0.03, 0.04];

    private readonly Dictionary<ZoneId, PlannedZone> _zones = plan.Zones.ToDictionary(ZoneBuilder.IdOf)
        .Concat(plan.Sites.ToDictionary(ZoneBuilder.IdOf, site => site.Zone))
        .ToDictionary(pair => pair.Key, pair => pair.Value);

    public void Place(Action<double> progress)
    {
        var placed = 0;
        var wanted = plan.Options.SensorCount;
        foreach (var sensor in Instruments().Take(wanted))
        {
            draft.Add(sensor);
            placed++;
        }

        foreach (var sensor in StreetSensors(wanted - placed))
        {
            draft.Add(sensor);
            if (++placed % ProgressEvery == 0)
            {
                progress((double)placed / wanted);
            }
        }

        Invariant.Hold(placed == wanted, "The generator places as many sensors as asked.");
    }

    private IEnumerable<Sensor> Instruments()
    {
        var segments = draft.Segments.Where(segment => segment.Zone is not null).OrderBy(segment => segment.Id).ToArray();
        return
        [
            .. segments.Where(segment => StatusKinds.Contains(segment.Kind))
                .Select(segment => At(segment, "status", SensorClass.Status(segment.Kind), RemoteUnit)),
            .. OfKind("substation").Select(segment => At(segment, "voltage", SensorClass.SubstationVoltage, RemoteUnit)),
            .. OfKind("tank").Select(segment => At(segment, "level", SensorClass.TankLevel, OverMobile)),
            .. OfKind("tank").Select(segment => At(segment, "flow", SensorClass.Flow, OverMobile)),
            .. OfKind("station").Select(segment => At(segment, "voltage", SensorClass.Voltage, OverMobile)),
            .. plan.Roads.Select(road => AtRoad(road, "traffic", SensorClass.Traffic, OverMobileWithPower)),
            .. Guarded().Select(site => AtSite(site, "door", SensorClass.Door, OverLine)),
            .. plan.Roads.Where(road => road.IsBridge).Select(road => AtRoad(road, "camera", SensorClass.Camera, OverLineWithPower)),
            .. Guarded().Select(site => AtSite(site, "camera", SensorClass.Camera, OverLineWithPower)),
            .. OfKind("junction").Select(segment => At(segment, "pressure", SensorClass.Pressure, OverMobile)),
            .. OfKind("exchange").Select(segment => At(segment, "temperature", SensorClass.Temperature, OverLine)),
        ];

        IEnumerable<Segment> OfKind(string kind) => segments.Where(segment => segment.Kind == kind);
    }

    private IEnumerable<PlannedSite> Guarded() => plan.Sites.Where(site => site.Kind != SitePlanner.School);

    private IEnumerable<Sensor> StreetSensors(int count)
    {
        var shares = Shares.Of(count, StreetShares);
        (SensorClass Class, string Title, Func<PlannedZone, Expression> Availability)[] classes =
        [
            (SensorClass.Meter(plan.Options.SensorCount), "Electricity meter", OverMobileWithPower),
            (SensorClass.Camera, "Street camera", OverLineWithPower),
            (SensorClass.Door, "Cabinet door", OverMobile),
            (SensorClass.Traffic, "Traffic counter", OverMobileWithPower),
            (SensorClass.Pressure, "Water pressure", OverMobile),
            (SensorClass.Air, "Air quality", OverMobileWithPower),
        ];
        var people = plan.Zones.Select(zone => (double)census.Day[zone.Slug] + census.Night[zone.Slug]).ToArray();
        for (var index = 0; index < classes.Length; index++)
        {
            var (sensorClass, title, availability) = classes[index];
            var perZone = Shares.Of(shares[index], people);
            for (var zone = 0; zone < plan.Zones.Length; zone++)
            {
                var reach = availability(plan.Zones[zone]);
                for (var number = 1; number <= perZone[zone]; number++)
                {
                    yield return InStreet(plan.Zones[zone], sensorClass, title, number, reach);
                }
            }
        }
    }

    private Sensor InStreet(PlannedZone zone, SensorClass sensorClass, string title, int number, Expression availability)
    {
        var id = $"{sensorClass.Kind}-{zone.Slug}-{number}";
        var cells = zone.Cells;
        var column = cells.Left + plan.Chance.Below(cells.Width, id, "column");
        var row = cells.Bottom + plan.Chance.Below(cells.Height, id, "row");
        var place = plan.Mesh.Inside(
            column, row, plan.Chance.Between(0.06, 0.94, id, "across"), plan.Chance.Between(0.06, 0.94, id, "up"));
        var stations = utilities.Power.Stations[zone.Slug];
        SegmentId? segment = sensorClass.Kind switch
        {
            "meter" => stations[number % stations.Length],
            "pressure" => utilities.Water.JunctionOf(zone),
            _ => null,
        };
        return Make(id, $"{title} {zone.Name} {number}", sensorClass, place.OnEarth(), ZoneBuilder.IdOf(zone), segment, availability);
    }

    /// <summary>Beside a segment in its zone; a line's instrument stands at its far end.</summary>
    private Sensor At(Segment segment, string what, SensorClass sensorClass, Func<PlannedZone, Expression> availability)
    {
        var zone = segment.Zone ?? throw new InvariantBrokenException("Only segments in a zone are instrumented.");
        var place = segment.NormallyOpen ? segment.Path[0] : segment.Path[^1];
        return Make(
            $"{segment.Id}-{what}", $"{segment.Name}, {what}", sensorClass, place, zone, segment.Id, availability(_zones[zone]));
    }

    private Sensor AtSite(PlannedSite site, string what, SensorClass sensorClass, Func<PlannedZone, Expression> availability)
    {
        var place = plan.Mesh.Inside(site.Column, site.Row, what == "door" ? 0.42 : 0.68, 0.3).OnEarth();
        return Make($"{what}-{site.Slug}", $"{site.Name}, {what}", sensorClass, place, ZoneBuilder.IdOf(site), null, availability(site.Zone));
    }

    private Sensor AtRoad(PlannedRoad road, string what, SensorClass sensorClass, Func<PlannedZone, Expression> availability)
    {
        var (column, row) = road.Corners[road.IsBridge ? 0 : road.Corners.Length / 2];
        var (west, south) = (column == plan.Mesh.RiverColumn || column == plan.Mesh.Columns, row == plan.Mesh.Rows);
        var cell = (Column: west ? column - 1 : column, Row: south ? row - 1 : row);
        var zone = plan.Zones.First(candidate => candidate.Cells.Contains(cell.Column, cell.Row));
        var place = plan.Mesh.Inside(cell.Column, cell.Row, west ? 0.94 : 0.06, south ? 0.94 : what == "camera" ? 0.14 : 0.06);
        return Make(
            $"{road.Slug}-{what}", $"{road.Name}, {what}", sensorClass, place.OnEarth(), ZoneBuilder.IdOf(zone), new(road.Slug), availability(zone));
    }

    private static Sensor Make(
        string id, string name, SensorClass sensorClass, LonLat place, ZoneId zone, SegmentId? segment, Expression availability) => new(
        new(id), name, sensorClass.Kind, sensorClass.Role, place, zone, segment, sensorClass.Unit, sensorClass.Limits, availability, sensorClass.Evidence);

    /// <summary>A remote terminal unit has a battery of its own and a choice of ways to the control room.</summary>
    private Expression RemoteUnit(PlannedZone zone) =>
        Expressions.Greatest([utilities.Telecom.ExchangeOf(zone), new(TelecomBuilder.RadioCore)]);

    private Expression OverMobile(PlannedZone zone) => Expressions.Of(utilities.Telecom.CellSiteOf(zone));

    private Expression OverLine(PlannedZone zone) => Expressions.Of(utilities.Telecom.ExchangeOf(zone));

    private Expression OverMobileWithPower(PlannedZone zone) =>
        Expressions.Least(Expressions.Of(utilities.Power.StationOf(zone)), OverMobile(zone));

    private Expression OverLineWithPower(PlannedZone zone) =>
        Expressions.Least(Expressions.Of(utilities.Power.StationOf(zone)), OverLine(zone));
}
