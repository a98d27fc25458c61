using System.Collections.Immutable;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Model;

/// <summary>What a sensor's word counts for.</summary>
public enum SensorRole
{
    /// <summary>A switch or running contact: it owns a ceiling cause of its segment.</summary>
    Status,

    /// <summary>A meter: evidence that may contradict a segment's inferred level, never a cause.</summary>
    Measurement,

    /// <summary>A camera, door or intrusion sensor: it reports events.</summary>
    Detection,
}

/// <summary>A sensor and what is believed of it.</summary>
/// <param name="Kind">What it is, such as <c>breaker</c>, <c>voltage</c>, <c>flow</c>, <c>camera</c>, <c>door</c>, <c>traffic</c>.</param>
/// <param name="Segment">The segment it watches; required for a <see cref="SensorRole.Status"/> sensor.</param>
/// <param name="Unit">The only unit its readings may carry (UCUM, such as <c>V</c>, <c>m3/h</c>); null for states and counts.</param>
/// <param name="Availability">The level it works at, from the power and telecom segments it needs: at 0 it sees nothing. Null = always 1000.</param>
/// <param name="Evidence">For a measurement of a segment: which level a value speaks for.</param>
public sealed record Sensor(
    SensorId Id,
    string Name,
    string Kind,
    SensorRole Role,
    LonLat Position,
    ZoneId Zone,
    SegmentId? Segment,
    string? Unit,
    SensorLimits Limits,
    Expression? Availability,
    Evidence? Evidence);

/// <summary>When a sensor is believed, and when its value is an alert. All null or zero limits are off.</summary>
/// <param name="Minimum">Smallest value the instrument can give; below it a reading is out of range.</param>
/// <param name="Maximum">Largest value the instrument can give.</param>
/// <param name="AlertBelow">A value below this raises an alert.</param>
/// <param name="AlertAbove">A value above this raises an alert.</param>
/// <param name="Deadband">How far back inside the limit a value must come before the alert clears, in the sensor's unit.</param>
/// <param name="AlertDelayMilliseconds">How long a value must stay beyond its limit before the alert is raised.</param>
/// <param name="ReportIntervalMilliseconds">How often it reports; a reading older than three intervals is stale.</param>
/// <param name="OfflineAfterMilliseconds">Silence after which it is offline; 0 = it may be silent for ever.</param>
/// <param name="StuckAfterReadings">This many identical readings in a row mean it is stuck; 0 = off.</param>
public sealed record SensorLimits(
    double? Minimum,
    double? Maximum,
    double? AlertBelow,
    double? AlertAbove,
    double Deadband,
    long AlertDelayMilliseconds,
    long ReportIntervalMilliseconds,
    long OfflineAfterMilliseconds,
    int StuckAfterReadings);

/// <summary>How a measurement speaks for its segment's level.</summary>
/// <param name="Points">Value to level, strictly increasing in value, linear between the points, flat outside.</param>
/// <param name="TolerancePermille">A difference from the inferred level up to this is agreement.</param>
/// <param name="DisagreeAfterMilliseconds">How long it must differ before the segment <c>disagrees</c>.</param>
public sealed record Evidence(ImmutableArray<EvidencePoint> Points, int TolerancePermille, long DisagreeAfterMilliseconds);

/// <summary>A value of the sensor, and the segment level it speaks for.</summary>
public readonly record struct EvidencePoint(double Value, int LevelPermille);
