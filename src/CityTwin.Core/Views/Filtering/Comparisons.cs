using System.Globalization;

namespace CityTwin.Core.Views.Filtering;

/// <summary>One comparison of one field, ready to run. What is absent equals nothing, differs from nothing and is neither more nor less.</summary>
internal static class Comparisons
{
    public static (Match<T> Match, FilterFault? Fault) Of<T>(FilterField<T> field, Comparison comparison)
    {
        var (operation, value) = (comparison.Operator, comparison.Value);
        if (value.IsStar)
        {
            return operation == FilterOperator.Has ? (Present(field), null) : Wrong<T>(value, "'*' goes with ':' only.");
        }

        return field switch
        {
            TextField<T> text => Text(text.Get, operation, value),
            NameField<T> name => Name(name, operation, value),
            WordField<T> word => Word(word, operation, value),
            NumberField<T> number => double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var asked) && double.IsFinite(asked)
                ? Ordered(number.Get, operation, asked, value)
                : Wrong<T>(value, $"'{value.Text}' is no number."),
            TimeField<T> time => DateTimeOffset.TryParseExact(
                    value.Text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var instant)
                ? Ordered(time.Get, operation, instant, value)
                : Wrong<T>(value, $"'{value.Text}' is no time such as \"2026-05-01T12:00:00Z\"."),
            FlagField<T> flag => Flag(flag, operation, value),
            ListField<T> list => operation == FilterOperator.Has
                ? ((city, item) => list.Get(city, item).Contains(value.Text), null)
                : Wrong<T>(value, "A list is asked with ':'."),
            _ => throw new InvariantBrokenException("Filter fields are a closed family."),
        };
    }

    private static Match<T> Present<T>(FilterField<T> field) => field switch
    {
        TextField<T> text => (city, item) => !string.IsNullOrEmpty(text.Get(city, item)),
        NameField<T> name => (city, item) => name.Get(city, item) is not null,
        NumberField<T> number => (city, item) => number.Get(city, item) is not null,
        TimeField<T> time => (city, item) => time.Get(city, item) is not null,
        ListField<T> list => (city, item) => !list.Get(city, item).IsEmpty,
        _ => static (_, _) => true,
    };

    private static (Match<T> Match, FilterFault? Fault) Text<T>(Func<CityVersion, T, string?> get, FilterOperator operation, FilterValue value)
    {
        var asked = value.Text;
        return operation switch
        {
            FilterOperator.Equal => ((city, item) => string.Equals(get(city, item), asked, StringComparison.Ordinal), null),
            FilterOperator.NotEqual => ((city, item) => get(city, item) is { } text && !string.Equals(text, asked, StringComparison.Ordinal), null),
            FilterOperator.Has => ((city, item) => get(city, item)?.Contains(asked, StringComparison.OrdinalIgnoreCase) ?? false, null),
            _ => Wrong<T>(value, "A text is compared with '=', '!=' or ':'."),
        };
    }

    private static (Match<T> Match, FilterFault? Fault) Name<T>(NameField<T> field, FilterOperator operation, FilterValue value) =>
        operation == FilterOperator.Has ? Text(field.Get, operation, value)
        : value.Text.StartsWith(field.Prefix, StringComparison.Ordinal) ? Text(field.Get, operation, value with { Text = field.Bare(value.Text) })
        : Wrong<T>(value, $"'{value.Text}' is no name such as \"{field.Prefix}...\".");

    private static (Match<T> Match, FilterFault? Fault) Word<T>(WordField<T> field, FilterOperator operation, FilterValue value)
    {
        var asked = field.Words.IndexOf(field.Bare(value.Text));
        if (asked < 0)
        {
            return Wrong<T>(value, $"'{value.Text}' is none of {string.Join(", ", field.Words)}.");
        }

        var get = field.Get;
        return operation switch
        {
            FilterOperator.Equal => ((city, item) => get(city, item) == asked, null),
            FilterOperator.NotEqual => ((city, item) => get(city, item) != asked, null),
            FilterOperator.Less => ((city, item) => get(city, item) < asked, null),
            FilterOperator.LessOrEqual => ((city, item) => get(city, item) <= asked, null),
            FilterOperator.Greater => ((city, item) => get(city, item) > asked, null),
            FilterOperator.GreaterOrEqual => ((city, item) => get(city, item) >= asked, null),
            _ => Wrong<T>(value, "':' goes with texts, lists and '*'."),
        };
    }

    private static (Match<T> Match, FilterFault? Fault) Ordered<T, TValue>(
        Func<CityVersion, T, TValue?> get, FilterOperator operation, TValue asked, FilterValue value)
        where TValue : struct, IComparable<TValue> => operation switch
    {
        FilterOperator.Equal => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) == 0, null),
        FilterOperator.NotEqual => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) != 0, null),
        FilterOperator.Less => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) < 0, null),
        FilterOperator.LessOrEqual => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) <= 0, null),
        FilterOperator.Greater => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) > 0, null),
        FilterOperator.GreaterOrEqual => ((city, item) => get(city, item) is { } found && found.CompareTo(asked) >= 0, null),
        _ => Wrong<T>(value, "':' goes with texts, lists and '*'."),
    };

    private static (Match<T> Match, FilterFault? Fault) Flag<T>(FlagField<T> field, FilterOperator operation, FilterValue value)
    {
        if (value.Text is not ("true" or "false"))
        {
            return Wrong<T>(value, $"'{value.Text}' is neither true nor false.");
        }

        var asked = value.Text == "true";
        return operation switch
        {
            FilterOperator.Equal => ((city, item) => field.Get(city, item) == asked, null),
            FilterOperator.NotEqual => ((city, item) => field.Get(city, item) != asked, null),
            _ => Wrong<T>(value, "true and false are compared with '=' or '!='."),
        };
    }

    private static (Match<T> Match, FilterFault? Fault) Wrong<T>(FilterValue value, string text) =>
        (static (_, _) => false, new(value.Position, "FILTER_WRONG_VALUE", text));
}
