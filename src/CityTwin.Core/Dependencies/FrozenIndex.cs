using System.Collections.Frozen;
using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>The place of each segment in a list that never changes.</summary>
internal sealed class FrozenIndex(IEnumerable<SegmentId> segments)
{
    private readonly FrozenDictionary<SegmentId, int> _places =
        segments.Select((segment, place) => (segment, place)).ToFrozenDictionary(pair => pair.segment, pair => pair.place);

    /// <exception cref="ArgumentException">No such segment: a rule names what does not exist.</exception>
    public int this[SegmentId segment] => _places.TryGetValue(segment, out var place)
        ? place
        : throw new ArgumentException($"There is no segment '{segment}'.", nameof(segment));

    public bool TryGet(SegmentId segment, out int place) => _places.TryGetValue(segment, out place);
}
