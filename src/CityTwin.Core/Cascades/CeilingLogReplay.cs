using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// Takes the kernel through the ceiling log, batch by batch, at the times and in the order in which they were decided.
/// What it gives is what the live city decided: the one oracle of every test of the live cascade.
/// </summary>
/// <param name="kernelOf">The rules of a definition, or of a part of it that depends on nothing outside.</param>
public sealed class CeilingLogReplay(Func<CityHash, Kernel> kernelOf)
{
    private CityHash _definition;

    /// <summary>As of the batch taken last; null before the first.</summary>
    public KernelState? State { get; private set; }

    /// <summary>Takes the next batch.</summary>
    /// <returns>The segments whose level changed by itself since the last batch: none, where every timer was a batch of its own.</returns>
    public ImmutableArray<SegmentId> Take(BatchDecided batch)
    {
        var kernel = State is null || batch.Definition != _definition ? kernelOf(batch.Definition) : State.Kernel;
        var ceilings = batch.Changes.Where(change => kernel.TryIndexOf(change.Segment, out _))
            .Select(change => new CeilingSetting(kernel.IndexOf(change.Segment), change.CeilingPermille)).ToArray();
        ImmutableArray<SegmentId> moved = [];
        if (State is null)
        {
            State = KernelState.Begin(kernel, batch.At, ceilings: ceilings);
        }
        else
        {
            moved = Advance(State, batch.At - 1);
            if (batch.Definition != _definition)
            {
                State = State.Under(kernel, batch.At, ceilings);
            }
            else
            {
                var started = batch.Starts.SelectMany(start => start.Segments).Where(segment => kernel.TryIndexOf(segment, out _)).Distinct();
                State.Settle(batch.At, ceilings, [.. started.Select(kernel.IndexOf)]);
            }
        }

        _definition = batch.Definition;
        return moved;
    }

    private static ImmutableArray<SegmentId> Advance(KernelState state, long to)
    {
        var segments = state.Kernel.Segments;
        var before = segments.Select(state.LevelOf).ToArray();
        state.Advance(to);
        return [.. segments.Where((segment, i) => state.LevelOf(i) != before[i])];
    }
}
