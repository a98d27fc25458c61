using System.Buffers;
using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Format;

/// <summary>
/// Which properties each object of the city format may have. The reader refuses every other one, and a test
/// holds the JSON Schemas to the same lists.
/// </summary>
internal static class CityFormat
{
    /// <summary>The only version of the format so far.</summary>
    public const int SchemaVersion = 1;

    public const string GeoJson = "geojson";
    public const string Csv = "csv";
    public const string DependenciesFile = "dependencies.json";
    public const string ZonesFile = "zones.geojson";
    public const string SegmentsFile = "segments.geojson";
    public const string SensorsFile = "sensors.geojson";
    public const string GuardsFile = "guards.geojson";
    public const string BackgroundFile = "background.geojson";

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static readonly ImmutableArray<string> Manifest =
        [Names.Schema, Names.SchemaVersion, Names.Name, Names.TimeZone, Names.Sample, Names.Layers, Names.Dependencies, Names.Security];

    public static readonly ImmutableArray<string> Layers =
        [Names.Zones, Names.Segments, Names.Sensors, Names.Guards, Names.Background];

    public static readonly ImmutableArray<string> Layer =
        [Names.File, Names.Format, Names.Longitude, Names.Latitude, Names.Properties, Names.Defaults];

    public static readonly ImmutableArray<string> FeatureCollection =
        [Names.Schema, Names.Type, Names.Name, Names.ReferenceSystem, Names.BoundingBox, Names.Features];

    public static readonly ImmutableArray<string> Feature =
        [Names.Type, Names.Id, Names.BoundingBox, Names.Geometry, Names.Properties];

    public static readonly ImmutableArray<string> Geometry = [Names.Type, Names.BoundingBox, Names.Coordinates];

    public static readonly ImmutableArray<string> Zone =
    [
        Names.Id, Names.Name, Names.Kind, Names.Parent, Names.PeopleByDay, Names.PeopleByNight,
        Names.TargetSecurityLevel, Names.Assumptions,
    ];

    public static readonly ImmutableArray<string> Segment =
        [Names.Id, Names.Name, Names.Kind, Names.Service, Names.Zone, Names.Assumptions];

    public static readonly ImmutableArray<string> Sensor =
    [
        Names.Id, Names.Name, Names.Kind, Names.Role, Names.Zone, Names.Segment, Names.Unit, Names.Minimum,
        Names.Maximum, Names.AlertBelow, Names.AlertAbove, Names.Deadband, Names.AlertDelayMilliseconds,
        Names.ReportIntervalMilliseconds, Names.OfflineAfterMilliseconds, Names.StuckAfterReadings,
        Names.Evidence, Names.Assumptions,
    ];

    public static readonly ImmutableArray<string> Evidence =
        [Names.Points, Names.TolerancePermille, Names.DisagreeAfterMilliseconds];

    public static readonly ImmutableArray<string> Guard =
        [Names.Id, Names.Name, Names.Zone, Names.Skills, Names.SpeedMetresPerSecond, Names.Assumptions];

    public static readonly ImmutableArray<string> Background = [Names.Kind, Names.Name];

    public static readonly ImmutableArray<string> Assumption = [Names.Source, Names.Confidence];

    public static readonly ImmutableArray<string> Dependencies =
        [Names.Schema, Names.Networks, Names.Segments, Names.Zones, Names.Sensors];

    public static readonly ImmutableArray<string> Network = [Names.Name, Names.Service, Names.Assumptions];

    public static readonly ImmutableArray<string> SegmentDependencies =
    [
        Names.Supply, Names.Needs, Names.Backup, Names.Restart, Names.Network, Names.Ends, Names.Source,
        Names.NormallyOpen, Names.Assumptions,
    ];

    public static readonly ImmutableArray<string> Backup =
        [Names.CoverPermille, Names.EnduranceSeconds, Names.RechargeSeconds];

    public static readonly ImmutableArray<string> Restart = [Names.LagSeconds];

    public static readonly ImmutableArray<string> ZoneDependencies = [Names.Services, Names.Assumptions];

    public static readonly ImmutableArray<string> ZoneService = [Names.Level, Names.CriticalBelowPermille];

    public static readonly ImmutableArray<string> SensorDependencies = [Names.Availability, Names.Assumptions];

    /// <summary>What an assumption about a zone may be about, in whichever file it stands.</summary>
    public static readonly ImmutableArray<string> ZoneParameters = Zone.AddRange(ZoneDependencies);

    /// <summary>The same for a segment.</summary>
    public static readonly ImmutableArray<string> SegmentParameters = Segment.AddRange(SegmentDependencies);

    /// <summary>The same for a sensor.</summary>
    public static readonly ImmutableArray<string> SensorParameters = Sensor.AddRange(SensorDependencies);

    public static readonly ImmutableArray<string> Operators =
        [Names.Constant, Names.Least, Names.Greatest, Names.KthLargest, Names.Pool, Names.Curve, Names.Leontief];

    public static readonly ImmutableArray<string> KthLargest = [Names.Rank, Names.Of];

    public static readonly ImmutableArray<string> Curve = [Names.Of, Names.Points];

    public static readonly ImmutableArray<string> PoolTerm = [Names.Of, Names.Weight];

    public static readonly ImmutableArray<string> LeontiefTerm = [Names.Of, Names.Share];

    public static readonly ImmutableArray<(string Word, ZoneKind Kind)> ZoneKinds =
        [("district", ZoneKind.District), ("zone", ZoneKind.Zone), ("site", ZoneKind.Site)];

    public static readonly ImmutableArray<(string Word, SensorRole Role)> SensorRoles =
        [("status", SensorRole.Status), ("measurement", SensorRole.Measurement), ("detection", SensorRole.Detection)];

    /// <summary>Whether a text may be an id: <c>[a-z][a-z0-9-]{0,62}</c>.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 63 && char.IsAsciiLetterLower(text[0])
        && !text.AsSpan().ContainsAnyExcept(IdCharacters);
}
