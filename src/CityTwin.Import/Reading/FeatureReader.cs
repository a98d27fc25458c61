using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>Reads the features of each layer into the draft. Rules come from <c>dependencies.json</c>, read before.</summary>
internal sealed class FeatureReader(CityDraft draft, DependencyTables rules)
{
    private const int PeopleMax = 100_000_000;
    private const int SecurityLevelMax = 4;
    private const double ValueMax = 1e15;
    private const long MillisecondsMax = 366L * 24 * 3_600 * 1_000;
    private const int ReadingsMax = 1_000_000;
    private const int LevelMax = 1000;
    public const double SpeedMax = 100;
    public const double SpeedMin = 0.01;

    // A thing whose id is missing or bad gets a name that no good id can equal, so that its other faults are told too.
    private const string NoId = "";

    private readonly GeometryReader _geometry = new(draft.Faults);

    public void ReadZone(FeatureRow row)
    {
        var (fields, id) = (row.Fields, draft.Shared.Text(row.Id ?? NoId));
        var isNew = row.Id is not null && draft.Declare(EntityKind.Zone, id, row.Place);
        var zone = new Zone(
            new ZoneId(id),
            fields.Text(Names.Name, required: false) ?? id,
            fields.Word(Names.Kind, CityFormat.ZoneKinds) ?? ZoneKind.Zone,
            Reference(fields, Names.Parent, EntityKind.Zone, required: false) is { } parent ? new ZoneId(parent) : null,
            _geometry.Area(row),
            (int)fields.Whole(Names.PeopleByDay, 0, PeopleMax),
            (int)fields.Whole(Names.PeopleByNight, 0, PeopleMax),
            rules.Services(id),
            (int)fields.Whole(Names.TargetSecurityLevel, 0, SecurityLevelMax, required: false));
        Finish(fields, id, CityFormat.ZoneParameters);
        if (isNew)
        {
            draft.Zones.Add(zone);
        }
    }

    public void ReadSegment(FeatureRow row)
    {
        var (fields, id) = (row.Fields, draft.Shared.Text(row.Id ?? NoId));
        var isNew = row.Id is not null && draft.Declare(EntityKind.Segment, id, row.Place);
        var (rule, isNormallyOpen) = rules.Rule(id);
        var segment = new Segment(
            new SegmentId(id),
            fields.Text(Names.Name, required: false) ?? id,
            draft.Shared.Text(fields.Id(Names.Kind) ?? NoId),
            new ServiceId(draft.Shared.Text(fields.Id(Names.Service) ?? NoId)),
            Reference(fields, Names.Zone, EntityKind.Zone, required: false) is { } zone ? new ZoneId(zone) : null,
            _geometry.Path(row),
            rule,
            isNormallyOpen);
        Finish(fields, id, CityFormat.SegmentParameters);
        if (isNew)
        {
            draft.Segments.Add(segment);
        }
    }

    public void ReadSensor(FeatureRow row)
    {
        var (fields, id) = (row.Fields, draft.Shared.Text(row.Id ?? NoId));
        var isNew = row.Id is not null && draft.Declare(EntityKind.Sensor, id, row.Place);
        var kind = fields.Id(Names.Kind);
        var role = fields.Word(Names.Role, CityFormat.SensorRoles);
        var zone = Reference(fields, Names.Zone, EntityKind.Zone, required: true);
        var segment = Reference(fields, Names.Segment, EntityKind.Segment, required: false);
        var unit = fields.Text(Names.Unit, required: false);
        if (unit is not null && SensorUnits.Complaint(kind, unit) is { } complaint)
        {
            fields.Error(FaultCode.WrongUnit, Names.Unit, complaint);
        }

        if (role == SensorRole.Status && !fields.Has(Names.Segment))
        {
            fields.Error(FaultCode.StatusWithoutSegment, Names.Segment,
                "A status sensor speaks for a segment; name it in 'segment', or give the sensor another role.");
        }

        var sensor = new Sensor(
            new SensorId(id),
            fields.Text(Names.Name, required: false) ?? id,
            draft.Shared.Text(kind ?? NoId),
            role ?? SensorRole.Detection,
            _geometry.Point(row) ?? GeometryReader.Nowhere,
            new ZoneId(zone ?? NoId),
            segment is null ? null : new SegmentId(segment),
            unit is null ? null : draft.Shared.Text(unit),
            draft.Shared.Limits(Limits(fields)),
            rules.Availability(id),
            Evidence(fields, role));
        Finish(fields, id, CityFormat.SensorParameters);
        if (isNew)
        {
            draft.Sensors.Add(sensor);
        }
    }

