using System.Globalization;
using System.Text.Json;
using CityTwin.Api.Errors;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Api.Strictness;

/// <summary>Finds what a JSON body or a query says that its message does not have. Values are left to the transcoding.</summary>
internal static class StrictJson
{
    /// <summary>More faults than these are not told: whoever makes them reads the contract.</summary>
    public const int FaultsMax = 50;

    private const int DepthMax = 32;

    public static List<Violation> Check(ReadOnlyMemory<byte> body, MessageDescriptor message)
    {
        var faults = new List<Violation>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
            Check(document.RootElement, message, "", faults);
        }
        catch (JsonException failure)
        {
            faults.Add(new("", string.Create(
                CultureInfo.InvariantCulture,
                $"The body is no JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}."), ErrorReason.InvalidJson));
        }

        return faults;
    }

    public static IEnumerable<Violation> CheckQuery(IEnumerable<string> names, MessageDescriptor message) =>
        names.Where(name => !IsPath(name.Split('.'), message))
            .Select(name => new Violation(name, $"There is no parameter '{name}' here.", "UNKNOWN"))
            .Take(FaultsMax);

    private static bool IsPath(ReadOnlySpan<string> path, MessageDescriptor message) =>
        Find(message, path[0]) is { } field
        && (path.Length == 1 || (field is { FieldType: FieldType.Message, IsRepeated: false } && IsPath(path[1..], field.MessageType)));

    private static void Check(JsonElement value, MessageDescriptor message, string path, List<Violation> faults)
    {
        // The well-known types have JSON forms of their own.
        if (message.File.Package == Timestamp.Descriptor.File.Package)
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(path, $"An object was expected{(path.Length > 0 ? $" at {path}" : "")}.", "WRONG_TYPE"));
            return;
        }

        var seen = new HashSet<FieldDescriptor>();
        foreach (var property in value.EnumerateObject())
        {
            var place = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (faults.Count >= FaultsMax)
            {
                return;
            }

            if (Find(message, property.Name) is not { } field)
            {
                faults.Add(new(place, $"There is no field '{place}'.", "UNKNOWN"));
            }
            else if (!seen.Add(field))
            {
                faults.Add(new(place, $"The field '{place}' is there twice.", "TWICE"));
            }
            else if (field.FieldType == FieldType.Message && !field.IsMap && property.Value.ValueKind != JsonValueKind.Null)
            {
                Check(property.Value, field, place, faults);
            }
        }
    }

    private static void Check(JsonElement value, FieldDescriptor field, string place, List<Violation> faults)
    {
        if (!field.IsRepeated)
        {
            Check(value, field.MessageType, place, faults);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var at = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(item, field.MessageType, string.Create(CultureInfo.InvariantCulture, $"{place}[{at++}]"), faults);
            }
        }
    }

    private static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name);
}
