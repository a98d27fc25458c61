using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>What a segment's grain keeps: its causes, and what was last decided of it.</summary>
/// <param name="Decided">The last commit it saw; batch 0 before the first.</param>
/// <param name="Heard">Per sensor the highest sequence of what it told, so that repeats do nothing.</param>
/// <param name="RecentRequests">The newest commands carried out, so that a repeated one does nothing.</param>
/// <param name="Evidence">What each of its sensors says; sorted by sensor.</param>
/// <param name="DueAt">When what is not yet a disagreement becomes one if nothing changes; null = never.</param>
/// <param name="AlertVersion">Of the last word to its alert; each is higher than the one before.</param>
[GenerateSerializer, Alias("segment-state"), Immutable]
public sealed record SegmentState(
    SegmentFacts Facts,
    SegmentCommit Decided,
    ImmutableDictionary<string, long> Heard,
    ImmutableArray<string> RecentRequests,
    ImmutableArray<SegmentEvidence> Evidence,
    DateTimeOffset? DueAt = null,
    long AlertVersion = 0)
{
    /// <summary>A segment nobody has touched: a normally-open tie begins with its position at 0, all else without causes.</summary>
    public static SegmentState New(Segment segment) => new(
        new(segment.Id, 0, SegmentRules.FoundingCauses(segment), segment.NormallyOpen ? 0 : null, null, null),
        NothingDecided(segment.Id),
        ImmutableDictionary<string, long>.Empty,
        [],
        []);

    /// <summary>Before its first commit.</summary>
    public static SegmentCommit NothingDecided(SegmentId segment) => new(segment, 0, 1000, null);
}

/// <summary>What one sensor says of its segment.</summary>
/// <param name="LevelPermille">The level that a measurement speaks for, or the position that a switch is seen in.</param>
/// <param name="ContradictsSince">Since when it differs from what it is held against by more than its tolerance; null while it agrees.</param>
[GenerateSerializer, Alias("segment-evidence"), Immutable]
public sealed record SegmentEvidence(SensorId Sensor, int LevelPermille, DateTimeOffset? ContradictsSince);
