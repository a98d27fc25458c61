using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Testing.Cities;

/// <summary>
/// A small city made by hand. District <c>north</c> holds zone <c>harbour</c>, which holds site <c>hospital</c>. A
/// substation feeds the pump and the network of <c>feeder-1</c>; the hospital lives on a battery behind it.
/// </summary>
public static class HarbourCity
{
    public static readonly ServiceId Power = new("power");
    public static readonly ServiceId Water = new("water");

    /// <param name="meters">Sensors <c>meter-00000</c> and up, all in the harbour.</param>
    public static City Of(int meters = 3, string hash = "0123456789abcdef")
    {
        var grid = new NetworkId("grid");
        return new(
            new(hash.PadRight(64, '0')),
            "Harbour City",
            "Europe/Amsterdam",
            true,
            [
                Zone("harbour", ZoneKind.Zone, "north", 300, Service(Power, "cable"), Service(Water, "pump")),
                Zone("hospital", ZoneKind.Site, "harbour", 40, Service(Power, "battery", 900)),
                Zone("north", ZoneKind.District, null, 0),
            ],
            [new(grid, "Grid", Power)],
            [
                Segment("battery", "backup", new(Supply: new Supplier(new("cable")), Backup: new(1000, 3_600_000, 7_200_000))),
                Segment("busbar", "node", new(Supply: new Supplier(new("substation")), Membership: new(grid, null, true))),
                Segment("cable", "feeder", new(Membership: new(grid, new(new("busbar"), new("end")), false))),
                Segment("end", "node", new(Membership: new(grid, null, false))),
                Segment("pump", "pump", new(Needs: new Supplier(new("substation"))), Water),
                Segment("substation", "substation", new()),
            ],
            [
                new(new("breaker"), "Breaker", "breaker", SensorRole.Status, new(4.5, 51.9), new("harbour"), new("substation"), null, Limits, null, null),
                new(new("camera"), "Camera", "camera", SensorRole.Detection, new(4.5, 51.9), new("hospital"), null, null, Limits, new Supplier(new("cable")), null),
                .. Enumerable.Range(0, meters).Select(i => new Sensor(
                    new($"meter-{i:D5}"), $"Meter {i}", i % 100 == 0 ? "flow" : "voltage", SensorRole.Measurement, new(4.5, 51.9),
                    new("harbour"), new("cable"), "V", Limits, null, null)),
            ],
            [new(new("rex"), "Rex", new(4.51, 51.91), new("harbour"), ["k9"], 1.5)],
            [],
            []);
    }

    private static SensorLimits Limits { get; } = new(null, null, null, null, 0, 0, 60_000, 0, 0);

    private static Zone Zone(string id, ZoneKind kind, string? parent, int people, params ZoneService[] services) => new(
        new(id), id, kind, parent is null ? null : new(parent),
        [new([[new(4.4, 51.8), new(4.6, 51.8), new(4.6, 52.0), new(4.4, 51.8)]])], people, people, [.. services], 2);

    private static ZoneService Service(ServiceId service, string segment, int? critical = null) =>
        new(service, new Supplier(new(segment)), critical);

    private static Segment Segment(string id, string kind, SegmentRule rule, ServiceId? service = null) =>
        new(new(id), id, kind, service ?? Power, new("harbour"), [new(4.5, 51.9)], rule, false);
}
