using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace CityTwin.Import.Reading;

/// <summary>Turns bytes into JSON, and what JSON itself allows to go wrong into faults with line and column.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = CityLimits.JsonDepthMax };

    /// <summary>The document, or null after telling the fault. A byte order mark is skipped.</summary>
    public static JsonDocument? Parse(string file, ReadOnlyMemory<byte> bytes, FaultList faults) =>
        Parse(file, bytes, faults, text => JsonDocument.Parse(text, Options));

    /// <summary>A file of which some members of the root hold very much; null after telling the fault.</summary>
    public static LongFile? ParseLong(string file, ReadOnlyMemory<byte> bytes, ImmutableArray<string> longMembers, FaultList faults) =>
        Parse(file, bytes, faults, text => LongFile.Of(text, longMembers, Options));

    private static T? Parse<T>(string file, ReadOnlyMemory<byte> bytes, FaultList faults, Func<ReadOnlyMemory<byte>, T> parse)
        where T : class
    {
        if (WithoutMark(file, bytes, faults) is not { } text)
        {
            return null;
        }

        try
        {
            return parse(text);
        }
        catch (JsonException exception)
        {
            var place = Place.LineOf(file, (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1);
            if (IsTooDeep(text.Span))
            {
                faults.Error(FaultCode.LimitExceeded, place, $"JSON nested deeper than {CityLimits.JsonDepthMax}; flatten it.");
            }
            else
            {
                faults.Error(FaultCode.MalformedJson, place, $"This is not JSON: {Reason(exception)}");
            }

            return null;
        }
    }

    /// <summary>The text after its byte order mark, or null after telling that it is not UTF-8.</summary>
    public static ReadOnlyMemory<byte>? WithoutMark(string file, ReadOnlyMemory<byte> bytes, FaultList faults)
    {
        var text = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (Utf8.IsValid(text.Span))
        {
            return text;
        }

        faults.Error(FaultCode.NotUtf8, Place.Whole(file), "The file is not UTF-8; save it again in that encoding.");
        return null;
    }

    /// <summary>The members of an object by name, repeated names told; null after telling that it is no object.</summary>
    public static Dictionary<string, JsonElement>? Members(
        JsonElement element, Place place, FaultList faults, string? feature = null)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Error(FaultCode.WrongType, place, $"This must be an object, not {NameOf(element.ValueKind)}.", feature);
            return null;
        }

        var members = new Dictionary<string, JsonElement>(element.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            IsNew(NameOf(member), name => members.TryAdd(name, member.Value), place, faults, feature);
        }

        return members;
    }

    /// <summary>The members of a long object, one after the other; as with <see cref="Members(JsonElement, Place, FaultList, string?)"/>.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(LongFile file, string member, Place place, FaultList faults)
    {
        var seen = new HashSet<string>(file.CountOf(member), StringComparer.Ordinal);
        foreach (var (name, value) in file.ThingsOf(member))
        {
            if (IsNew(name, seen.Add, place, faults))
            {
                yield return (name!, value);
            }
        }
    }

    /// <summary>The text of a string element; null where it holds an unpaired surrogate.</summary>
    public static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What a person calls this kind of JSON value.</summary>
    public static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static bool IsNew(string? name, Func<string, bool> add, Place place, FaultList faults, string? feature = null)
    {
        if (name is null)
        {
            faults.Error(FaultCode.BadText, place, "A property's name holds half a character (an unpaired surrogate).", feature);
            return false;
        }

        if (add(name))
        {
            return true;
        }

        faults.Error(FaultCode.DuplicateKey, place.Member(name), $"'{name}' stands here twice; keep one of them.", feature);
        return false;
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = CityLimits.JsonDepthMax + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= CityLimits.JsonDepthMax)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }

    private static string Reason(JsonException exception)
    {
        var tail = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return tail < 0 ? exception.Message : exception.Message[..tail];
    }
}
