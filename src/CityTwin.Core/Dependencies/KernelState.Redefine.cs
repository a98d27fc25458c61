using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>How a state goes on under a changed definition.</summary>
public sealed partial class KernelState
{
    /// <summary>
    /// This state under another definition, settled at a tick: a segment that is in both keeps level, ceiling and restart
    /// window, and of its battery the share of a full charge; what is new begins as in a new city. This state is taken to
    /// the tick before.
    /// </summary>
    /// <param name="kernel">Of the changed definition.</param>
    /// <param name="at">Later than <see cref="Now"/>.</param>
    /// <param name="ceilings">What changes in the same batch, in segments of <paramref name="kernel"/>: the positions of new ties.</param>
    /// <exception cref="KernelLimitException">Too many rounds or timers.</exception>
    public KernelState Under(Kernel kernel, long at, ReadOnlySpan<CeilingSetting> ceilings)
    {
        Advance(at - 1);
        var old = Kernel.Segments.Select((segment, place) => (segment, place)).ToDictionary(pair => pair.segment, pair => pair.place);
        var begin = ImmutableArray.CreateBuilder<SegmentSnapshot>(kernel.Segments.Length);
        for (var s = 0; s < kernel.Segments.Length; s++)
        {
            begin.Add(old.TryGetValue(kernel.Segments[s], out var before)
                ? Read(before) with { Operator = OperatorRules.Under(Kernel.Rules[before], kernel.Rules[s], OperatorOf(before), at) }
                : new(1000, 1000, OperatorRules.New(kernel.Rules[s], at)));
        }

        var state = Restore(kernel, at - 1, begin.MoveToImmutable().AsSpan(), Limits);
        state.SettleEverything(at, ceilings, []);
        return state;
    }
}
