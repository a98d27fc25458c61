using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>One explanation: walks from a level to who is responsible for it, each segment told once.</summary>
internal sealed class CauseSearch(KernelState state, Func<SegmentId, ImmutableArray<Cause>> causesOf)
{
    private readonly HashSet<SegmentId> _told = [];
    private readonly HashSet<SegmentId> _onTheWay = [];

    public CauseChain Explain(SegmentId segment) => Of(segment, inPassing: false);

    public ImmutableArray<CauseChain> Explain(Expression expression) => Behind(expression);

    /// <param name="inPassing">True when asked what a member lets pass, which is not held by what reaches it.</param>
    private CauseChain Of(SegmentId segment, bool inPassing)
    {
        var s = state.Kernel.IndexOf(segment);
        var level = state.LevelOf(s);
        if (!_told.Add(segment))
        {
            return new(segment, level, _onTheWay.Contains(segment) ? CauseTerm.Ring : CauseTerm.Told, null, null, []);
        }

        if (_told.Count > CauseChain.SegmentsMax)
        {
            return new(segment, level, CauseTerm.Limit, null, null, []);
        }

        _onTheWay.Add(segment);
        var chain = Decide(segment, s, level, inPassing);
        _onTheWay.Remove(segment);
        return chain;
    }

    private CauseChain Decide(SegmentId segment, int s, int level, bool inPassing)
    {
        var rule = state.Kernel.Rules[s];
        var needs = ExpressionRules.Evaluate(rule.Needs, state.LevelOf);
        // A window that nothing will release is low because nothing reaches it: it holds nobody else's path.
        var window = ReleaseOf(rule, s) is null ? 1000 : WindowOf(rule, s);
        var held = inPassing ? Math.Min(state.CeilingOf(s), Math.Min(needs, window)) : level;
        CauseChain Chain(CauseTerm term, ImmutableArray<CauseChain> because) => new(segment, level, term, null, null, because);
        if (held == 1000)
        {
            return Chain(CauseTerm.None, []);
        }

        if (state.CeilingOf(s) == held)
        {
            var cause = causesOf(segment).OrderBy(cause => cause.LevelPermille).ThenBy(cause => cause.Name, StringComparer.Ordinal).FirstOrDefault();
            return Chain(CauseTerm.Ceiling, []) with { Cause = cause };
        }

        if (needs == held)
        {
            return Chain(CauseTerm.Needs, Behind(rule.Needs!));
        }

        return inPassing || InputOf(rule, s) > held ? Chain(CauseTerm.Restart, []) with { Until = ReleaseOf(rule, s) }
            : rule.Membership is not null ? Chain(CauseTerm.Network, Wall(s, held + 1))
            : Fed(segment, s, rule);
    }

    /// <summary>What comes in from the side of supply.</summary>
    private int InputOf(SegmentRule rule, int s) =>
        rule.Membership is not null ? state.ReachOf(s) : Given(rule, s).Given;

    private (int Given, bool IsCharged) Given(SegmentRule rule, int s)
    {
        var supply = ExpressionRules.Evaluate(rule.Supply, state.LevelOf);
        var isCharged = OperatorRules.IsCharged(rule, state.OperatorOf(s), state.Now);
        return (rule.Backup is { } backup ? BackupRules.Output(backup, supply, isCharged) : supply, isCharged);
    }

    private CauseChain Fed(SegmentId segment, int s, SegmentRule rule)
    {
        var (_, isCharged) = Given(rule, s);
        var term = rule.Backup is null ? CauseTerm.Supply : isCharged ? CauseTerm.Backup : CauseTerm.EmptyBackup;
        return new(segment, state.LevelOf(s), term, null, null, rule.Supply is { } supply ? Behind(supply) : []);
    }

    private int WindowOf(SegmentRule rule, int s) => rule.RestartLagTicks is { } lag
        ? RestartRules.Least(state.OperatorOf(s)!.Window, lag, state.Now)
        : 1000;

    private long? ReleaseOf(SegmentRule rule, int s) => rule.RestartLagTicks is { } lag
        ? RestartRules.NextRelease(state.OperatorOf(s)!.Window, lag, state.Now)
        : null;

    private ImmutableArray<CauseChain> Behind(Expression expression) =>
        [.. Responsible(expression).Distinct().Select(supplier => Of(supplier, inPassing: false))];

    /// <summary>The suppliers that would have to give more for an expression to give more.</summary>
    private IEnumerable<SegmentId> Responsible(Expression expression)
    {
        int Value(Expression term) => ExpressionRules.Evaluate(term, state.LevelOf);
        var value = Value(expression);
        return expression switch
        {
            Supplier supplier => value < 1000 ? [supplier.Segment] : [],
            Least least => least.Of.Where(term => Value(term) == value).SelectMany(Responsible),
            KthLargest votes => votes.Of.Where(term => Value(term) <= value).SelectMany(Responsible),
            _ => ExpressionRules.Terms(expression).SelectMany(Responsible),
        };
    }

    /// <summary>
    /// The wall around a member: everybody who keeps a path of this width from reaching it, found by walking outwards
    /// over those who would let it pass. A member that is only restarting because nothing reaches it is walked over.
    /// Ties that are open by position come last: they are a way out, rarely the reason.
    /// </summary>
    private ImmutableArray<CauseChain> Wall(int from, int width)
    {
        var tables = state.Kernel.Tables;
        var network = tables.Networks.Single(network =>
            tables.SlotOfSegment[from] >= network.FirstSlot && tables.SlotOfSegment[from] < network.FirstSlot + network.Shape.MemberCount);
        int SegmentOf(int member) => tables.Vertices[network.MemberVertex[member]].Owner;
        var seen = new HashSet<int> { tables.SlotOfSegment[from] - network.FirstSlot };
        var walk = new Queue<int>(seen);
        var wall = new List<(int Segment, bool IsSource)>();
        while (walk.TryDequeue(out var member))
        {
            var segment = SegmentOf(member);
            if (state.Kernel.Rules[segment].Membership!.IsSource && Given(state.Kernel.Rules[segment], segment).Given < width)
            {
                wall.Add((segment, true));
            }

            foreach (var neighbour in network.Shape.NeighboursOf(member))
            {
                if (!seen.Add(neighbour))
                {
                    continue;
                }

                if (LetsPass(SegmentOf(neighbour), width))
                {
                    walk.Enqueue(neighbour);
                }
                else
                {
                    wall.Add((SegmentOf(neighbour), false));
                }
            }
        }

        return [.. wall.OrderBy(item => IsOpenTie(item.Segment)).Select(item => item.IsSource
            ? Source(item.Segment)
            : Of(state.Kernel.Segments[item.Segment], inPassing: true))];
    }

    private CauseChain Source(int s)
    {
        var segment = state.Kernel.Segments[s];
        return _told.Add(segment)
            ? Fed(segment, s, state.Kernel.Rules[s])
            : _onTheWay.Contains(segment)
                ? Fed(segment, s, state.Kernel.Rules[s])
                : new(segment, state.LevelOf(s), CauseTerm.Told, null, null, []);
    }

    private bool LetsPass(int s, int width)
    {
        var rule = state.Kernel.Rules[s];
        var open = Math.Min(state.CeilingOf(s), ExpressionRules.Evaluate(rule.Needs, state.LevelOf));
        return open >= width && (WindowOf(rule, s) >= width || state.ReachOf(s) < width);
    }

    private bool IsOpenTie(int s) =>
        causesOf(state.Kernel.Segments[s]) is [{ Name: SegmentRules.PositionCause }];
}
