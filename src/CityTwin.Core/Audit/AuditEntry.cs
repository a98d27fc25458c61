using System.Text.Encodings.Web;
using System.Text.Json;

namespace CityTwin.Core.Audit;

/// <summary>Who did what, when, why, from where, and what came of it.</summary>
/// <param name="Id">Of the act; an act is entered once, however often it is told.</param>
/// <param name="At">When it was entered.</param>
/// <param name="Who">The name of the authenticated principal; empty where nobody was.</param>
/// <param name="Kind">What sort of act.</param>
/// <param name="Action">Its full name, such as <c>citytwin.v1.SegmentService/IsolateSegment</c>.</param>
/// <param name="On">The resource acted on, such as <c>segments/feeder-7</c>; null where there is none.</param>
/// <param name="Why">The reason given; null where none was asked for.</param>
/// <param name="From">The address it came from; null where it came from within.</param>
/// <param name="Status">The status that was answered, such as <c>OK</c> or <c>PERMISSION_DENIED</c>.</param>
[GenerateSerializer, Alias("audit-entry"), Immutable]
public sealed record AuditEntry(
    string Id,
    DateTimeOffset At,
    string Who,
    AuditKind Kind,
    string Action,
    string? On,
    string? Why,
    string? From,
    string Status)
{
    /// <summary>Longer texts are cut there and end with an ellipsis: an act must not go unrecorded for the length of its reason.</summary>
    public const int TextLengthMax = 1000;

    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same with its texts cut as they are kept: before that they may be as long as a stranger likes.</summary>
    public AuditEntry Bounded() => this with { Who = Cut(Who), Action = Cut(Action), On = On is null ? null : Cut(On), Why = Why is null ? null : Cut(Why) };

    /// <summary>The entry's bytes: what the log keeps, what its leaf is hashed from, and what an export shows.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Layout))
        {
            json.WriteStartObject();
            Write(json, "id", Id);
            json.WriteString("at", At.UtcDateTime);
            Write(json, "who", Who);
            json.WriteString("kind", NameOf(Kind));
            Write(json, "action", Action);
            Write(json, "on", On);
            Write(json, "why", Why);
            Write(json, "from", From);
            Write(json, "status", Status);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <returns>Null when it is not an entry.</returns>
    public static AuditEntry? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var entry = document.RootElement;
            return new(
                Text(entry, "id") ?? "",
                entry.GetProperty("at").GetDateTimeOffset(),
                Text(entry, "who") ?? "",
                Enum.GetValues<AuditKind>().Single(kind => NameOf(kind) == Text(entry, "kind")),
                Text(entry, "action") ?? "",
                Text(entry, "on"),
                Text(entry, "why"),
                Text(entry, "from"),
                Text(entry, "status") ?? "");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The word for a kind in an entry's bytes and in filters.</summary>
    public static string NameOf(AuditKind kind) => kind switch
    {
        AuditKind.Command => "command",
        AuditKind.SignIn => "sign-in",
        AuditKind.Refusal => "refusal",
        AuditKind.Permission => "permission",
        AuditKind.Simulation => "simulation",
        AuditKind.Read => "read",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static void Write(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            return;
        }

        json.WriteString(name, Cut(text));
    }

    private static string Cut(string text)
    {
        if (text.Length <= TextLengthMax)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[TextLengthMax - 1]) ? TextLengthMax - 1 : TextLengthMax;
        return $"{text.AsSpan(0, end)}…";
    }
}
