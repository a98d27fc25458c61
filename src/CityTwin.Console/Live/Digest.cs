namespace CityTwin.Console.Live;

/// <summary>What the browser tells the panels, a few times a second while something changes. Lists are null when they are as before.</summary>
/// <param name="AsOfTime">The instant the levels are of; null before the first picture.</param>
/// <param name="Services">All services together first (empty name), then each.</param>
/// <param name="IsSelectionOld">True when the selected thing may have changed.</param>
public sealed record Digest(
    DateTimeOffset? AsOfTime,
    IReadOnlyList<ServiceCount> Services,
    long PeopleAffected,
    SensorCounts Sensors,
    AlertTally AlertCounts,
    IReadOnlyList<AlertRow>? Alerts,
    IReadOnlyList<ThingRow>? Guards,
    IReadOnlyList<CascadeRow>? Cascades,
    bool IsSelectionOld);

/// <summary>A service over the whole city.</summary>
/// <param name="Worst">The least level of it in any zone, 0..1000; -1 when nothing is known.</param>
/// <param name="Band">The word for that level: normal, reduced, severe, dark, unknown.</param>
public sealed record ServiceCount(string Service, int Worst, string Band, int Zones, int ZonesBelow, int SegmentsDark, int Segments);

/// <summary>Sensors that should report, that do, and that report nonsense or are silent.</summary>
public sealed record SensorCounts(int Expected, int Reporting, int Faulty);

/// <summary>Open alerts by severity; shelved ones apart.</summary>
public sealed record AlertTally(int Notice, int Warning, int Serious, int Critical, int Unacknowledged, int Shelved);

/// <summary>An alert as a row.</summary>
/// <param name="Severity">notice, warning, serious or critical.</param>
/// <param name="State">raised, acknowledged or shelved.</param>
/// <param name="Subject">Resource name of what it is about; empty when it names nothing.</param>
public sealed record AlertRow(
    string Name,
    string Severity,
    string State,
    string Code,
    string Text,
    string Subject,
    string SubjectName,
    string ZoneName,
    DateTimeOffset? RaiseTime,
    string AcknowledgedBy,
    bool Suppressed);

/// <summary>A zone, segment, sensor or guard as a row.</summary>
/// <param name="Type">zone, segment, sensor or guard.</param>
/// <param name="Level">0..1000, -1 unknown; null for what has none.</param>
/// <param name="Note">The quality of a sensor, the duty of a guard.</param>
public sealed record ThingRow(string Name, string DisplayName, string Type, string Kind, string Service, int? Level, string Band, string Note);

/// <summary>A cascade as a row.</summary>
public sealed record CascadeRow(string Name, DateTimeOffset? DecideTime, int Lowered, int Raised, IReadOnlyList<NamedThing> Roots);

/// <summary>A thing by resource name and by what people call it.</summary>
public sealed record NamedThing(string Name, string DisplayName);

/// <summary>What a search found.</summary>
public sealed record Findings(int Total, IReadOnlyList<ThingRow> Rows);

/// <summary>Which city this is, and who serves it.</summary>
public sealed record ServedCity(string City, bool Sample, string TimeZone, string Silo, string Version);
