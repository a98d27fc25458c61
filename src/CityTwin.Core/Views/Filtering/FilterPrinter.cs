namespace CityTwin.Core.Views.Filtering;

/// <summary>Writes a filter so that reading it gives the same filter again.</summary>
public static class FilterPrinter
{
    public static string Print(FilterExpression filter) => filter switch
    {
        AllOf all => string.Join(" AND ", all.Terms.Select(term => term is AllOf ? Bracketed(term) : Print(term))),
        AnyOf any => string.Join(" OR ", any.Terms.Select(term => term is AllOf or AnyOf ? Bracketed(term) : Print(term))),
        Negation negation => negation.Term is AllOf or AnyOf ? "NOT " + Bracketed(negation.Term) : "NOT " + Print(negation.Term),
        Comparison comparison => $"{comparison.Path} {SignOf(comparison.Operator)} {Print(comparison.Value)}",
        FunctionCall call => $"{call.Function}({Print(call.Argument)})",
        _ => throw new InvariantBrokenException("Filters are a closed family."),
    };

    private static string Bracketed(FilterExpression filter) => $"({Print(filter)})";

    private static string Print(FilterValue value) => value.IsStar ? "*"
        : "\"" + value.Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string SignOf(FilterOperator operation) => operation switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.NotEqual => "!=",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => ":",
    };
}
