using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// The first batch of a city. All levels, charges and windows are full, the normally-open ties take their position,
/// and everything settles once: the greatest fixed point, from which a battery with too little input drains at once.
/// </summary>
public sealed record Founding(CoordinatorState State, BatchDecided Batch, KernelCheckpoint Checkpoint)
{
    /// <summary>The segments that do not begin full.</summary>
    public ImmutableArray<LevelStep> Moved =>
        [.. Batch.Settled.Where(settled => settled.LevelPermille != 1000).Select(settled => new LevelStep(settled.Segment, 1000, settled.LevelPermille))];

    public static Founding Of(City city, CascadePlan plan, long at)
    {
        var positions = city.Segments.Where(segment => segment.NormallyOpen).Select(SegmentRules.FoundingPosition);
        return Of(plan, [.. positions], at);
    }

    public static Founding Of(CascadePlan plan, ImmutableArray<CeilingChange> positions, long at)
    {
        var memory = CascadeMemory.New(plan);
        var batch = new BatchDecided(1, at, plan.Definition, positions, [], SettleAlone.Everything(memory, memory, new(1, at, positions, [])));
        memory.Apply(batch);
        var state = CoordinatorState.New(plan.Definition, at) with { LastNumber = 1 };
        return new(state, batch, memory.Checkpoint(1, at));
    }
}