    public void ReadGuard(FeatureRow row)
    {
        var (fields, id) = (row.Fields, draft.Shared.Text(row.Id ?? NoId));
        var isNew = row.Id is not null && draft.Declare(EntityKind.Guard, id, row.Place);
        var guard = new Guard(
            new GuardId(id),
            fields.Text(Names.Name, required: false) ?? id,
            _geometry.Point(row) ?? GeometryReader.Nowhere,
            new ZoneId(Reference(fields, Names.Zone, EntityKind.Zone, required: true) ?? NoId),
            fields.Words(Names.Skills),
            fields.Number(Names.SpeedMetresPerSecond, SpeedMin, SpeedMax, required: true) ?? 1);
        Finish(fields, id, CityFormat.Guard);
        if (isNew)
        {
            draft.Guards.Add(guard);
        }
    }

    public void ReadBackground(FeatureRow row)
    {
        var (isArea, parts) = _geometry.Background(row);
        draft.Background.Add(new BackgroundFeature(
            row.Fields.Id(Names.Kind) ?? NoId, row.Fields.Text(Names.Name, required: false), isArea, parts));
        row.Fields.Close();
    }

    private string? Reference(Fields fields, string name, EntityKind target, bool required)
    {
        if (fields.Id(name, required) is not { } given)
        {
            return null;
        }

        var id = draft.Shared.Text(given);
        draft.References.Add(new Reference(target, id, fields.PlaceOf(name), fields.Feature));
        return id;
    }

    private void Finish(Fields fields, string id, ImmutableArray<string> parameters)
    {
        AssumptionReader.Read(fields, id, parameters, draft);
        fields.Close();
    }

    private static SensorLimits Limits(Fields fields)
    {
        var limits = new SensorLimits(
            fields.Number(Names.Minimum, -ValueMax, ValueMax),
            fields.Number(Names.Maximum, -ValueMax, ValueMax),
            fields.Number(Names.AlertBelow, -ValueMax, ValueMax),
            fields.Number(Names.AlertAbove, -ValueMax, ValueMax),
            fields.Number(Names.Deadband, 0, ValueMax) ?? 0,
            fields.Whole(Names.AlertDelayMilliseconds, 0, MillisecondsMax, required: false),
            fields.Whole(Names.ReportIntervalMilliseconds, 0, MillisecondsMax, required: false),
            fields.Whole(Names.OfflineAfterMilliseconds, 0, MillisecondsMax, required: false),
            (int)fields.Whole(Names.StuckAfterReadings, 0, ReadingsMax, required: false));
        if (limits.Minimum >= limits.Maximum)
        {
            fields.Error(FaultCode.Contradiction, Names.Minimum, "'minimum' must be less than 'maximum'.");
        }

        if (limits.AlertBelow >= limits.AlertAbove)
        {
            fields.Error(FaultCode.Contradiction, Names.AlertBelow, "'alertBelow' must be less than 'alertAbove', or every value is an alert.");
        }

        if (limits.StuckAfterReadings == 1)
        {
            fields.Error(FaultCode.OutOfRange, Names.StuckAfterReadings, "One reading cannot repeat itself: use 2 or more, or 0 for off.");
        }

        return limits;
    }

    private Evidence? Evidence(Fields sensor, SensorRole? role)
    {
        if (sensor.Json(Names.Evidence) is not { } element ||
            Fields.Of(element, sensor.PlaceOf(Names.Evidence), CityFormat.Evidence, draft.Faults, sensor.Feature) is not { } fields)
        {
            return null;
        }

        if (role is not (SensorRole.Measurement or null) || !sensor.Has(Names.Segment))
        {
            sensor.Error(FaultCode.Contradiction, Names.Evidence, "Only a measurement with a 'segment' is evidence; correct the role or leave it out.");
        }

        var points = fields.Json(Names.Points, required: true) is { } list
            ? PointReader.Read(list, fields.PlaceOf(Names.Points), sensor.Feature, draft.Faults, -ValueMax, ValueMax, wholeFirst: false)
            : [];
        var evidence = new Evidence(
            [.. points.Select(point => new EvidencePoint(point.First, (int)point.Second))],
            (int)fields.Whole(Names.TolerancePermille, 0, LevelMax),
            fields.Whole(Names.DisagreeAfterMilliseconds, 0, MillisecondsMax));
        fields.Close();
        return evidence;
    }
}
