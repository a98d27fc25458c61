namespace CityTwin.Import.Format;

/// <summary>The property names of the city format, as the reader, the writer and the schemas spell them. Units are in the names.</summary>
internal static class Names
{
    /// <summary>What editors look for; not read.</summary>
    public const string Schema = "$schema";
    public const string SchemaVersion = "schemaVersion";
    public const string Name = "name";
    public const string TimeZone = "timeZone";
    public const string Sample = "sample";
    public const string Layers = "layers";
    public const string Dependencies = "dependencies";
    public const string Zones = "zones";
    public const string Segments = "segments";
    public const string Sensors = "sensors";
    public const string Guards = "guards";
    public const string Background = "background";
    public const string Networks = "networks";
    public const string Security = "security";

    public const string File = "file";
    public const string Format = "format";
    public const string Longitude = "longitude";
    public const string Latitude = "latitude";
    public const string Properties = "properties";
    public const string Defaults = "defaults";

    public const string Type = "type";
    public const string Features = "features";
    public const string Feature = "Feature";
    public const string FeatureCollection = "FeatureCollection";
    public const string Geometry = "geometry";
    public const string Coordinates = "coordinates";
    public const string ReferenceSystem = "crs";
    public const string BoundingBox = "bbox";

    public const string Id = "id";
    public const string Kind = "kind";
    public const string Assumptions = "assumptions";
    public const string Source = "source";
    public const string Confidence = "confidence";

    public const string Parent = "parent";
    public const string PeopleByDay = "peopleByDay";
    public const string PeopleByNight = "peopleByNight";
    public const string TargetSecurityLevel = "targetSecurityLevel";

    public const string Service = "service";
    public const string Services = "services";
    public const string Zone = "zone";
    public const string Level = "level";
    public const string CriticalBelowPermille = "criticalBelowPermille";

    public const string Role = "role";
    public const string Segment = "segment";
    public const string Unit = "unit";
    public const string Minimum = "minimum";
    public const string Maximum = "maximum";
    public const string AlertBelow = "alertBelow";
    public const string AlertAbove = "alertAbove";
    public const string Deadband = "deadband";
    public const string AlertDelayMilliseconds = "alertDelayMilliseconds";
    public const string ReportIntervalMilliseconds = "reportIntervalMilliseconds";
    public const string OfflineAfterMilliseconds = "offlineAfterMilliseconds";
    public const string StuckAfterReadings = "stuckAfterReadings";
    public const string Availability = "availability";
    public const string Evidence = "evidence";
    public const string Points = "points";
    public const string TolerancePermille = "tolerancePermille";
    public const string DisagreeAfterMilliseconds = "disagreeAfterMilliseconds";

    public const string Skills = "skills";
    public const string SpeedMetresPerSecond = "speedMetresPerSecond";

    public const string Supply = "supply";
    public const string Needs = "needs";
    public const string Backup = "backup";
    public const string CoverPermille = "coverPermille";
    public const string EnduranceSeconds = "enduranceSeconds";
    public const string RechargeSeconds = "rechargeSeconds";
    public const string Restart = "restart";
    public const string LagSeconds = "lagSeconds";
    public const string Network = "network";
    public const string Ends = "ends";
    public const string NormallyOpen = "normallyOpen";

    public const string Constant = "const";
    public const string Least = "min";
    public const string Greatest = "max";
    public const string KthLargest = "kofn";
    public const string Rank = "k";
    public const string Pool = "pool";
    public const string Curve = "curve";
    public const string Leontief = "leontief";
    public const string Of = "of";
    public const string Weight = "weight";
    public const string Share = "share";
}
