using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CityTwin.Import.Reading;

/// <summary>
/// A JSON file of which some members hold so many things that each is parsed by itself: a document of a million sensors
/// would take more than its text once again.
/// </summary>
internal sealed class LongFile : IDisposable
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly JsonDocumentOptions _options;
    private readonly Dictionary<string, Part> _parts;
    private readonly JsonDocument _frame;

    private LongFile(ReadOnlyMemory<byte> text, JsonDocumentOptions options, Dictionary<string, Part> parts)
    {
        (_text, _options, _parts) = (text, options, parts);
        _frame = JsonDocument.Parse(Frame(), options);
    }

    /// <summary>The file without what its long members hold: they stand there empty.</summary>
    public JsonElement Root => _frame.RootElement;

    /// <summary>Goes through the whole text once.</summary>
    /// <param name="longMembers">Members of the root; those that are neither a list nor an object stay as they are.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static LongFile Of(ReadOnlyMemory<byte> text, ImmutableArray<string> longMembers, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = options.MaxDepth });
        var parts = new Dictionary<string, Part>(StringComparer.Ordinal);
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        while (reader.Read())
        {
            // Of a name that stands twice the first counts, here as everywhere.
            if (isObject && reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName }
                && NameOf(ref reader, longMembers) is { } name && !parts.ContainsKey(name))
            {
                reader.Read();
                parts.Add(name, PartOf(ref reader));
            }
        }

        return new(text, options, parts);
    }

    /// <summary>How many things a long member holds.</summary>
    public int CountOf(string member) => _parts.TryGetValue(member, out var part) ? part.Things.Count : 0;

    /// <summary>What a long member holds, one after the other; each is gone when the next is asked for.</summary>
    /// <returns>Of a list without names; of an object a name is null where it holds half a character.</returns>
    public IEnumerable<(string? Name, JsonElement Value)> ThingsOf(string member)
    {
        if (!_parts.TryGetValue(member, out var part))
        {
            yield break;
        }

        foreach (var thing in part.Things)
        {
            using var document = JsonDocument.Parse(_text.Slice(thing.Start, thing.End - thing.Start), _options);
            yield return (part.HasNames ? NameAt(thing) : null, document.RootElement);
        }
    }

    public void Dispose() => _frame.Dispose();

    private static string? NameOf(ref Utf8JsonReader reader, ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            if (reader.ValueTextEquals(name))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Goes to the end of a value.</summary>
    private static Part PartOf(ref Utf8JsonReader reader)
    {
        var (start, things) = ((int)reader.TokenStartIndex, new List<Thing>());
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return new(start, start, false, things);
        }

        var hasNames = reader.TokenType == JsonTokenType.StartObject;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            var name = (int)reader.TokenStartIndex;
            if (hasNames)
            {
                reader.Read();
            }

            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (things.Count <= CityLimits.FeaturesMax)
            {
                // One more than may be is enough to be refused for.
                things.Add(new(name, from, (int)reader.BytesConsumed));
            }
        }

        return new(start + 1, (int)reader.TokenStartIndex, hasNames, things);
    }

    private string? NameAt(Thing thing)
    {
        // The quoted name, perhaps a blank, and the colon.
        var quoted = _text.Span[thing.Name..thing.Start];
        quoted = quoted[..(quoted.LastIndexOf((byte)'"') + 1)];
        if (!quoted.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(quoted[1..^1]);
        }

        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private byte[] Frame()
    {
        var parts = _parts.Values.OrderBy(part => part.Start).ToArray();
        var frame = new byte[_text.Length - parts.Sum(part => part.End - part.Start)];
        var (from, written) = (0, 0);
        foreach (var part in parts)
        {
            _text.Span[from..part.Start].CopyTo(frame.AsSpan(written));
            (from, written) = (part.End, written + part.Start - from);
        }

        _text.Span[from..].CopyTo(frame.AsSpan(written));
        return frame;
    }

    /// <summary>What stands between the brackets.</summary>
    private sealed record Part(int Start, int End, bool HasNames, List<Thing> Things);

    /// <param name="Name">Where its name begins, or itself in a list.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Thing(int Name, int Start, int End);
}
