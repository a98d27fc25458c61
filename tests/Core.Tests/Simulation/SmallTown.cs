using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Tests.Simulation;

/// <summary>
/// One zone of 1,000 people by day and night. The plant feeds the substation; the substation's power grid is a ring of
/// two feeders, one of them behind an open tie; the pump lives on its battery for an hour; the tap needs the pump.
/// Two controls need each other.
/// </summary>
internal static class SmallTown
{
    public const long Hour = 3600 * SegmentRule.TicksPerSecond;

    public static readonly ServiceId Power = new("power");
    public static readonly ServiceId Water = new("water");
    public static readonly ServiceId Control = new("control");
    private static readonly NetworkId Grid = new("grid");

    public static City Town { get; } = Of(
        [
            Segment("battery", new(Supplier("feeder"), Backup: new(1000, Hour, 2 * Hour))),
            Segment("breaker", new(Membership: new(Grid, new(new("substation"), new("feeder")), false))),
            Segment("control-a", new(Needs: Supplier("control-b"))),
            Segment("control-b", new(Needs: Supplier("control-a"))),
            Segment("feeder", new(Membership: new(Grid, null, false))),
            Segment("plant", new()),
            Segment("pump", new(Needs: Supplier("battery"), RestartLagTicks: 60_000)),
            Segment("reserve", new(Membership: new(Grid, null, true))),
            Segment("substation", new(Supplier("plant"), Membership: new(Grid, null, true))),
            Segment("tap", new(Supplier("pump"))),
            Segment("tie", new(Membership: new(Grid, new(new("reserve"), new("feeder")), false)), normallyOpen: true),
        ],
        [
            new(Control, Supplier("control-a"), null),
            new(Power, Supplier("feeder"), 500),
            new(Water, Supplier("tap"), null),
        ]);

    public static City Of(ImmutableArray<Segment> segments, ImmutableArray<ZoneService> services) => new(
        new(new string('0', 64)),
        "Small town",
        "UTC",
        IsSample: true,
        [new(new("centre"), "Centre", ZoneKind.District, null, [], 1000, 1000, services, 0)],
        [],
        segments,
        [],
        [],
        [],
        []);

    public static Segment Segment(string id, SegmentRule rule, bool normallyOpen = false) =>
        new(new(id), id, "thing", Power, null, [], rule, normallyOpen);

    public static Supplier Supplier(string id) => new(new SegmentId(id));

    public static Scenario Scenario(params ScenarioEvent[] events) =>
        new("test", null, null, 10 * Hour, [.. events], CityPatch.None, 0);

    public static SimulationReport Run(Scenario scenario) =>
        Simulator.Run(Town, SimulationStart.New(Town, SimulationStart.DefaultAt), scenario);

    public static ServiceOutcome Service(SimulationReport report, ServiceId service) =>
        report.Services.Single(outcome => outcome.Service == service);
}
