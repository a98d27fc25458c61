using System.Globalization;
using System.Text.Json;

namespace CityTwin.Core.Access;

/// <summary>Strict reading of the access rules' files: whatever the schema does not have is a fault with its place.</summary>
internal static class AccessJson
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    /// <returns>Null when it is no JSON object; the fault tells where.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> file, List<AccessFault> faults)
    {
        try
        {
            var document = JsonDocument.Parse(file, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            faults.Add(new("$", "The file is one JSON object."));
        }
        catch (JsonException failure)
        {
            faults.Add(new("$", string.Create(
                CultureInfo.InvariantCulture, $"It is no JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}.")));
        }

        return null;
    }

    /// <summary>Names that are not known, or are there twice.</summary>
    public static void Check(JsonElement element, string place, IReadOnlyCollection<string> known, List<AccessFault> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                faults.Add(new($"{place}.{property.Name}", $"There is no '{property.Name}' here; there are {string.Join(", ", known)}."));
            }
            else if (!seen.Add(property.Name))
            {
                faults.Add(new($"{place}.{property.Name}", "It is there twice."));
            }
        }
    }

    public static void CheckVersion(JsonElement root, int version, List<AccessFault> faults)
    {
        if (!root.TryGetProperty("schemaVersion", out var found) || found.ValueKind != JsonValueKind.Number
            || !found.TryGetInt32(out var number) || number != version)
        {
            faults.Add(new("$.schemaVersion", string.Create(CultureInfo.InvariantCulture, $"It is {version}.")));
        }
    }

    public static JsonElement? Object(JsonElement element, string place, string name, List<AccessFault> faults) =>
        Of(element, place, name, JsonValueKind.Object, "an object", faults);

    public static JsonElement? Array(JsonElement element, string place, string name, List<AccessFault> faults) =>
        Of(element, place, name, JsonValueKind.Array, "a list", faults);

    /// <param name="most">The most characters; control characters are none.</param>
    public static string Text(JsonElement element, string place, string name, int most, List<AccessFault> faults)
    {
        var text = Of(element, place, name, JsonValueKind.String, "a text", faults)?.GetString();
        if (text is not null && (text.Length == 0 || text.Length > most || text.Any(char.IsControl)))
        {
            faults.Add(new($"{place}.{name}", string.Create(CultureInfo.InvariantCulture, $"It has 1 to {most} characters, none of them a control character.")));
        }

        return text ?? "";
    }

    /// <returns>Null when it is not there, or no instant.</returns>
    public static DateTimeOffset? Instant(JsonElement element, string place, string name, List<AccessFault> faults)
    {
        if (!element.TryGetProperty(name, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (found.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            found.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
        {
            return instant;
        }

        faults.Add(new($"{place}.{name}", "It is an instant such as 2027-01-31T00:00:00Z."));
        return null;
    }

    public static Roles Roles(JsonElement list, string place, bool mayBeAnyone, List<AccessFault> faults)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(place, "It is a list of roles."));
            return Access.Roles.None;
        }

        var roles = Access.Roles.None;
        foreach (var (at, item) in list.EnumerateArray().Index())
        {
            var role = item.ValueKind == JsonValueKind.String ? RoleWords.Parse(item.GetString()!) : null;
            if (role is not { } known || (known == Access.Roles.Anyone && !mayBeAnyone))
            {
                faults.Add(new(string.Create(CultureInfo.InvariantCulture, $"{place}[{at}]"), $"It is none of {string.Join(", ", RoleWords.Granted.Select(RoleWords.Of))}{(mayBeAnyone ? ", anyone" : "")}."));
                continue;
            }

            roles |= known;
        }

        return roles;
    }

    private static JsonElement? Of(JsonElement element, string place, string name, JsonValueKind kind, string word, List<AccessFault> faults)
    {
        if (element.TryGetProperty(name, out var found) && found.ValueKind == kind)
        {
            return found;
        }

        faults.Add(new($"{place}.{name}", $"It is {word}, and required."));
        return null;
    }
}
