using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Tests.Security;

namespace CityTwin.Import.Tests;

/// <summary>A city small enough to read, with every property of the format in use at least once.</summary>
internal static class SmallCity
{
    private static readonly ServiceId Power = new("power");
    private static readonly ServiceId Water = new("water");
    private static readonly ServiceId Telecom = new("telecom");

    public static City City { get; } = CityWriter.Seal(new City(
        default,
        "Kleinstadt an der Spüle",
        "Europe/Berlin",
        IsSample: true,
        Zones(),
        [new Network(new NetworkId("grid"), "The grid", Power)],
        Segments(),
        Sensors(),
        [
            new Guard(new GuardId("guard-one"), "Guard one", new LonLat(13.405, 52.505), new ZoneId("quarter"), ["k9", "technical"], 1.4),
        ],
        [
            new BackgroundFeature("street", "Main street", IsArea: false, [[new LonLat(13.4, 52.5), new LonLat(13.42, 52.51)]]),
            new BackgroundFeature("park", null, IsArea: true, [Square(13.401, 52.501, 0.001)]),
        ],
        [
            new Assumption("works", "backup.enduranceSeconds", "operator's manual", 0.5),
            new Assumption("quarter", "peopleByNight", "census 2022", null),
            new Assumption("grid", "service", "a guess", 0),
        ])
    {
        Security = SmallSecurity.Model,
    });

    public static CityFolder Folder { get; } = CityWriter.Write(City);

    private static ImmutableArray<Zone> Zones() =>
    [
        new Zone(new ZoneId("quarter"), "The quarter", ZoneKind.District, null, [new Polygon([Square(13.4, 52.5, 0.02)])], 1200, 900,
            [
                new ZoneService(Power, new Supplier(new SegmentId("feeder-end")), 300),
                new ZoneService(Water, new Least([new Supplier(new SegmentId("works")), new Constant(900)]), null),
            ], 2),
        new Zone(new ZoneId("site"), "The site", ZoneKind.Site, new ZoneId("quarter"),
            [
                new Polygon([Square(13.402, 52.502, 0.004), Square(13.403, 52.503, 0.001)]),
                new Polygon([Square(13.41, 52.51, 0.002)]),
            ], 30, 0, [], 0),
    ];

    private static ImmutableArray<Segment> Segments() =>
    [
        new Segment(new SegmentId("plant"), "Plant", "plant", Power, null, [], new SegmentRule(), false),
        Node("substation", new SegmentRule(
            Supply: new Supplier(new SegmentId("plant")),
            Backup: new Backup(400, 7_200_000, 3_600_000),
            Membership: new NetworkMembership(new NetworkId("grid"), null, IsSource: true))),
        Node("feeder-end", new SegmentRule(
            Needs: new Greatest([new Supplier(new SegmentId("exchange")), new Constant(600)]),
            RestartLagTicks: 60_000,
            Membership: new NetworkMembership(new NetworkId("grid"), null, IsSource: false))),
        Link("feeder", isNormallyOpen: false),
        Link("tie", isNormallyOpen: true),
        new Segment(new SegmentId("exchange"), "Exchange", "exchange", Telecom, new ZoneId("site"), [new LonLat(13.41, 52.51)],
            new SegmentRule(Needs: new KthLargest(1, [new Constant(200), new Supplier(new SegmentId("plant"))])), false),
        new Segment(new SegmentId("works"), "Water works", "works", Water, new ZoneId("quarter"), [new LonLat(13.412, 52.503)],
            new SegmentRule(
                Supply: new Pool([new Weighted(new Supplier(new SegmentId("feeder-end")), 700_000), new Weighted(new Constant(1000), 300_000)]),
                Needs: new Leontief(
                [
                    new Weighted(new Curve(new Supplier(new SegmentId("plant")), [new CurvePoint(0, 0), new CurvePoint(500, 900)]), 500_000),
                ]),
                Backup: new Backup(800, 14_400_000, null)), false),
    ];

    private static ImmutableArray<Sensor> Sensors() =>
    [
        new Sensor(new SensorId("breaker"), "Breaker", "breaker", SensorRole.Status, new LonLat(13.405, 52.505), new ZoneId("quarter"),
            new SegmentId("feeder"), null, new SensorLimits(null, null, null, null, 0, 0, 0, 0, 0), null, null),
        new Sensor(new SensorId("meter"), "Meter", "voltage", SensorRole.Measurement, new LonLat(13.406, 52.506), new ZoneId("quarter"),
            new SegmentId("feeder-end"), "V", new SensorLimits(0, 400, 207, 253, 1.5, 2_000, 5_000, 60_000, 30),
            new Least([new Supplier(new SegmentId("exchange")), new Supplier(new SegmentId("feeder-end"))]),
            new Evidence([new EvidencePoint(0, 0), new EvidencePoint(207, 1000)], 100, 30_000)),
        new Sensor(new SensorId("camera"), "Camera", "camera", SensorRole.Detection, new LonLat(13.411, 52.511), new ZoneId("site"),
            null, null, new SensorLimits(null, null, null, null, 0, 0, 0, 0, 0), null, null),
    ];

    private static Segment Node(string id, SegmentRule rule) =>
        new(new SegmentId(id), id, "node", Power, new ZoneId("quarter"), [new LonLat(13.404, 52.504)], rule, false);

    private static Segment Link(string id, bool isNormallyOpen) =>
        new(new SegmentId(id), id, "line", Power, null, [new LonLat(13.404, 52.504), new LonLat(13.41, 52.508)],
            new SegmentRule(Membership: new NetworkMembership(
                new NetworkId("grid"), new LinkEnds(new SegmentId("substation"), new SegmentId("feeder-end")), IsSource: false)), isNormallyOpen);

    private static ImmutableArray<LonLat> Square(double west, double south, double side) =>
    [
        new(west, south), new(west + side, south), new(west + side, south + side), new(west, south + side), new(west, south),
    ];
}
