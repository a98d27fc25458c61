using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>How what a segment's backup and restart remember changes from batch to batch.</summary>
public static class OperatorRules
{
    /// <summary>True when the rule remembers anything at all.</summary>
    public static bool Remembers(SegmentRule rule) => rule.Backup is not null || rule.RestartLagTicks is not null;

    /// <summary>A new segment's memory: full charge, and inputs that were always 1000; null when it remembers nothing.</summary>
    public static OperatorState? New(SegmentRule rule, long at) => Remembers(rule)
        ? new(at, 1000, rule.Backup is { } backup ? BackupRules.Full(backup) : 0, RestartRules.Empty)
        : null;

    /// <summary>True when the backup holds a charge at a tick, from what was settled before it.</summary>
    public static bool IsCharged(SegmentRule rule, OperatorState? state, long at) =>
        rule.Backup is { } backup && ChargeAt(backup, state ?? New(rule, at)!, at) > 0;

    /// <summary>The charge at a tick, from what was settled before it.</summary>
    public static long ChargeAt(Backup backup, OperatorState state, long at) =>
        BackupRules.Elapse(backup, state.Charge, state.BackupInputPermille, at - state.At);

    /// <summary>The memory once a batch is settled; the same instance when nothing is new, so that asking twice writes nothing.</summary>
    /// <param name="isStarted">True when this batch starts the segment: the window forgets what was before.</param>
    public static OperatorState? After(SegmentRule rule, OperatorState? state, long at, bool isStarted, RuleEvaluation settled)
    {
        if (!Remembers(rule))
        {
            return null;
        }

        var before = state ?? New(rule, at)!;
        var window = rule.RestartLagTicks is { } lag
            ? RestartRules.Push(isStarted ? RestartRules.Empty : before.Window, lag, at, settled.RestartInputPermille)
            : RestartRules.Empty;
        var input = rule.Backup is null ? 1000 : settled.BackupInputPermille;
        if (state is not null && input == before.BackupInputPermille && window.AsSpan().SequenceEqual(before.Window.AsSpan()))
        {
            return state;
        }

        var charge = rule.Backup is { } backup ? ChargeAt(backup, before, at) : 0;
        return new(at, input, charge, window);
    }

    /// <summary>
    /// The memory under another rule of the same segment: the window stays; a battery keeps its share of a full charge,
    /// rounded down, and one that was not there before begins full.
    /// </summary>
    public static OperatorState? Under(SegmentRule before, SegmentRule after, OperatorState? state, long at)
    {
        if (!Remembers(after) || state is null)
        {
            return New(after, at);
        }

        var window = after.RestartLagTicks is null ? RestartRules.Empty : state.Window;
        if (before.Backup == after.Backup)
        {
            return state with { Window = window };
        }

        var charge = after.Backup is not { } backup ? 0
            : before.Backup is not { } old ? BackupRules.Full(backup)
            : (long)((Int128)ChargeAt(old, state, at) * BackupRules.Full(backup) / Math.Max(1, BackupRules.Full(old)));
        return new(at, before.Backup is null || after.Backup is null ? 1000 : state.BackupInputPermille, charge, window);
    }

    /// <summary>The first tick after <paramref name="after"/> at which battery or window change the level without any event; null = never.</summary>
    public static long? NextTimer(SegmentRule rule, OperatorState? state, long after)
    {
        if (state is null)
        {
            return null;
        }

        var empties = rule.Backup is { } backup && state.Charge > 0
            ? state.At + BackupRules.TicksUntilEmpty(backup, state.Charge, state.BackupInputPermille)
            : null;
        var releases = rule.RestartLagTicks is { } lag ? RestartRules.NextRelease(state.Window, lag, after) : null;
        return empties > after && !(releases < empties) ? empties : releases;
    }
}
