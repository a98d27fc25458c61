using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>
/// The properties of one object (or one row of a table), taken one by one; each taking tells what is wrong with
/// the value and gives null or a default, so that reading goes on to the next fault. JSON null counts as absent.
/// </summary>
internal sealed partial class Fields
{
    private readonly Dictionary<string, JsonElement> _values;
    private readonly ImmutableArray<string> _known;
    private readonly FaultList _faults;
    private readonly LayerSource? _layer;

    private Fields(
        Dictionary<string, JsonElement> values, Place place, ImmutableArray<string> known, FaultList faults, LayerSource? layer)
    {
        (_values, Place, _known, _faults, _layer) = (values, place, known, faults, layer);
    }

    /// <summary>The object itself.</summary>
    public Place Place { get; }

    /// <summary>The id of the thing described, once it is known; told with every fault.</summary>
    public string? Feature { get; set; }

    /// <summary>The properties of a JSON object; null after telling that it is none.</summary>
    /// <param name="known">Every property it may have.</param>
    public static Fields? Of(
        JsonElement element, Place place, ImmutableArray<string> known, FaultList faults, string? feature = null) =>
        JsonFile.Members(element, place, faults, feature) is { } members
            ? new Fields(members, place, known, faults, null) { Feature = feature }
            : null;

    /// <summary>The properties of a feature in a layer whose manifest may rename and add some.</summary>
    public static Fields OfLayer(
        Dictionary<string, JsonElement> members, Place place, ImmutableArray<string> known, FaultList faults, LayerSource layer) =>
        new(members, place, known, faults, layer);

    /// <summary>Whether the property is there and not null (for a table: not empty).</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether there is a property that the format does not have.</summary>
    public bool HasUnknown => _values.Keys.Any(name => !_known.Contains(name));

    /// <summary>Where the property stands, or would stand.</summary>
    public Place PlaceOf(string name) => Place.Member(Spelling(name));

