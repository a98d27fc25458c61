using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// The first batch of a city. All levels, charges and windows are full, the normally-open ties take their position,
/// and everything settles once: the greatest fixed point, from which a battery with too little input drains at once.
/// </summary>
/// <remarks>No grain has been told anything yet, so the coordinator answers its own questions, by the same rules.</remarks>
public sealed record Founding(CoordinatorState State, BatchDecided Batch, KernelCheckpoint Checkpoint)
{
    public static Founding Of(City city, CascadePlan plan, long at)
    {
        var positions = city.Segments.Where(segment => segment.NormallyOpen)
            .Select(segment => new CeilingChange(segment.Id, 0, 0, SegmentRules.FoundingCauses(segment)[0]));
        return Of(plan, [.. positions], at);
    }

    public static Founding Of(CascadePlan plan, ImmutableArray<CeilingChange> positions, long at)
    {
        var memory = CascadeMemory.New(plan);
        var open = new OpenBatch(1, at, positions, []);
        var run = new SettleRun(memory);
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        run.BeginAll(open, effects);
        for (var next = 0; next < effects.Count; next++)
        {
            switch (effects[next])
            {
                case AskSegment { Ask: var ask }:
                    var segment = plan.Find(ask.Segment)!;
                    run.Take(SegmentEvaluation.Evaluate(segment, memory.Operator[segment.Vertex], ask), effects);
                    break;
                case AskNetwork { Ask: var ask }:
                    run.Take(new NetworkAnswer(ask.Network, ask.Ticket, SegmentEvaluation.Reach(plan.Find(ask.Network)!, ask.Pass, ask.Give)), effects);
                    break;
            }
        }

        Invariant.Hold(run.IsSettled, "A founding batch settles by itself.");
        var batch = new BatchDecided(1, at, plan.Definition, positions, [], run.Settled());
        memory.Apply(batch);
        var state = CoordinatorState.New(plan.Definition, at) with { LastNumber = 1 };
        return new(state, batch, memory.Checkpoint(1, at));
    }
}
