using System.Text;

namespace CityTwin.Core.Views.Filtering;

/// <summary>The kinds of words that a filter is made of.</summary>
internal enum FilterTokenKind
{
    Word,
    Quoted,
    Operator,
    Open,
    Close,
    End,
}

/// <summary>A word of a filter.</summary>
internal readonly record struct FilterToken(FilterTokenKind Kind, int Position, string Text);

/// <summary>Cuts a filter into words.</summary>
internal static class FilterTokens
{
    private static readonly string[] Operators = ["!=", "<=", ">=", "=", "<", ">", ":"];

    /// <returns>The words with an <see cref="FilterTokenKind.End"/> last, or what is wrong.</returns>
    public static (List<FilterToken> Tokens, FilterFault? Fault) Of(string text)
    {
        var tokens = new List<FilterToken>();
        var at = 0;
        while (at < text.Length)
        {
            var symbol = text[at];
            if (char.IsWhiteSpace(symbol))
            {
                at++;
            }
            else if (symbol is '(' or ')')
            {
                tokens.Add(new(symbol == '(' ? FilterTokenKind.Open : FilterTokenKind.Close, at++, symbol.ToString()));
            }
            else if (Operators.FirstOrDefault(candidate => text.AsSpan(at).StartsWith(candidate, StringComparison.Ordinal)) is { } found)
            {
                tokens.Add(new(FilterTokenKind.Operator, at, found));
                at += found.Length;
            }
            else if (symbol is '"' or '\'')
            {
                if (Quoted(text, at) is not { } quoted)
                {
                    return (tokens, new(at, "FILTER_UNCLOSED_QUOTE", "This quotation has no end."));
                }

                tokens.Add(new(FilterTokenKind.Quoted, at, quoted.Value));
                at = quoted.End;
            }
            else if (IsWordSymbol(symbol))
            {
                var start = at;
                while (at < text.Length && IsWordSymbol(text[at]))
                {
                    at++;
                }

                tokens.Add(new(FilterTokenKind.Word, start, text[start..at]));
            }
            else
            {
                return (tokens, new(at, "FILTER_UNEXPECTED", $"'{symbol}' has no meaning here; put values with special characters in quotes."));
            }
        }

        tokens.Add(new(FilterTokenKind.End, text.Length, "the end"));
        return (tokens, null);
    }

    private static bool IsWordSymbol(char symbol) =>
        char.IsAsciiLetterOrDigit(symbol) || symbol is '_' or '-' or '.' or '/' or '+' or '*';

    private static (string Value, int End)? Quoted(string text, int start)
    {
        var value = new StringBuilder();
        for (var at = start + 1; at < text.Length; at++)
        {
            if (text[at] == text[start])
            {
                return (value.ToString(), at + 1);
            }

            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            value.Append(text[at]);
        }

        return null;
    }
}
