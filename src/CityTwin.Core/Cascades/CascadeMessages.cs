using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>The two halves of a settle, with a barrier between them.</summary>
public enum Phase
{
    /// <summary>Levels only fall: the greatest solution below what was.</summary>
    Down,

    /// <summary>Levels only rise: the least solution above what the down phase left.</summary>
    Up,
}

/// <summary>
/// Names one question of one settle. An answer that does not carry the ticket of the question now open is stale
/// and is refused: numbers never repeat within an incarnation, and incarnations only grow.
/// </summary>
[GenerateSerializer, Alias("ask-ticket"), Immutable]
public readonly record struct AskTicket(long Incarnation, long Batch, long Number);

/// <summary>The coordinator asks a segment to evaluate its own rule. The segment saves nothing.</summary>
/// <param name="At">The instant of the batch, in ticks.</param>
/// <param name="CeilingBeforePermille">Its ceiling as of the previous batch.</param>
/// <param name="CeilingAfterPermille">Its ceiling as of this batch; what came later waits for the next one.</param>
/// <param name="LastDecided">The last batch whose commit concerned it: one that missed it asks for it first.</param>
/// <param name="Started">True when this batch starts it.</param>
/// <param name="ReachPermille">For a member of a network: what the widest path brings it.</param>
/// <param name="Suppliers">The levels its rule reads, in the order of <c>SegmentPlan.Suppliers</c>.</param>
/// <param name="Definition">By which definition; a silo that does not have it loads it first.</param>
[GenerateSerializer, Alias("segment-ask"), Immutable]
public sealed record SegmentAsk(
    SegmentId Segment,
    AskTicket Ticket,
    Phase Phase,
    long At,
    int CeilingBeforePermille,
    int CeilingAfterPermille,
    long LastDecided,
    bool Started,
    int ReachPermille,
    ImmutableArray<short> Suppliers,
    CityHash Definition);

/// <summary>A segment's own evaluation of its rule.</summary>
/// <param name="IsBehind">True when it has not seen its last commit; the other values then mean nothing.</param>
/// <param name="LevelPermille">What the rule gives, before the coordinator holds it against the phase's bound.</param>
/// <param name="PassPermille">For a member: min(ceiling, needs, restart window), what a path through it can carry.</param>
/// <param name="GivePermille">For a source: what it feeds into its network.</param>
/// <param name="Operator">Battery and restart window from this instant on; null when the rule has neither.</param>
/// <param name="NextTimer">When battery or window change the level next without any event, in ticks; null = never.</param>
[GenerateSerializer, Alias("segment-answer"), Immutable]
public sealed record SegmentAnswer(
    SegmentId Segment,
    AskTicket Ticket,
    bool IsBehind,
    int LevelPermille,
    int PassPermille,
    int GivePermille,
    OperatorState? Operator,
    long? NextTimer);

/// <summary>The coordinator asks a network for its widest paths.</summary>
/// <param name="Pass">Of each member, in the order of <c>NetworkPlan.Members</c>.</param>
/// <param name="Give">Of each member, 0 for all but sources.</param>
/// <param name="Definition">By which definition; a silo that does not have it loads it first.</param>
[GenerateSerializer, Alias("network-ask"), Immutable]
public sealed record NetworkAsk(
    NetworkId Network, AskTicket Ticket, ImmutableArray<short> Pass, ImmutableArray<short> Give, CityHash Definition);

/// <summary>What the widest path brings each member, in the order of <c>NetworkPlan.Members</c>.</summary>
[GenerateSerializer, Alias("network-answer"), Immutable]
public sealed record NetworkAnswer(NetworkId Network, AskTicket Ticket, ImmutableArray<short> Reach);

/// <summary>What a decided batch means for one segment; repeated until acknowledged.</summary>
[GenerateSerializer, Alias("segment-commit"), Immutable]
public sealed record SegmentCommit(SegmentId Segment, long Batch, int LevelPermille, OperatorState? Operator);
