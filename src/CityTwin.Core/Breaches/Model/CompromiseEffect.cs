using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Model;

/// <summary>
/// What follows when a step is reached. Levels are the truth of a run: what sensors say wrongly moves none of them,
/// unless somebody acts on it.
/// </summary>
public abstract record CompromiseEffect;

/// <summary>Sensors see nothing, or say what the adversary wants: they detect nothing from then on.</summary>
/// <param name="IsLying">True: they go on reporting, so nobody misses them.</param>
public sealed record LossOfView(ImmutableArray<SensorId> Sensors, bool IsLying) : CompromiseEffect;

/// <summary>Segments can no longer be switched from afar: what is wrong with them waits for a crew.</summary>
public sealed record LossOfControl(ImmutableArray<SegmentId> Segments) : CompromiseEffect;

/// <summary>A segment is switched: a breaker opens, a pump stops. It is switched back from afar, or by a crew where control is lost.</summary>
/// <param name="LevelPermille">The ceiling it gets, 0..999.</param>
public sealed record Manipulation(SegmentId Segment, int LevelPermille) : CompromiseEffect;

/// <summary>A sensor reports what is not so, and an operator who believes it acts: only that act moves a level.</summary>
/// <param name="Believed">The chance that somebody acts on it, 0..1.</param>
/// <param name="ActAfter">How long that takes.</param>
/// <param name="Segment">What is acted on.</param>
/// <param name="LevelPermille">The ceiling that the act gives it, 0..999.</param>
public sealed record ForgedReading(SensorId Sensor, Estimate Believed, Duration ActAfter, SegmentId Segment, int LevelPermille) : CompromiseEffect;

/// <summary>Records become known to those who must not have them.</summary>
/// <param name="RecordClass">Such as <c>identity</c>, <c>health</c>, <c>payment</c>, <c>location</c>.</param>
/// <param name="Records">How many; at least 1.</param>
public sealed record Disclosure(string RecordClass, long Records) : CompromiseEffect;

/// <summary>A segment is broken until it has been repaired on the spot.</summary>
/// <param name="LevelPermille">The ceiling it keeps until then, 0..999.</param>
public sealed record Destruction(SegmentId Segment, int LevelPermille, Duration Repair) : CompromiseEffect;
