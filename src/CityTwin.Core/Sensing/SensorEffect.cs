using CityTwin.Core.Alerts;
using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>
/// What a sensor's rule wants told. The closed family is <see cref="PositionSeen"/>,
/// <see cref="EvidenceGiven"/> and <see cref="AlertSignalled"/>.
/// </summary>
public abstract record SensorEffect;

/// <summary>A status sensor saw its segment's position: the segment is told what its switch or machine does.</summary>
/// <param name="LevelPermille">0..1000.</param>
/// <param name="Said">What the sensor said, for the reason shown to people.</param>
/// <param name="At">When it was observed.</param>
/// <param name="Version">Grows with each word of this sensor; a lower one is old.</param>
public sealed record PositionSeen(
    SegmentId Segment, SensorId Sensor, int LevelPermille, string Said, DateTimeOffset At, long Version)
    : SensorEffect;

/// <summary>A measurement speaks for a level of its segment.</summary>
/// <param name="LevelPermille">0..1000; null = the sensor is no longer believed and its evidence withdrawn.</param>
public sealed record EvidenceGiven(SegmentId Segment, SensorId Sensor, int? LevelPermille, DateTimeOffset At, long Version)
    : SensorEffect;

/// <summary>An alert of this sensor is raised or cleared.</summary>
public sealed record AlertSignalled(AlertSignal Signal) : SensorEffect;
