using System.Collections.Immutable;
using CityTwin.Core.Cascades;

namespace CityTwin.Core.Views;

/// <summary>A decided batch with what it changed, as kept for some time by every view.</summary>
/// <param name="Levels">Each segment whose level changed, sorted by id.</param>
public sealed record CascadeView(BatchDecided Batch, ImmutableArray<LevelStep> Levels, long ChangedAt) : IChanging
{
    public int Lowered => Levels.Count(step => step.AfterPermille < step.BeforePermille);

    public int Raised => Levels.Count(step => step.AfterPermille > step.BeforePermille);
}
