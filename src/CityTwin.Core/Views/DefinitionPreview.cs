using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Views;

/// <summary>What a changed definition would do to the levels of the city as it is, on a fork of it.</summary>
public static class DefinitionPreview
{
    /// <param name="now">In ticks.</param>
    /// <returns>Each segment whose level would move, sorted by id; a new one counts as coming from 1000.</returns>
    /// <exception cref="KernelLimitException">The changed city does not come to rest.</exception>
    public static ImmutableArray<LevelStep> Of(CityVersion version, City after, long now)
    {
        var kernel = Kernel.Compile(after);
        var before = version.Fork(now).ToState(version.Index.Kernel);
        var positions = after.Segments
            .Where(segment => segment.NormallyOpen && version.Index.Find(segment.Id) is null)
            .Select(segment => new CeilingSetting(kernel.IndexOf(segment.Id), 0)).ToArray();
        var settled = before.Under(kernel, before.Now + 1, positions);
        return
        [
            .. kernel.Segments.Select((id, s) => new LevelStep(id, version.LevelOf(id), settled.LevelOf(s)))
                .Where(step => step.BeforePermille != step.AfterPermille).OrderBy(step => step.Segment),
        ];
    }
}
