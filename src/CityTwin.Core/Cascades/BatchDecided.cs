using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// One row of the ceiling log, and what it led to. All changes of one instant are one batch; the sequence of
/// batches replayed through the kernel gives the levels, and every view of the city is a fold of these rows.
/// </summary>
/// <param name="Number">1, 2, 3 ... without gap.</param>
/// <param name="At">The instant in ticks (milliseconds since 1970-01-01 UTC); strictly increasing.</param>
/// <param name="Definition">The definition in force from this batch on.</param>
/// <param name="Applied">Who put that definition into force, in the batch that does; null in all others.</param>
/// <param name="Settled">Each segment whose level, battery, window or next timer is new; sorted by id.</param>
[GenerateSerializer, Alias("batch-decided"), Immutable]
public sealed record BatchDecided(
    long Number,
    long At,
    CityHash Definition,
    ImmutableArray<CeilingChange> Changes,
    ImmutableArray<StartOrder> Starts,
    ImmutableArray<SegmentSettled> Settled,
    DefinitionApplied? Applied = null);

/// <summary>A segment as a batch left it.</summary>
/// <param name="NextTimer">When it changes next by itself, in ticks; null = never.</param>
[GenerateSerializer, Alias("segment-settled"), Immutable]
public sealed record SegmentSettled(SegmentId Segment, int LevelPermille, OperatorState? Operator, long? NextTimer);

/// <summary>A segment's level before and after a batch.</summary>
public readonly record struct LevelStep(SegmentId Segment, int BeforePermille, int AfterPermille);

/// <summary>The whole kernel state as of a batch: folds start here instead of at batch 1.</summary>
[GenerateSerializer, Alias("kernel-checkpoint"), Immutable]
public sealed record KernelCheckpoint(long Number, long At, CityHash Definition, ImmutableArray<SegmentCheckpoint> Segments);

/// <summary>One segment in a checkpoint.</summary>
/// <param name="CauseVersion">The version of the last ceiling change taken from it.</param>
/// <param name="LastDecided">The last batch whose commit concerned it.</param>
/// <param name="LevelBatch">The batch that last changed its level, 0 when none did; null in a checkpoint from before this was noted.</param>
[GenerateSerializer, Alias("segment-checkpoint"), Immutable]
public sealed record SegmentCheckpoint(
    SegmentId Segment,
    int CeilingPermille,
    long CauseVersion,
    long LastDecided,
    int LevelPermille,
    OperatorState? Operator,
    long? NextTimer,
    long? LevelBatch = null);
