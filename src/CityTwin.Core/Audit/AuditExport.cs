using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CityTwin.Core.Audit;

/// <summary>
/// An audit log as a file that can be checked without the log: a head with size and root, then one line of JSON for each
/// entry with its place, its own hash and the root up to it. <see cref="AuditVerification"/> reads it.
/// </summary>
public static class AuditExport
{
    /// <summary>The version of the format, told by the head.</summary>
    public const int Format = 1;

    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first line of an export of a whole log.</summary>
    public static string Head(long size, TreeHash root) => Line(json =>
    {
        json.WriteNumber("citytwin_audit", Format);
        json.WriteNumber("size", size);
        json.WriteString("root", root.ToString());
    });

    /// <summary>The line of one entry.</summary>
    public static string Line(AuditRow row) => Line(json =>
    {
        json.WriteNumber("index", row.Index);
        json.WriteString("leaf", row.Leaf.ToString());
        json.WriteString("root", row.Root.ToString());
        json.WritePropertyName("entry");
        json.WriteRawValue(row.Entry.Span);
    });

    private static string Line(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Layout))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
