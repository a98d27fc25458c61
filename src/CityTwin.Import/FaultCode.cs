namespace CityTwin.Import;

/// <summary>
/// The stable codes of <see cref="Fault.Code"/>. What each means and how to mend it is told in one table in
/// <c>src/CityTwin.Import/README.md</c>; codes are never renamed or used again for something else.
/// </summary>
public static class FaultCode
{
    // Files and their text.
    public const string MissingFile = "missing-file";
    public const string UnreadableFile = "unreadable-file";
    public const string BadFileName = "bad-file-name";
    public const string NotUtf8 = "not-utf8";
    public const string MalformedJson = "malformed-json";
    public const string MalformedTable = "malformed-table";
    public const string DuplicateKey = "duplicate-key";
    public const string LimitExceeded = "limit-exceeded";
    public const string TooManyFaults = "too-many-faults";
    public const string UnsupportedVersion = "unsupported-version";

    // One property.
    public const string MissingProperty = "missing-property";
    public const string UnknownProperty = "unknown-property";
    public const string WrongType = "wrong-type";
    public const string WrongUnit = "wrong-unit";
    public const string NotFinite = "not-finite";
    public const string OutOfRange = "out-of-range";
    public const string BadText = "bad-text";
    public const string BadId = "bad-id";
    public const string UnknownWord = "unknown-word";
    public const string UnknownTimeZone = "unknown-time-zone";
    public const string NotIncreasing = "not-increasing";
    public const string Contradiction = "contradiction";

    // Places.
    public const string WrongGeometry = "wrong-geometry";
    public const string WrongReferenceSystem = "wrong-reference-system";
    public const string PositionOutOfRange = "position-out-of-range";
    public const string SwappedPosition = "swapped-position";
    public const string RingNotClosed = "ring-not-closed";
    public const string SelfIntersection = "self-intersection";
    public const string InvalidPolygon = "invalid-polygon";

    // One thing and another.
    public const string DuplicateId = "duplicate-id";
    public const string UnknownReference = "unknown-reference";
    public const string NestingCycle = "nesting-cycle";
    public const string SupplyLoop = "supply-loop";
    public const string SupplyInNetwork = "supply-in-network";
    public const string LinkOutsideNetwork = "link-outside-network";
    public const string StatusWithoutSegment = "status-without-segment";

    // Security models and breach scenarios.
    public const string StepCycle = "step-cycle";

    // Scenarios and snapshots against their city.
    public const string WrongCity = "wrong-city";
    public const string BadPatch = "bad-patch";

    // Warnings.
    public const string RoundingLoop = "rounding-loop";
    public const string NetworkWithoutSource = "network-without-source";
    public const string SensorOutsideZone = "sensor-outside-zone";
    public const string ZoneOutsideParent = "zone-outside-parent";
    public const string ZoneKindOrder = "zone-kind-order";
    public const string ServiceWithoutSegment = "service-without-segment";
    public const string NoSensors = "no-sensors";
    public const string TimeZoneUnchecked = "time-zone-unchecked";
}
