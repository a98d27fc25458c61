using System.Collections.Immutable;

namespace CityTwin.Core.Views.Filtering;

/// <summary>Reads a filter. It never throws: whatever is wrong comes back with its position.</summary>
/// <remarks>
/// <code>
/// filter     = factor { "AND" factor }
/// factor     = term { "OR" term }
/// term       = [ "NOT" ] ( "(" filter ")" | call | comparison )
/// call       = name "(" value ")"
/// comparison = path operator value
/// operator   = "=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | ":"
/// value      = "quoted" | 'quoted' | bare word | *
/// </code>
/// Terms side by side without AND or OR, a minus for NOT, and wildcards inside values are of AIP-160 and not supported.
/// </remarks>
public static class FilterParser
{
    /// <summary>Longest filter, in characters.</summary>
    public const int LengthMax = 4096;

    /// <summary>Deepest nesting of parentheses and NOT.</summary>
    public const int DepthMax = 32;

    /// <summary>Most comparisons and calls in one filter.</summary>
    public const int TermsMax = 256;

    /// <returns>The filter, null when the text is empty; or what is wrong with it.</returns>
    public static (FilterExpression? Filter, FilterFault? Fault) Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
        {
            return (null, new(LengthMax, "FILTER_TOO_LONG", $"A filter has at most {LengthMax} characters."));
        }

        var (tokens, fault) = FilterTokens.Of(text);
        if (fault is not null || tokens.Count == 1)
        {
            return (null, fault);
        }

        var reader = new Reader(tokens);
        var filter = reader.Filter(0);
        return reader.Fault is { } found ? (null, found)
            : reader.Current.Kind != FilterTokenKind.End
                ? (null, new(reader.Current.Position, "FILTER_UNEXPECTED", $"AND, OR or the end was expected, not '{reader.Current.Text}'."))
                : (filter, null);
    }

    private sealed class Reader(List<FilterToken> tokens)
    {
        private int _at;
        private int _terms;

        public FilterFault? Fault { get; private set; }

        public FilterToken Current => tokens[_at];

        public FilterExpression? Filter(int depth) =>
            Chain("AND", d => Chain("OR", Term, (position, terms) => new AnyOf(position, terms), d),
                (position, terms) => new AllOf(position, terms), depth);

        private FilterExpression? Chain(
            string joint,
            Func<int, FilterExpression?> part,
            Func<int, ImmutableArray<FilterExpression>, FilterExpression> join,
            int depth)
        {
            var position = Current.Position;
            var first = part(depth);
            if (first is null || !IsWord(joint))
            {
                return first;
            }

            var terms = ImmutableArray.CreateBuilder<FilterExpression>();
            terms.Add(first);
            while (IsWord(joint))
            {
                _at++;
                if (part(depth) is not { } next)
                {
                    return null;
                }

                terms.Add(next);
            }

            return join(position, terms.ToImmutable());
        }

        private FilterExpression? Term(int depth)
        {
            var position = Current.Position;
            if (depth >= DepthMax)
            {
                return Fail("FILTER_TOO_DEEP", $"A filter nests at most {DepthMax} deep.");
            }

            if (IsWord("NOT"))
            {
                _at++;
                return Term(depth + 1) is { } term ? new Negation(position, term) : null;
            }

            if (Current.Kind != FilterTokenKind.Open)
            {
                return Leaf();
            }

            _at++;
            return Filter(depth + 1) is { } inner && Take(FilterTokenKind.Close, "')'") ? inner : null;
        }

        private FilterExpression? Leaf()
        {
            var name = Current;
            if (name.Kind != FilterTokenKind.Word || !IsPath(name.Text))
            {
                return Fail("FILTER_UNEXPECTED", $"A field or a function was expected, not '{name.Text}'.");
            }

            if (++_terms > TermsMax)
            {
                return Fail("FILTER_TOO_MANY_TERMS", $"A filter has at most {TermsMax} comparisons.");
            }

            _at++;
            if (Current.Kind == FilterTokenKind.Open)
            {
                _at++;
                return Value() is { } argument && Take(FilterTokenKind.Close, "')'") ? new FunctionCall(name.Position, name.Text, argument) : null;
            }

            if (Current.Kind != FilterTokenKind.Operator)
            {
                return Fail("FILTER_UNEXPECTED", $"An operator was expected, not '{Current.Text}'.");
            }

            var operation = OperatorOf(Current.Text);
            _at++;
            return Value() is { } value ? new Comparison(name.Position, name.Text, operation, value) : null;
        }

        private FilterValue? Value()
        {
            var token = Current;
            if (token.Kind == FilterTokenKind.Quoted
                || (token.Kind == FilterTokenKind.Word && (token.Text == "*" || !token.Text.Contains('*', StringComparison.Ordinal))))
            {
                _at++;
                return new(token.Position, token.Text, token.Kind == FilterTokenKind.Word && token.Text == "*");
            }

            Fail("FILTER_UNEXPECTED", $"A value was expected, not '{token.Text}'.");
            return null;
        }

        private bool Take(FilterTokenKind kind, string expected)
        {
            if (Current.Kind != kind)
            {
                Fail("FILTER_UNEXPECTED", $"{expected} was expected, not '{Current.Text}'.");
                return false;
            }

            _at++;
            return true;
        }

        private bool IsWord(string word) => Current.Kind == FilterTokenKind.Word && Current.Text == word;

        private FilterExpression? Fail(string code, string text)
        {
            Fault ??= new(Current.Position, code, text);
            return null;
        }

        private static bool IsPath(string text) =>
            text is not ("AND" or "OR" or "NOT")
            && text.Split('.').All(part => part.Length > 0 && char.IsAsciiLetter(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'));

        private static FilterOperator OperatorOf(string text) => text switch
        {
            "=" => FilterOperator.Equal,
            "!=" => FilterOperator.NotEqual,
            "<" => FilterOperator.Less,
            "<=" => FilterOperator.LessOrEqual,
            ">" => FilterOperator.Greater,
            ">=" => FilterOperator.GreaterOrEqual,
            _ => FilterOperator.Has,
        };
    }
}
