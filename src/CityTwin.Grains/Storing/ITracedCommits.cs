using System.Collections.Immutable;
using System.Diagnostics;

namespace CityTwin.Grains.Storing;

/// <summary>Hears of what other silos have committed under a trace that somebody records.</summary>
public interface ITracedCommits
{
    /// <param name="seq">Where the last of the changes stands in the change log.</param>
    /// <param name="kinds">Of the changes.</param>
    /// <param name="writer">The span that wrote them.</param>
    void Heard(long seq, ImmutableArray<string> kinds, ActivityContext writer);
}
