using System.Collections.Frozen;
using System.Collections.Immutable;

namespace CityTwin.Core.Views.Filtering;

/// <summary>What filters on one kind of thing may name.</summary>
/// <param name="Fields">By path.</param>
/// <param name="Functions">By name. Each takes the version and the argument and gives a match, or null for an argument that names nothing.</param>
public sealed record FilterSchema<T>(
    FrozenDictionary<string, FilterField<T>> Fields,
    FrozenDictionary<string, Func<CityVersion, string, Match<T>?>> Functions)
{
    /// <summary>Makes a filter ready to run.</summary>
    /// <param name="version">Any version of the definition that it will be run on.</param>
    public (Match<T>? Match, FilterFault? Fault) Compile(FilterExpression? filter, CityVersion version)
    {
        if (filter is null)
        {
            return (static (_, _) => true, null);
        }

        FilterFault? fault = null;
        var match = Compile(filter, version, ref fault);
        return fault is null ? (match, null) : (null, fault);
    }

    /// <summary>The places to look at for what a filter without fault means, ascending; null = all.</summary>
    public ImmutableArray<int>? Narrow(FilterExpression? filter, CityIndex index) => Candidates.Of(this, filter, index);

    private Match<T> Compile(FilterExpression filter, CityVersion version, ref FilterFault? fault)
    {
        switch (filter)
        {
            case AllOf all:
                var everyOne = Compile(all.Terms, version, ref fault);
                return (city, item) =>
                {
                    foreach (var term in everyOne)
                    {
                        if (!term(city, item))
                        {
                            return false;
                        }
                    }

                    return true;
                };
            case AnyOf any:
                var anyOne = Compile(any.Terms, version, ref fault);
                return (city, item) =>
                {
                    foreach (var term in anyOne)
                    {
                        if (term(city, item))
                        {
                            return true;
                        }
                    }

                    return false;
                };
            case Negation negation:
                var negated = Compile(negation.Term, version, ref fault);
                return (city, item) => !negated(city, item);
            case FunctionCall call:
                return Compile(call, version, ref fault);
            default:
                return Compile((Comparison)filter, ref fault);
        }
    }

    private Match<T>[] Compile(IReadOnlyList<FilterExpression> terms, CityVersion version, ref FilterFault? fault)
    {
        var matches = new Match<T>[terms.Count];
        for (var i = 0; i < matches.Length; i++)
        {
            matches[i] = Compile(terms[i], version, ref fault);
        }

        return matches;
    }

    private Match<T> Compile(FunctionCall call, CityVersion version, ref FilterFault? fault)
    {
        if (!Functions.TryGetValue(call.Function, out var function))
        {
            return Fail(ref fault, call.Position, "FILTER_UNKNOWN_FUNCTION", $"There is no function '{call.Function}' here; there are {Listed(Functions.Keys)}.");
        }

        return function(version, call.Argument.Text)
            ?? Fail(ref fault, call.Argument.Position, "FILTER_UNKNOWN_NAME", $"{call.Function} does not know '{call.Argument.Text}'.");
    }

    private Match<T> Compile(Comparison comparison, ref FilterFault? fault)
    {
        if (!Fields.TryGetValue(comparison.Path, out var field))
        {
            return Fail(ref fault, comparison.Position, "FILTER_UNKNOWN_FIELD", $"There is no field '{comparison.Path}' here; there are {Listed(Fields.Keys)}.");
        }

        var (match, found) = Comparisons.Of(field, comparison);
        fault ??= found;
        return match;
    }

    private static Match<T> Fail(ref FilterFault? fault, int position, string code, string text)
    {
        fault ??= new(position, code, text);
        return static (_, _) => false;
    }

    private static string Listed(IEnumerable<string> names) =>
        names.Any() ? string.Join(", ", names.Order(StringComparer.Ordinal)) : "none";
}
