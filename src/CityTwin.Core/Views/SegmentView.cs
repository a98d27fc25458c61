using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Views;

/// <summary>A segment in one version of the city: what its grain published, and what the batches decided of it.</summary>
/// <param name="Facts">Its causes and what is commanded and observed; null before its grain first published.</param>
/// <param name="CeilingPermille">As of the last batch; its facts may already be ahead of that.</param>
/// <param name="CauseVersion">The version of the last ceiling change that a batch took from it.</param>
/// <param name="LevelPermille">As decided, 0..1000.</param>
/// <param name="Operator">Battery and restart window; null when the rule has neither or nothing was decided yet.</param>
/// <param name="NextTimer">When battery or window change its level next without any event, in ticks; null = never.</param>
/// <param name="LevelBatch">The batch that last changed its level, 0 when none did.</param>
/// <param name="LastDecided">The last batch that concerned it, 0 when none did.</param>
public sealed record SegmentView(
    SegmentFacts? Facts,
    int CeilingPermille,
    long CauseVersion,
    int LevelPermille,
    OperatorState? Operator,
    long? NextTimer,
    long LevelBatch,
    long LastDecided,
    long ChangedAt) : IChanging
{
    public static SegmentView New { get; } = new(null, 1000, 0, 1000, null, null, 0, 0, 0);
}
