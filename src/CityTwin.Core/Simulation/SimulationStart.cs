using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>The state of a city that a run starts from: a new city, or the live one read out at an instant.</summary>
/// <param name="At">In ticks since 1970-01-01 UTC, as it was settled.</param>
/// <param name="Segments">Sorted by id; a segment that is missing begins as in a new city.</param>
[GenerateSerializer, Alias("simulation-start"), Immutable]
public sealed record SimulationStart(CityHash City, long At, ImmutableArray<SegmentStart> Segments)
{
    /// <summary>When a run begins if nothing else says so: a fixed instant, so that the same run gives the same bytes.</summary>
    public static readonly DateTimeOffset DefaultAt = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);

    /// <summary>A new city: all full, except that normally-open ties are open.</summary>
    public static SimulationStart New(City city, DateTimeOffset at)
    {
        var kernel = Kernel.Compile(city);
        var ties = city.Segments.Where(segment => segment.NormallyOpen).Select(segment => segment.Id).ToHashSet();
        var state = KernelState.Begin(
            kernel, at.ToUnixTimeMilliseconds(), ceilings: [.. ties.Select(tie => new CeilingSetting(kernel.IndexOf(tie), 0))]);
        var open = new Cause(SegmentRules.PositionCause, 0, "definition", "normally open", at);
        return Of(city.Hash, state, segment => ties.Contains(segment) ? [open] : []);
    }

    /// <summary>The state itself, of a kernel of this very city.</summary>
    public KernelState ToState(Kernel kernel, KernelLimits? limits = null)
    {
        var known = Segments.ToDictionary(segment => segment.Id);
        return KernelState.Restore(kernel, At, [.. kernel.Segments.Select(id => known.TryGetValue(id, out var segment)
            ? new SegmentSnapshot(segment.CeilingPermille, segment.LevelPermille, segment.Operator)
            : new SegmentSnapshot(1000, 1000, null))], limits);
    }

    /// <summary>Reads out a state.</summary>
    public static SimulationStart Of(CityHash city, KernelState state, Func<SegmentId, ImmutableArray<Cause>> causesOf) => new(
        city,
        state.Now,
        [.. state.Kernel.Segments.Select((id, s) => new SegmentStart(id, state.LevelOf(s), state.OperatorOf(s), causesOf(id))).OrderBy(segment => segment.Id)]);
}

/// <summary>One segment of a <see cref="SimulationStart"/>.</summary>
/// <param name="Causes">Sorted by name; none = ceiling 1000.</param>
[GenerateSerializer, Alias("segment-start"), Immutable]
public sealed record SegmentStart(SegmentId Id, int LevelPermille, OperatorState? Operator, ImmutableArray<Cause> Causes)
{
    /// <summary>The least of its causes.</summary>
    public int CeilingPermille => Causes.IsEmpty ? 1000 : Causes.Min(cause => cause.LevelPermille);
}
