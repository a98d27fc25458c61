using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>How a segment and a network answer the coordinator: their own rule, and nothing else.</summary>
public static class SegmentEvaluation
{
    /// <summary>Evaluates from what the segment itself was last told; a segment that missed a commit says so.</summary>
    public static SegmentAnswer Answer(SegmentPlan plan, SegmentCommit decided, SegmentAsk ask) =>
        OperatorRules.Remembers(plan.Rule) && decided.Batch != ask.LastDecided
            ? new(ask.Segment, ask.Ticket, true, 0, 0, 0, null, null)
            : Evaluate(plan, decided.Operator, ask);

    /// <summary>Evaluates from a given memory of battery and restart window.</summary>
    public static SegmentAnswer Evaluate(SegmentPlan plan, OperatorState? memory, SegmentAsk ask)
    {
        var context = new RuleContext(ask.At, ask.CeilingBeforePermille, ask.CeilingAfterPermille, ask.Started, ask.ReachPermille);
        if (ask.Phase == Phase.Down)
        {
            var down = RuleEvaluation.Down(plan.Rule, memory, context, LevelOf);
            return new(ask.Segment, ask.Ticket, false, down.LevelPermille, down.PassPermille, down.GivePermille, null, null);
        }

        var up = RuleEvaluation.Up(plan.Rule, memory, context, LevelOf);
        var after = OperatorRules.After(plan.Rule, memory, ask.At, ask.Started, up);
        return new(
            ask.Segment, ask.Ticket, false, up.LevelPermille, up.PassPermille, up.GivePermille,
            after, OperatorRules.NextTimer(plan.Rule, after, ask.At));

        int LevelOf(SegmentId supplier) => ask.Suppliers[plan.Suppliers.IndexOf(supplier)];
    }

    /// <summary>What the widest paths bring the members of a network, in the order of its plan.</summary>
    public static ImmutableArray<short> Reach(NetworkPlan plan, ImmutableArray<short> pass, ImmutableArray<short> give)
    {
        var reach = new short[plan.Members.Length];
        plan.Paths.Reach(pass.AsSpan(), give.AsSpan(), reach, new LevelQueue());
        return ImmutableCollectionsMarshal.AsImmutableArray(reach);
    }
}
