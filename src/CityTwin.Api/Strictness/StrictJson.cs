using System.Globalization;
using System.Text.Json;
using CityTwin.Api.Errors;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CityTwin.Api.Strictness;

/// <summary>Finds what a JSON body or a query says that its message does not have or cannot hold.</summary>
internal static class StrictJson
{
    /// <summary>More faults than these are not told: whoever makes them reads the contract.</summary>
    public const int FaultsMax = 50;

    /// <summary>The code of a value that its field cannot hold.</summary>
    public const string InvalidValue = "INVALID_VALUE";

    private const int DepthMax = 32;

    /// <param name="bound">The field that the path gives; null when there is none.</param>
    public static List<Violation> Check(ReadOnlyMemory<byte> body, MessageDescriptor message, string? bound)
    {
        var faults = new List<Violation>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
            Check(document.RootElement, message, "", faults, bound);
        }
        catch (JsonException failure)
        {
            faults.Add(new("", string.Create(
                CultureInfo.InvariantCulture,
                $"The body is no JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}."), ErrorReason.InvalidJson));
        }
        catch (InvalidOperationException)
        {
            // The document lets half a character pass, and says so only when its text is asked for: here the name of a field.
            faults.Add(new("", "The body has a name that is no text in Unicode.", ErrorReason.InvalidJson));
        }

        return faults;
    }

    /// <param name="bound">The field that the path gives; null when there is none.</param>
    public static IEnumerable<Violation> CheckQuery(IQueryCollection query, MessageDescriptor message, string? bound) =>
        query.Select(parameter => Check(parameter.Key, parameter.Value, message, bound)).OfType<Violation>().Take(FaultsMax);

    /// <summary>True for messages that are written field by field; the well-known types have JSON forms of their own.</summary>
    public static bool IsOfContract(MessageDescriptor message) => message.File.Package != Timestamp.Descriptor.File.Package;

    private static Violation? Check(string name, StringValues values, MessageDescriptor message, string? bound)
    {
        if (Find(name.Split('.'), message) is not { } field)
        {
            return new(name, $"There is no parameter '{name}' here.", "UNKNOWN");
        }

        if (field.Name == bound)
        {
            return new(name, $"'{name}' stands in the path.", "TWICE");
        }

        return values.Count > 1 && !field.IsRepeated
            ? new(name, $"The parameter '{name}' is there twice.", "TWICE")
            : values.Select(value => StrictValues.FaultOf(value ?? "", field)).FirstOrDefault(fault => fault is not null) is { } fault
                ? new(name, $"'{name}' {fault}.", InvalidValue)
                : null;
    }

    private static FieldDescriptor? Find(ReadOnlySpan<string> path, MessageDescriptor message) => Find(message, path[0]) switch
    {
        { FieldType: FieldType.Message, IsRepeated: false } field when path.Length > 1 => Find(path[1..], field.MessageType),
        var field => path.Length == 1 ? field : null,
    };

    private static void Check(JsonElement value, MessageDescriptor message, string path, List<Violation> faults, string? bound)
    {
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
            else if (path.Length == 0 && field.Name == bound)
            {
                faults.Add(new(place, $"'{place}' stands in the path.", "TWICE"));
            }
            else if (!field.IsMap && property.Value.ValueKind != JsonValueKind.Null)
            {
                Check(property.Value, field, place, faults);
            }
        }
    }

    private static void Check(JsonElement value, FieldDescriptor field, string place, List<Violation> faults)
    {
        if (!field.IsRepeated)
        {
            CheckOne(value, field, place, faults);
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(place, $"A list was expected at {place}.", InvalidValue));
        }
        else
        {
            var at = 0;
            foreach (var item in value.EnumerateArray().TakeWhile(_ => faults.Count < FaultsMax))
            {
                CheckOne(item, field, string.Create(CultureInfo.InvariantCulture, $"{place}[{at++}]"), faults);
            }
        }
    }

    private static void CheckOne(JsonElement value, FieldDescriptor field, string place, List<Violation> faults)
    {
        if (StrictValues.FaultOf(value, field) is { } fault)
        {
            faults.Add(new(place, $"'{place}' {fault}.", InvalidValue));
        }
        else if (field.FieldType == FieldType.Message && IsOfContract(field.MessageType))
        {
            Check(value, field.MessageType, place, faults, null);
        }
    }

    private static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name);
}
