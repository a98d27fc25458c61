using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CityTwin.Core.Model;

namespace CityTwin.Core.Views.Filtering;

/// <summary>
/// The places of all things by the value of a field that the definition alone decides. A filter that asks for one value
/// then looks at those places only. Made once per definition, when first asked for, and gone with it.
/// </summary>
/// <param name="valuesOf">The values in the order of the definition; null = absent.</param>
public sealed class PostingLists(Func<City, IEnumerable<string?>> valuesOf)
{
    private readonly ConditionalWeakTable<CityIndex, FrozenDictionary<string, ImmutableArray<int>>> _lists = [];

    /// <summary>Where the field has this value, ascending.</summary>
    public ImmutableArray<int> Of(CityIndex index, string value) =>
        _lists.GetValue(index, Make).TryGetValue(value, out var places) ? places : [];

    private FrozenDictionary<string, ImmutableArray<int>> Make(CityIndex index) => valuesOf(index.City)
        .Select((value, place) => (value, place))
        .Where(pair => pair.value is not null)
        .GroupBy(pair => pair.value!, pair => pair.place, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);
}
