using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace CityTwin.Import.Reading;

/// <summary>Guesses what somebody meant by a name that is not known: another unit, or a slip of the pen.</summary>
public static class SpellingAdvice
{
    private const int SlipsMax = 2;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("+-.0123456789");

    // Longest first, so that "Milliseconds" is not read as "seconds" with a strange stem.
    private static readonly ImmutableArray<string> UnitSuffixes =
    [
        "kilometresperhour", "kilometersperhour", "metrespersecond", "meterspersecond", "milliseconds", "millisecond",
        "percentage", "fraction", "permille", "minutes", "percent", "seconds", "minute", "second", "hours", "hour",
        "days", "day", "kmh", "kph", "mps", "mph", "sec", "min", "pct", "ms", "s", "h", "",
    ];

    /// <summary>The fault code and the advice for an unknown property.</summary>
    internal static (string Code, string Message) For(string name, ImmutableArray<string> known)
    {
        foreach (var candidate in known)
        {
            if (Stem(candidate) is (var stem, not "") && IsOtherUnit(name, stem))
            {
                return (FaultCode.WrongUnit, $"'{name}' is not in the unit used here; convert the value and name it '{candidate}'.");
            }
        }

        return Question(name, known) is { Length: > 0 } question
            ? (FaultCode.UnknownProperty, $"'{name}' is not known here{question}")
            : (FaultCode.UnknownProperty, $"'{name}' is not known here; known are: {string.Join(", ", known)}.");
    }

    /// <summary>The end of a sentence about a name that is not known: <c>; did you mean 'fence'?</c>, or a full stop where nothing is like it.</summary>
    public static string EndOfSentence(string name, IEnumerable<string> known) => Question(name, known) is { Length: > 0 } question ? question : ".";

    /// <summary>Whether a text spells a number that is none.</summary>
    internal static bool IsNotFinite(string text) =>
        text.Trim().TrimStart('+', '-').ToUpperInvariant() is "NAN" or "INF" or "INFINITY" or "∞";

    /// <summary>The unit after a number, as in <c>5 min</c>; null where the text is something else.</summary>
    internal static string? UnitIn(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.IndexOfAnyExcept(NumberCharacters);
        return end > 0 && double.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? trimmed[end..].Trim().ToString()
            : null;
    }

    private static string Question(string name, IEnumerable<string> known) =>
        known.Where(candidate => Slips(name, candidate) <= SlipsMax).OrderBy(candidate => Slips(name, candidate)).FirstOrDefault() is { } near
            ? $"; did you mean '{near}'?" : "";

    private static bool IsOtherUnit(string name, string stem) =>
        UnitSuffixes.Any(suffix => string.Equals(Flat(name), stem + suffix, StringComparison.Ordinal));

    private static (string Stem, string Suffix) Stem(string name)
    {
        var flat = Flat(name);
        var suffix = UnitSuffixes.First(unit => unit.Length is 0 or > 3 && flat.EndsWith(unit, StringComparison.Ordinal));
        return (flat[..^suffix.Length], suffix);
    }

    private static string Flat(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Edit distance (insert, delete, replace), or more than <see cref="SlipsMax"/> as soon as that is certain.</summary>
    private static int Slips(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > SlipsMax || Math.Min(a.Length, b.Length) <= SlipsMax)
        {
            return SlipsMax + 1;
        }

        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