    /// <summary>A text without control characters, not empty.</summary>
    public string? Text(string name, bool required = true)
    {
        if (Take(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be text, not {JsonFile.NameOf(value.ValueKind)}.");
            return null;
        }

        var text = JsonFile.Text(value);
        if (text is null || text.Length is 0 or > CityLimits.TextLengthMax || HasControlCharacter(text))
        {
            Error(FaultCode.BadText, name,
                $"'{Spelling(name)}' must be 1 to {CityLimits.TextLengthMax} characters, none of them a control character.");
            return null;
        }

        return text;
    }

    /// <summary>An id, or a word of the same form.</summary>
    public string? Id(string name, bool required = true)
    {
        if (Text(name, required) is not { } text)
        {
            return null;
        }

        if (CityFormat.IsId(text))
        {
            return text;
        }

        Error(FaultCode.BadId, name, IdMessage(text));
        return null;
    }

    /// <summary>What to tell of a text that cannot be an id.</summary>
    public static string IdMessage(string text) =>
        $"'{text}' is no id: use a small letter, then at most 62 small letters, digits and hyphens.";

    /// <summary>One of a few words; null after telling a fault.</summary>
    public T? Word<T>(string name, ImmutableArray<(string Word, T Value)> words)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        foreach (var (word, value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        Error(FaultCode.UnknownWord, name, $"'{text}' is not one of: {string.Join(", ", words.Select(pair => pair.Word))}.");
        return null;
    }

    /// <summary>A whole number within a range; <paramref name="fallback"/> when absent and not required.</summary>
    public long Whole(string name, long minimum, long maximum, bool required = true, long fallback = 0) =>
        Number(name, minimum, maximum, required, whole: true) is { } number ? (long)number : fallback;

    /// <summary>A whole number within a range, or null when absent.</summary>
    public long? OptionalWhole(string name, long minimum, long maximum) =>
        Number(name, minimum, maximum, required: false, whole: true) is { } number ? (long)number : null;

    /// <summary>A number within a range, or null when absent.</summary>
    public double? Number(string name, double minimum, double maximum, bool required = false, bool whole = false)
    {
        if (Take(name, required) is not { } value || Parse(value, name) is not { } number)
        {
            return null;
        }

        if (whole && number != Math.Floor(number))
        {
            Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be a whole number, not {Show(number)}.");
            return null;
        }

        if (number < minimum || number > maximum)
        {
            Error(FaultCode.OutOfRange, name,
                $"'{Spelling(name)}' must be between {Show(minimum)} and {Show(maximum)}, not {Show(number)}.");
            return null;
        }

        return number == 0 ? 0 : number;
    }

    /// <summary>True or false; false when absent.</summary>
    public bool Flag(string name)
    {
        if (Take(name, required: false) is not { } value)
        {
            return false;
        }

        var text = value.ValueKind == JsonValueKind.String && IsTable ? JsonFile.Text(value) : null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False || text is "true" or "false")
        {
            return value.ValueKind == JsonValueKind.True || text == "true";
        }

        Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be true or false.");
        return false;
    }

    /// <summary>A value with a shape of its own; in a table its cell holds JSON.</summary>
    public JsonElement? Json(string name, bool required = false)
    {
        if (Take(name, required) is not { } value || !IsTable || value.ValueKind != JsonValueKind.String)
        {
            return Find(name, taken: true);
        }

        try
        {
            using var document = JsonDocument.Parse(JsonFile.Text(value) ?? "");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            Error(FaultCode.MalformedJson, name, $"The cell '{Spelling(name)}' must hold JSON.");
            return null;
        }
    }

    /// <summary>A list of words, each once; in a table they are separated by semicolons.</summary>
    public ImmutableArray<string> Words(string name)
    {
        if (Take(name, required: false) is not { } value)
        {
            return [];
        }

        var words = ImmutableArray.CreateBuilder<string>();
        if (IsTable && value.ValueKind == JsonValueKind.String)
        {
            words.AddRange((JsonFile.Text(value) ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be a list of words, not {JsonFile.NameOf(value.ValueKind)}.");
            return [];
        }
        else
        {
            words.AddRange(value.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.String ? JsonFile.Text(word) ?? "" : ""));
        }

        if (words.FirstOrDefault(word => !CityFormat.IsId(word)) is { } bad)
        {
            Error(FaultCode.BadId, name, IdMessage(bad));
        }
        else if (words.Distinct(StringComparer.Ordinal).Count() != words.Count)
        {
            Error(FaultCode.DuplicateId, name, $"A word stands twice in '{Spelling(name)}'; keep one of them.");
        }

        return words.ToImmutable();
    }

    /// <summary>Tells every property that was there and is not known. A foreign layer may hold whatever else it likes.</summary>
    public void Close()
    {
        if (_layer is { IsForeign: true })
        {
            return;
        }

        foreach (var name in _values.Keys)
        {
            if (!_known.Contains(name))
            {
                var (code, message) = SpellingAdvice.For(name, _known);
                _faults.Error(code, Place.Member(name), message, Feature);
            }
        }
    }

    /// <summary>Tells a fault of one property.</summary>
    public void Error(string code, string name, string message) => _faults.Error(code, PlaceOf(name), message, Feature);

    /// <summary>Tells a fault of the object as a whole.</summary>
    public void ErrorHere(string code, string message) => _faults.Error(code, Place, message, Feature);

    /// <summary>A number as a person writes it.</summary>
    public static string Show(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool HasControlCharacter(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsTable => _layer is { IsTable: true };

    private string Spelling(string name) => _layer is { IsForeign: true } ? _layer.Properties.GetValueOrDefault(name) ?? name : name;

    private JsonElement? Take(string name, bool required)
    {
        var value = Find(name);
        if (value is null && required)
        {
            Error(FaultCode.MissingProperty, name, $"'{Spelling(name)}' is missing; add it.");
        }

        return value;
    }

    private JsonElement? Find(string name, bool taken = false)
    {
        Core.Invariant.Hold(taken || _known.Contains(name), "A property is read only where the format lists it.");
        if (_values.TryGetValue(Spelling(name), out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        return _layer is { Defaults.IsEmpty: false } && _layer.Defaults.TryGetValue(name, out value) ? value : null;
    }

    private double? Parse(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return Finite(value.GetDouble(), name);
        }

        if (value.ValueKind == JsonValueKind.String && JsonFile.Text(value) is { } text)
        {
            if (IsTable && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                return Finite(number, name);
            }

            if (SpellingAdvice.IsNotFinite(text))
            {
                return Finite(double.NaN, name);
            }

            if (SpellingAdvice.UnitIn(text) is { } unit)
            {
                Error(FaultCode.WrongUnit, name,
                    $"'{Spelling(name)}' must be a plain number, its unit is in the name: convert it and leave out '{unit}'.");
                return null;
            }
        }

        Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be a number, not {JsonFile.NameOf(value.ValueKind)}.");
        return null;
    }

    private double? Finite(double number, string name)
    {
        if (double.IsFinite(number))
        {
            return number;
        }

        Error(FaultCode.NotFinite, name, $"'{Spelling(name)}' must be a finite number; leave it out where it is not known.");
        return null;
    }
}
