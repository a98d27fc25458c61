using System.Collections.Immutable;

namespace CityTwin.Core.Cascades;

/// <summary>
/// A settle in which the coordinator answers its own questions, by the same rules as grains would. For what concerns the
/// whole city at once, a founding or a changed definition: no grain has been told anything of it yet, and a city of
/// 100,000 segments should not activate them all for it.
/// </summary>
internal static class SettleAlone
{
    /// <summary>Settles everything, from what the memory holds as the bound from above, and keeps what flows in networks.</summary>
    /// <param name="memory">Under the definition to settle by.</param>
    /// <param name="before">What is known already.</param>
    /// <returns>What is not known yet, sorted by id.</returns>
    public static ImmutableArray<SegmentSettled> Everything(CascadeMemory memory, CascadeMemory before, OpenBatch batch)
    {
        var run = new SettleRun(memory);
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        run.BeginAll(batch, effects);
        for (var next = 0; next < effects.Count; next++)
        {
            switch (effects[next])
            {
                case AskSegment { Ask: var ask }:
                    var segment = memory.Plan.Find(ask.Segment)!;
                    run.Take(SegmentEvaluation.Evaluate(segment, memory.Operator[segment.Vertex], ask), effects);
                    break;
                case AskNetwork { Ask: var ask }:
                    run.Take(new NetworkAnswer(ask.Network, ask.Ticket, SegmentEvaluation.Reach(memory.Plan.Find(ask.Network)!, ask.Pass, ask.Give)), effects);
                    break;
            }
        }

        Invariant.Hold(run.IsSettled, "A settle without grains ends by itself.");
        run.Keep();
        return run.Settled(before);
    }
}
