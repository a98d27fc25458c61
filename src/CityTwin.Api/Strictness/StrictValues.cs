using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CityTwin.Api.Strictness;

/// <summary>
/// Whether a value can be read as its field. The transcoding would refuse it too, but without telling which field it was.
/// </summary>
internal static class StrictValues
{
    /// <returns>What is wrong, or null. Messages of the contract itself are not looked into.</returns>
    public static string? FaultOf(JsonElement value, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => IsMessage(value, field.MessageType) ? null : $"is no {field.MessageType.Name}",
        FieldType.Enum when value.ValueKind == JsonValueKind.Number =>
            value.TryGetInt32(out var number) && field.EnumType.FindValueByNumber(number) is not null ? null : NoWord(field.EnumType),
        FieldType.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "is neither true nor false",
        FieldType.String or FieldType.Bytes or FieldType.Enum when value.ValueKind != JsonValueKind.String => "is no text",
        _ when value.ValueKind is JsonValueKind.String or JsonValueKind.Number =>
            TextOf(value) is { } text ? FaultOf(text, field) : "is no text in Unicode",
        _ => "is no number",
    };

    /// <summary>The same of a value in an address.</summary>
    public static string? FaultOf(string value, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 =>
            int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "is no whole number of 32 bits",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 =>
            long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "is no whole number of 64 bits",
        FieldType.Double or FieldType.Float =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? null : "is no finite number",
        FieldType.Bool => bool.TryParse(value, out _) ? null : "is neither true nor false",
        FieldType.Enum => field.EnumType.FindValueByName(value) is not null ? null : NoWord(field.EnumType),
        FieldType.Message => CanParse(JsonSerializer.Serialize(value), field.MessageType) ? null : $"is no {field.MessageType.Name}",
        _ => null,
    };

    private static bool IsMessage(JsonElement value, MessageDescriptor message) =>
        StrictJson.IsOfContract(message) ? value.ValueKind == JsonValueKind.Object : CanParse(value.GetRawText(), message);

    private static bool CanParse(string json, MessageDescriptor message)
    {
        try
        {
            JsonParser.Default.Parse(json, message);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static string NoWord(EnumDescriptor words) =>
        $"is none of {string.Join(", ", words.Values.Where(word => word.Number > 0).Select(word => word.Name))}";

    /// <summary>Null for half a character.</summary>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
