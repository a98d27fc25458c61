using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>What a segment's own rule gives at one moment of a settle, before it is held against the phase's bound.</summary>
/// <param name="LevelPermille">min(ceiling, window, input).</param>
/// <param name="PassPermille">min(ceiling, needs, window): what a network path through it can carry. It does not ask what reaches it.</param>
/// <param name="GivePermille">What a source feeds into its network, 0 for all others.</param>
/// <param name="BackupInputPermille">What its own supply gives.</param>
/// <param name="RestartInputPermille">min(needs, backup(supply)), or of a member min(needs, what reaches it).</param>
public readonly record struct RuleEvaluation(
    int LevelPermille,
    int PassPermille,
    int GivePermille,
    int BackupInputPermille,
    int RestartInputPermille)
{
    /// <summary>
    /// The down phase of a settle: the lower of old and new ceiling, and a window that still holds what is just being
    /// released.
    /// </summary>
    public static RuleEvaluation Down(SegmentRule rule, OperatorState? state, RuleContext context, Func<SegmentId, int> levelOf) =>
        Evaluate(rule, state, context, Math.Min(context.CeilingBeforePermille, context.CeilingAfterPermille), context.At - 1, levelOf);

    /// <summary>The up phase: the new ceiling and the window as it is now.</summary>
    public static RuleEvaluation Up(SegmentRule rule, OperatorState? state, RuleContext context, Func<SegmentId, int> levelOf) =>
        Evaluate(rule, state, context, context.CeilingAfterPermille, context.At, levelOf);

    private static RuleEvaluation Evaluate(
        SegmentRule rule, OperatorState? state, RuleContext context, int ceiling, long windowAt, Func<SegmentId, int> levelOf)
    {
        var supply = ExpressionRules.Evaluate(rule.Supply, levelOf);
        var needs = ExpressionRules.Evaluate(rule.Needs, levelOf);
        var given = rule.Backup is { } backup
            ? BackupRules.Output(backup, supply, OperatorRules.IsCharged(rule, state, context.At))
            : supply;
        var window = rule.RestartLagTicks is { } lag && state is not null && !context.IsStarted
            ? RestartRules.Least(state.Window, lag, windowAt)
            : 1000;
        var input = Math.Min(needs, rule.Membership is null ? given : context.ReachPermille);
        return new(
            Math.Min(ceiling, Math.Min(window, input)),
            Math.Min(ceiling, Math.Min(window, needs)),
            rule.Membership is { IsSource: true } ? given : 0,
            supply,
            input);
    }
}

/// <summary>What a segment is told about the batch that is being settled.</summary>
/// <param name="At">The tick of the batch, after the tick of the segment's memory (equal only for a new one).</param>
/// <param name="IsStarted">True when this batch starts it: its window then counts as empty in both phases.</param>
/// <param name="ReachPermille">For a member of a network: what the widest path brings it, a source's own gift included.</param>
public readonly record struct RuleContext(
    long At,
    int CeilingBeforePermille,
    int CeilingAfterPermille,
    bool IsStarted,
    int ReachPermille);
