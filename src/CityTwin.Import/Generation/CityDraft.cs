using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>A city while it is being built up; gives each id once.</summary>
internal sealed class CityDraft
{
    public const string Assumed = "assumed by the generator";

    private const double AssumedConfidence = 0.2;
    private const long SecondsPerHour = 3600;

    private readonly Dictionary<SegmentId, Segment> _segments = [];
    private readonly HashSet<SensorId> _sensorIds = [];
    private readonly List<Network> _networks = [];
    private readonly List<Zone> _zones = [];
    private readonly List<Sensor> _sensors = [];
    private readonly List<Guard> _guards = [];
    private readonly List<BackgroundFeature> _background = [];
    private readonly List<Assumption> _assumptions = [];

    public IEnumerable<Segment> Segments => _segments.Values;

    public IReadOnlyList<Sensor> Sensors => _sensors;

    /// <summary>How the city can be attacked; added last, for it names all the rest.</summary>
    public SecurityModel Security { get; set; } = SecurityModel.None;

    public Segment this[SegmentId id] => _segments[id];

    public bool Has(string segment) => _segments.ContainsKey(new(segment));

    public SegmentId Add(Segment segment)
    {
        Invariant.Hold(_segments.TryAdd(segment.Id, segment), "The generator gives every segment id once.");
        return segment.Id;
    }

    public void Add(Sensor sensor)
    {
        Invariant.Hold(_sensorIds.Add(sensor.Id), "The generator gives every sensor id once.");
        _sensors.Add(sensor);
    }

    public void Add(Network network) => _networks.Add(network);

    public void Add(Zone zone) => _zones.Add(zone);

    public void Add(Guard guard) => _guards.Add(guard);

    public void Add(BackgroundFeature feature) => _background.Add(feature);

    public void Assume(string feature, string parameter, string source = Assumed, double confidence = AssumedConfidence) =>
        _assumptions.Add(new(feature, parameter, source, confidence));

    /// <summary>A battery or generator with an id of its own, standing beside what will need it.</summary>
    public SegmentId AddBackup(
        string id, string name, string kind, SegmentId suppliedBy, BackupPower power, ZoneId zone, Metres place, ServiceId service)
    {
        Assume(id, "backup.enduranceSeconds", power.Source, power.Confidence);
        Assume(id, "backup.rechargeSeconds");
        var backup = new Backup(
            power.CoverPermille,
            power.EnduranceHours * SecondsPerHour * SegmentRule.TicksPerSecond,
            power.RechargeHours * SecondsPerHour * SegmentRule.TicksPerSecond);
        return Add(new Segment(
            new(id), name, kind, service, zone, [(place + new Metres(9, -9)).OnEarth()],
            new(Supply: new Supplier(suppliedBy), Backup: backup), false));
    }

    /// <summary>A name for a plant: after its district, or after its zone if the district's is taken.</summary>
    public (string Slug, string Name) NameAfter(string prefix, PlannedZone seat) =>
        Has($"{prefix}-{seat.District.Slug}") ? (seat.Slug, seat.Name) : (seat.District.Slug, seat.District.Name);

    public City Finish(string name, string timeZone) => new(
        new CityHash(string.Empty),
        name,
        timeZone,
        IsSample: true,
        [.. _zones.OrderBy(zone => zone.Id)],
        [.. _networks.OrderBy(network => network.Id)],
        [.. _segments.Values.OrderBy(segment => segment.Id)],
        [.. _sensors.OrderBy(sensor => sensor.Id)],
        [.. _guards.OrderBy(guard => guard.Id)],
        [.. _background],
        [
            .. _assumptions
                .OrderBy(assumption => assumption.Feature, StringComparer.Ordinal)
                .ThenBy(assumption => assumption.Parameter, StringComparer.Ordinal),
        ])
    {
        Security = Security,
    };
}

/// <summary>How long a battery, generator or tank lasts, and who says so.</summary>
internal sealed record BackupPower(int CoverPermille, int EnduranceHours, int RechargeHours, string Source, double Confidence)
{
    // The rule was vacated before it came into force; it still shows what a regulator held to be reasonable.
    private const string KatrinaOrder = "FCC 07-177 (2007), backup power: 24 h for central offices, 8 h for cell sites";

    public static BackupPower Exchange { get; } = new(1000, 24, 24, KatrinaOrder, 0.4);

    public static BackupPower CellSite { get; } = new(1000, 8, 12, KatrinaOrder, 0.4);

    public static BackupPower RadioCore { get; } = new(1000, 12, 12, CityDraft.Assumed, 0.2);

    public static BackupPower Pump { get; } = new(1000, 12, 2, CityDraft.Assumed, 0.2);

    public static BackupPower Waterworks { get; } = new(800, 24, 2, CityDraft.Assumed, 0.2);

    public static BackupPower TreatmentPlant { get; } = new(500, 8, 2, CityDraft.Assumed, 0.2);

    public static BackupPower Hospital { get; } = new(900, 48, 4, CityDraft.Assumed, 0.3);

    public static BackupPower School { get; } = new(400, 6, 4, CityDraft.Assumed, 0.2);

    public static BackupPower DataCentre { get; } = new(1000, 24, 6, CityDraft.Assumed, 0.3);

    public static BackupPower Police { get; } = new(800, 24, 4, CityDraft.Assumed, 0.2);
}
