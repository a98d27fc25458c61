using CityTwin.Protocol.V1;

namespace CityTwin.Console.Tests.Hosting;

/// <summary>A town of four quarters, two substations and a hospital: small enough to know by heart.</summary>
internal static class SmallCity
{
    private const double West = 4.0, South = 52.0, Side = 0.012;

    /// <summary>What falls with a segment.</summary>
    public static IReadOnlyDictionary<string, string[]> Dependents { get; } = new Dictionary<string, string[]>
    {
        ["segments/substation-north"] = ["segments/feeder-mill", "segments/feeder-quay", "segments/pump-mill"],
        ["segments/substation-south"] = ["segments/feeder-hill", "segments/feeder-park"],
    };

    /// <summary>Which segment brings a zone which service.</summary>
    public static IReadOnlyDictionary<string, (string Service, string Segment)[]> Supplies { get; } = new Dictionary<string, (string, string)[]>
    {
        ["zones/mill"] = [("power", "segments/feeder-mill"), ("water", "segments/pump-mill")],
        ["zones/quay"] = [("power", "segments/feeder-quay"), ("water", "segments/pump-mill")],
        ["zones/hill"] = [("power", "segments/feeder-hill")],
        ["zones/park"] = [("power", "segments/feeder-park")],
    };

    public static CityMap Map()
    {
        var map = new CityMap { CityHash = new string('a', 64), Bounds = { West, South, West + (2 * Side), South + (2 * Side) } };
        map.Zones.Add(Zone("zones/hill", "Hill", 0, 0));
        map.Zones.Add(Zone("zones/mill", "Mill", 0, 1));
        map.Zones.Add(Zone("zones/park", "Park", 1, 0));
        map.Zones.Add(Zone("zones/quay", "Quay", 1, 1));
        map.Segments.Add(Line("segments/feeder-hill", "Feeder Hill", 1.0, 0.5, 0.5, 0.5));
        map.Segments.Add(Line("segments/feeder-mill", "Feeder Mill", 1.0, 1.5, 0.5, 1.5));
        map.Segments.Add(Line("segments/feeder-park", "Feeder Park", 1.0, 0.5, 1.5, 0.5));
        map.Segments.Add(Line("segments/feeder-quay", "Feeder Quay", 1.0, 1.5, 1.5, 1.5));
        map.Segments.Add(Point("segments/hospital", "Hospital", "hospital", "health", 1.5, 1.8));
        map.Segments.Add(Point("segments/pump-mill", "Pump Mill", "pump", "water", 0.4, 1.7));
        map.Segments.Add(Point("segments/substation-north", "Substation North", "substation", "power", 1.0, 1.5));
        map.Segments.Add(Point("segments/substation-south", "Substation South", "substation", "power", 1.0, 0.5));
        var tie = Line("segments/tie-ring", "Tie Ring", 1.5, 0.5, 1.5, 1.5);
        (tie.Kind, tie.NormallyOpen) = ("tie", true);
        map.Segments.Add(tie);
        map.Sensors.Add(new SensorShape { Name = "sensors/breaker-north", DisplayName = "Breaker North", Kind = "breaker", Position = At(1.02, 1.52), Segment = "segments/substation-north" });
        map.Sensors.Add(new SensorShape { Name = "sensors/camera-quay", DisplayName = "Camera Quay", Kind = "camera", Position = At(1.7, 1.4) });
        map.Guards.Add(new GuardShape { Name = "guards/patrol-1", DisplayName = "Patrol 1", Position = At(0.8, 0.9) });
        var river = new BackgroundShape { Kind = "water", DisplayName = "River", Area = true };
        river.Paths.Add(Ring(0.0, 0.95, 2.0, 1.05));
        map.Background.Add(river);
        return map;
    }

    private static ZoneShape Zone(string name, string displayName, int column, int row)
    {
        var area = new Area();
        area.Rings.Add(Ring(column, row, column + 1, row + 1));
        return new ZoneShape { Name = name, DisplayName = displayName, Areas = { area } };
    }

    private static SegmentShape Line(string name, string displayName, params double[] places)
    {
        var path = new Protocol.V1.Path();
        for (var i = 0; i < places.Length; i += 2)
        {
            path.Coordinates.Add(West + (places[i] * Side));
            path.Coordinates.Add(South + (places[i + 1] * Side));
        }

        return new SegmentShape { Name = name, DisplayName = displayName, Kind = "feeder", Service = "power", Path = path };
    }

    private static SegmentShape Point(string name, string displayName, string kind, string service, double x, double y)
    {
        var shape = Line(name, displayName, x, y);
        (shape.Kind, shape.Service) = (kind, service);
        return shape;
    }

    private static Protocol.V1.Path Ring(double x0, double y0, double x1, double y1)
    {
        var path = new Protocol.V1.Path();
        foreach (var (x, y) in new[] { (x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0) })
        {
            path.Coordinates.Add(West + (x * Side));
            path.Coordinates.Add(South + (y * Side));
        }

        return path;
    }

    private static Position At(double x, double y) => new() { Longitude = West + (x * Side), Latitude = South + (y * Side) };
}
