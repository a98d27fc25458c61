using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// What a segment's own grain knows and publishes: its ceiling causes, and the three values side by side (the third,
/// inferred, is its level in the decided batches).
/// </summary>
/// <param name="CauseVersion">Counts the changes of its causes.</param>
/// <param name="Causes">Sorted by name; none = ceiling 1000.</param>
/// <param name="CommandedPermille">What orders allow: the least level of its <c>command</c> and <c>position</c> causes; null when nothing was ever ordered.</param>
/// <param name="ObservedPermille">What its sensors say now; null without word from any.</param>
/// <param name="Disagreement">Set while a sensor contradicts the inferred level or the ordered position for longer than its set time.</param>
[GenerateSerializer, Alias("segment-facts"), Immutable]
public sealed record SegmentFacts(
    SegmentId Id,
    long CauseVersion,
    ImmutableArray<Cause> Causes,
    int? CommandedPermille,
    int? ObservedPermille,
    Disagreement? Disagreement)
{
    /// <summary>The least level of all causes, 1000 without any.</summary>
    public int CeilingPermille => Causes.IsEmpty ? 1000 : Causes.Min(cause => cause.LevelPermille);
}

/// <summary>A sensor that contradicts what the rules infer, or what was ordered; nobody is silently believed.</summary>
/// <param name="OrderedPermille">The ordered position that a switch is not seen in; null where a measurement contradicts the rules.</param>
[GenerateSerializer, Alias("disagreement"), Immutable]
public sealed record Disagreement(
    SensorId Sensor, int ObservedPermille, int InferredPermille, DateTimeOffset Since, int? OrderedPermille = null);
