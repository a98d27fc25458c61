using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>What the coordinator wants done; its driver does it in this order and reports back.</summary>
public abstract record CascadeEffect;

/// <summary>
/// Save all of this in one transaction, then call <see cref="CascadeCoordinator.Saved"/>. If the outcome is unknown or
/// another coordinator won, this one is dropped and a new one resumes from storage.
/// </summary>
/// <param name="Decision">With a decision: one row of the change log.</param>
/// <param name="Checkpoint">With some decisions: the row that replaces all older batches as the start of a fold.</param>
public sealed record SaveCoordinator(CoordinatorState State, BatchDecided? Decision, KernelCheckpoint? Checkpoint) : CascadeEffect
{
    /// <summary>The segments whose level the decision moves.</summary>
    public ImmutableArray<LevelStep> Moved { get; init; } = [];
}

/// <summary>Ask the segment's grain; lost questions are asked again by <see cref="CascadeCoordinator.Resend"/>.</summary>
public sealed record AskSegment(SegmentAsk Ask) : CascadeEffect;

/// <summary>Ask the network's grain.</summary>
public sealed record AskNetwork(NetworkAsk Ask) : CascadeEffect;

/// <summary>Tell the segment what was decided, until it acknowledges.</summary>
public sealed record SendCommit(SegmentCommit Commit) : CascadeEffect;

/// <summary>The change is in a saved batch: whoever offered it, or an older version of it, may forget it.</summary>
public sealed record ChangeTaken(SegmentId Segment, long Version) : CascadeEffect;

/// <summary>The start order is in a decided batch, or was before: it shows.</summary>
public sealed record StartTaken(string Request) : CascadeEffect;

/// <summary>This definition is in force from now on: asks and commits that follow are of it.</summary>
public sealed record DefinitionInForce(CityHash Definition) : CascadeEffect;

/// <summary>Tell these grains that the definition changed, each until it says so: then <see cref="CascadeCoordinator.Told(SegmentId)"/>.</summary>
public sealed record TellConcerned(Untold Untold) : CascadeEffect;
