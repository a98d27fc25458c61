using System.Collections.Immutable;

namespace CityTwin.Core.Views.Filtering;

/// <summary>Which things a filter can mean at all, from posting lists; the match still decides each of them.</summary>
internal static class Candidates
{
    /// <summary>Alternatives with more places than these together are not merged: going through everything is then no dearer.</summary>
    private const int MergedMax = 4096;

    /// <returns>Places, ascending, that hold all that match; null when only looking at everything will tell.</returns>
    public static ImmutableArray<int>? Of<T>(FilterSchema<T> schema, FilterExpression? filter, CityIndex index)
    {
        switch (filter)
        {
            case Comparison { Operator: FilterOperator.Equal, Value.IsStar: false } comparison:
                var field = schema.Fields[comparison.Path];
                return field.Lists?.Of(index, field.Bare(comparison.Value.Text));
            case AllOf all:
                ImmutableArray<int>? fewest = null;
                foreach (var term in all.Terms)
                {
                    if (Of(schema, term, index) is { } places && !(places.Length >= fewest?.Length))
                    {
                        fewest = places;
                    }
                }

                return fewest;
            case AnyOf any:
                var together = new List<int>();
                foreach (var term in any.Terms)
                {
                    if (Of(schema, term, index) is not { } places || together.Count + places.Length > MergedMax)
                    {
                        return null;
                    }

                    together.AddRange(places);
                }

                return [.. together.Distinct().Order()];
            default:
                return null;
        }
    }
}
