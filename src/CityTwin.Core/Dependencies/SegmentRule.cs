using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// A segment's rule: x = min(u, restart(min(needs, backup(supply)))). The kernel's time is a plain integer
/// tick; in the product one tick is a millisecond (<see cref="TicksPerSecond"/>).
/// </summary>
/// <param name="Supply">What feeds it; null = 1000. Only a segment outside networks, or a source, may have one.</param>
/// <param name="Needs">What it cannot work without; null = 1000.</param>
/// <param name="Backup">Battery, generator or tank; only outside networks and on sources.</param>
/// <param name="RestartLagTicks">A rise of the input shows exactly this much later; at least 1, null = at once.</param>
/// <param name="Membership">Its place in a network, if it has one.</param>
public sealed record SegmentRule(
    Expression? Supply = null,
    Expression? Needs = null,
    Backup? Backup = null,
    long? RestartLagTicks = null,
    NetworkMembership? Membership = null)
{
    /// <summary>Ticks in a second wherever time is real: a tick is a millisecond.</summary>
    public const long TicksPerSecond = 1000;
}

/// <summary>Covers supply while it holds a charge.</summary>
/// <param name="CoverPermille">What it gives, 0..1000.</param>
/// <param name="EnduranceTicks">How long a full charge gives it with no input, at least 1.</param>
/// <param name="RechargeTicks">From empty to full, at least 1; null = never recharges.</param>
public sealed record Backup(int CoverPermille, long EnduranceTicks, long? RechargeTicks);

/// <summary>A segment's place in a network: a node, a source node, or a link between two nodes.</summary>
/// <param name="Ends">The two nodes that a link joins; null for a node.</param>
/// <param name="IsSource">True for a node with a supply of its own.</param>
public sealed record NetworkMembership(NetworkId Network, LinkEnds? Ends, bool IsSource);

/// <summary>The two nodes a link joins; links work both ways.</summary>
public readonly record struct LinkEnds(SegmentId A, SegmentId B);
