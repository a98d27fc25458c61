using System.Collections.Frozen;
using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Audit;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views.Filtering;

/// <summary>
/// What filters may name, under the names of the public contract. Zones, segments, sensors and guards are meant by their
/// place in the definition, alerts by themselves.
/// </summary>
public static class FilterSchemas
{
    /// <summary>Of the audit log; it is no part of the city.</summary>
    public static FilterSchema<AuditEntry> AuditEntries { get; } = new(
        Fields<AuditEntry>(
            ("create_time", new TimeField<AuditEntry>((_, entry) => entry.At)),
            ("principal", new TextField<AuditEntry>((_, entry) => entry.Who)),
            ("kind", new TextField<AuditEntry>((_, entry) => AuditEntry.NameOf(entry.Kind))),
            ("action", new TextField<AuditEntry>((_, entry) => entry.Action)),
            ("on", new TextField<AuditEntry>((_, entry) => entry.On)),
            ("reason", new TextField<AuditEntry>((_, entry) => entry.Why)),
            ("from", new TextField<AuditEntry>((_, entry) => entry.From)),
            ("status", new TextField<AuditEntry>((_, entry) => entry.Status))),
        Functions<AuditEntry>());

    public static FilterSchema<int> Zones { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("zones/", (city, zone) => Zone(city, zone).Id.Value)),
            ("display_name", new TextField<int>((city, zone) => Zone(city, zone).Name)),
            ("kind", Word<int, ZoneKind>("ZONE_KIND_", (city, zone) => (int)Zone(city, zone).Kind)),
            ("parent", FixedName("zones/", city => city.Zones, zone => zone.Parent?.Value)),
            ("target_security_level", new NumberField<int>((city, zone) => Zone(city, zone).TargetSecurityLevel)),
            ("status.worst_level_permille", new NumberField<int>((city, zone) => ZoneRules.StatusOf(city, zone).WorstPermille)),
            ("status.worst_service", new TextField<int>((city, zone) => ZoneRules.StatusOf(city, zone).WorstService?.Value)),
            ("status.health", Word<int, ServiceHealth>("HEALTH_", (city, zone) => (int)ZoneRules.StatusOf(city, zone).Health)),
            ("status.people_affected", new NumberField<int>((city, zone) => ZoneRules.StatusOf(city, zone).PeopleAffected)),
            ("status.posture", Word<int, SecurityPosture>("SECURITY_POSTURE_", (city, zone) => (int)(city.Zones[zone].Facts?.Posture ?? SecurityPosture.Normal))),
            ("status.coverage.sensing", Word<int, Coverage>("SENSING_", (city, zone) => (int)ZoneRules.CoverageOf(city.Zones[zone].Tally))),
            ("status.alerts.unacknowledged", new NumberField<int>((city, zone) => city.Zones[zone].Tally.Unacknowledged)),
            ("status.alerts.critical", new NumberField<int>((city, zone) => city.Zones[zone].Tally.Critical)),
            ("status.guards_present", new NumberField<int>((city, zone) => city.Zones[zone].Tally.GuardsPresent)),
            ("status.assets.suspected", new NumberField<int>((city, zone) => city.Zones[zone].Tally.AssetsSuspected)),
            ("status.assets.compromised", new NumberField<int>((city, zone) => city.Zones[zone].Tally.AssetsCompromised)),
            ("status.assets.contained", new NumberField<int>((city, zone) => city.Zones[zone].Tally.AssetsContained))),
        Functions<int>(
            ("within", (city, zone) => Within<int>(city, zone, (_, item) => item)),
            ("downstream_of", (city, segment) => Downstream(city, segment, true) is not { } reached ? null : (version, zone) =>
                Zone(version, zone).Services.Any(service => Reads(version, service.Level, reached)))));

    public static FilterSchema<int> Segments { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("segments/", (city, segment) => Segment(city, segment).Id.Value)),
            ("display_name", new TextField<int>((city, segment) => Segment(city, segment).Name)),
            ("kind", FixedText(city => city.Segments, segment => segment.Kind)),
            ("service", FixedText(city => city.Segments, segment => segment.Service.Value)),
            ("zone", FixedName("zones/", city => city.Segments, segment => segment.Zone?.Value)),
            ("network", FixedText(city => city.Segments, segment => segment.Rule.Membership?.Network.Value)),
            ("level_permille", new NumberField<int>((city, segment) => city.Segments[segment].LevelPermille)),
            ("ceiling_permille", new NumberField<int>((city, segment) => city.Segments[segment].CeilingPermille)),
            ("commanded_permille", new NumberField<int>((city, segment) => city.Segments[segment].Facts?.CommandedPermille)),
            ("observed_permille", new NumberField<int>((city, segment) => city.Segments[segment].Facts?.ObservedPermille)),
            ("disagrees", new FlagField<int>((city, segment) => city.Segments[segment].Facts?.Disagreement is not null)),
            ("normally_open", new FlagField<int>((city, segment) => Segment(city, segment).NormallyOpen)),
            ("health", Word<int, ServiceHealth>("HEALTH_", (city, segment) => (int)ZoneRules.HealthOf(city.Segments[segment].LevelPermille, null)))),
        Functions<int>(
            ("within", (city, zone) => Within<int>(city, zone, (version, item) => version.Index.ZoneOfSegment[item])),
            ("downstream_of", (city, segment) => Downstream(city, segment, false) is not { } reached ? null : (_, item) => reached[item])));

    public static FilterSchema<int> Sensors { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("sensors/", (city, sensor) => Sensor(city, sensor).Id.Value)),
            ("display_name", new TextField<int>((city, sensor) => Sensor(city, sensor).Name)),
            ("kind", FixedText(city => city.Sensors, sensor => sensor.Kind)),
            ("role", Word<int, SensorRole>("SENSOR_ROLE_", (city, sensor) => (int)Sensor(city, sensor).Role)),
            ("zone", FixedName("zones/", city => city.Sensors, sensor => sensor.Zone.Value)),
            ("segment", FixedName("segments/", city => city.Sensors, sensor => sensor.Segment?.Value)),
            ("unit", FixedText(city => city.Sensors, sensor => sensor.Unit)),
            ("quality", Word<int, SensorCondition>("SENSOR_QUALITY_", (city, sensor) => (int)city.Sensors[sensor].Condition)),
            ("value", new NumberField<int>((city, sensor) => city.Sensors[sensor].Status?.Value?.Number)),
            ("word", new TextField<int>((city, sensor) => city.Sensors[sensor].Status?.Value?.Word)),
            ("observe_time", new TimeField<int>((city, sensor) => city.Sensors[sensor].Status?.ObservedAt)),
            ("availability_permille", new NumberField<int>((city, sensor) => city.Sensors[sensor].AvailabilityPermille))),
        Functions<int>(
            ("within", (city, zone) => Within<int>(city, zone, (version, item) => version.Index.ZoneOfSensor[item])),
            ("downstream_of", (city, segment) => Downstream(city, segment, true) is not { } reached ? null : (version, item) =>
                Sensor(version, item).Segment is { } watched && version.Index.Find(watched) is { } place && reached[place])));

    public static FilterSchema<int> Guards { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("guards/", (city, guard) => Guard(city, guard).Id.Value)),
            ("display_name", new TextField<int>((city, guard) => Guard(city, guard).Name)),
            ("zone", FixedName("zones/", city => city.Guards, guard => guard.Zone.Value)),
            ("skills", new ListField<int>((city, guard) => Guard(city, guard).Skills)),
            ("duty", Word<int, GuardDuty>("GUARD_DUTY_", (city, guard) => (int)city.Guards[guard].Status.Duty)),
            ("order.place", new NameField<int>("zones/", (city, guard) => city.Guards[guard].Status.Order?.Place.Value))),
        Functions<int>(("within", (city, zone) => Within<int>(city, zone, (version, item) => version.Index.ZoneOfGuard[item]))));

    public static FilterSchema<int> Assets { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("assets/", (city, asset) => Asset(city, asset).Id.Value)),
            ("display_name", new TextField<int>((city, asset) => Asset(city, asset).Name)),
            ("kind", FixedText(city => city.Security.Assets, asset => asset.Kind)),
            ("security_zone", FixedText(city => city.Security.Assets, asset => asset.Zone?.Value)),
            ("zone", FixedName("zones/", city => city.Security.Assets, asset => asset.Place?.Value)),
            ("segments", new ListField<int>((city, asset) => [.. Asset(city, asset).Segments.Select(segment => "segments/" + segment.Value)])),
            ("posture", Word<int, AssetPosture>("ASSET_POSTURE_", (city, asset) => (int)city.Assets[asset].Status.Posture)),
            ("since_time", new TimeField<int>((city, asset) => city.Assets[asset].Status.Since))),
        Functions<int>(("within", (city, zone) => Within<int>(city, zone, (version, item) => version.Index.ZoneOfAsset[item]))));

    public static FilterSchema<int> Conduits { get; } = new(
        Fields<int>(
            ("name", new NameField<int>("conduits/", (city, conduit) => Conduit(city, conduit).Id.Value)),
            ("display_name", new TextField<int>((city, conduit) => Conduit(city, conduit).Name)),
            ("from", FixedText(city => city.Security.Conduits, conduit => conduit.From.Value)),
            ("to", FixedText(city => city.Security.Conduits, conduit => conduit.To.Value)),
            ("isolated", new FlagField<int>((city, conduit) => city.Conduits[conduit].Status.Isolated is not null))),
        Functions<int>());

    public static FilterSchema<AlertView> Alerts { get; } = new(
        Fields<AlertView>(
            ("name", new NameField<AlertView>("alerts/", (_, alert) => alert.Status.Id.Value)),
            ("severity", Word<AlertView, AlertSeverity>("ALERT_SEVERITY_", (_, alert) => (int)alert.Status.Severity)),
            ("state", Word<AlertView, AlertPhase>("ALERT_STATE_", (_, alert) => (int)alert.Status.Phase)),
            ("code", new TextField<AlertView>((_, alert) => alert.Status.Id.Cause)),
            ("text", new TextField<AlertView>((_, alert) => alert.Status.Text)),
            ("zone", new NameField<AlertView>("zones/", (_, alert) => alert.Status.Zone?.Value)),
            ("raise_time", new TimeField<AlertView>((_, alert) => alert.Status.RaisedAt)),
            ("shelve_until_time", new TimeField<AlertView>((_, alert) => alert.Status.ShelvedUntil)),
            ("suppressed", new FlagField<AlertView>((_, alert) => alert.Status.SuppressedBy is not null))),
        Functions<AlertView>(("within", (city, zone) => Within<AlertView>(
            city, zone, (version, alert) => alert.Status.Zone is { } place ? version.Index.Find(place) ?? -1 : -1))));

    private static Zone Zone(CityVersion city, int zone) => city.Index.City.Zones[zone];

    private static Segment Segment(CityVersion city, int segment) => city.Index.City.Segments[segment];

    private static Sensor Sensor(CityVersion city, int sensor) => city.Index.City.Sensors[sensor];

    private static Guard Guard(CityVersion city, int guard) => city.Index.City.Guards[guard];

    private static Asset Asset(CityVersion city, int asset) => city.Index.City.Security.Assets[asset];

    private static Conduit Conduit(CityVersion city, int conduit) => city.Index.City.Security.Conduits[conduit];

    private static FrozenDictionary<string, FilterField<T>> Fields<T>(params (string Path, FilterField<T> Field)[] fields) =>
        fields.ToFrozenDictionary(field => field.Path, field => field.Field, StringComparer.Ordinal);

    private static FrozenDictionary<string, Func<CityVersion, string, Match<T>?>> Functions<T>(
        params (string Name, Func<CityVersion, string, Match<T>?> Function)[] functions) =>
        functions.ToFrozenDictionary(function => function.Name, function => function.Function, StringComparer.Ordinal);

    /// <summary>A text that only another definition changes.</summary>
    private static TextField<int> FixedText<TThing>(Func<City, ImmutableArray<TThing>> all, Func<TThing, string?> get) =>
        new((version, place) => get(all(version.Index.City)[place])) { Lists = new(city => all(city).Select(get)) };

    /// <summary>A name that only another definition changes.</summary>
    private static NameField<int> FixedName<TThing>(string prefix, Func<City, ImmutableArray<TThing>> all, Func<TThing, string?> get) =>
        new(prefix, (version, place) => get(all(version.Index.City)[place])) { Lists = new(city => all(city).Select(get)) };

    /// <summary>The words of an enumeration as the public contract writes them: <c>OutOfRange</c> is <c>OUT_OF_RANGE</c>.</summary>
    private static WordField<T> Word<T, TEnum>(string prefix, Func<CityVersion, T, int> get)
        where TEnum : struct, Enum =>
        new(prefix, [.. Enum.GetNames<TEnum>().Select(name => string.Concat(name.Select((symbol, place) =>
            place > 0 && char.IsUpper(symbol) ? "_" + symbol : char.ToUpperInvariant(symbol).ToString())))], get);

    private static Match<T>? Within<T>(CityVersion city, string zone, Func<CityVersion, T, int> zoneOf)
    {
        if (Place(zone, "zones/") is not { } id || city.Index.Find(new ZoneId(id)) is not { } outer)
        {
            return null;
        }

        var inside = new bool[city.Index.City.Zones.Length];
        for (var i = 0; i < inside.Length; i++)
        {
            inside[i] = city.Index.IsWithin(i, outer);
        }

        return (version, item) => zoneOf(version, item) is >= 0 and var place && inside[place];
    }

    /// <param name="withRoot">A zone or a sensor that reads the segment itself is downstream of it; the segment is not.</param>
    private static bool[]? Downstream(CityVersion city, string segment, bool withRoot)
    {
        if (Place(segment, "segments/") is not { } id || city.Index.Find(new SegmentId(id)) is not { } root)
        {
            return null;
        }

        var reached = city.Index.DownstreamOf([root]);
        reached[root] |= withRoot;
        return reached;
    }

    private static bool Reads(CityVersion city, Expression? expression, bool[] reached) =>
        ExpressionRules.Suppliers(expression).Any(supplier => city.Index.Find(supplier) is { } place && reached[place]);

    private static string? Place(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;
}
