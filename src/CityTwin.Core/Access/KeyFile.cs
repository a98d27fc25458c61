using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Model;

namespace CityTwin.Core.Access;

/// <summary>
/// The file of keys: readable, without secrets, so that it can lie in a repository or be mounted from a Kubernetes secret
/// alike. Everything wrong with it is told at once.
/// </summary>
public static class KeyFile
{
    public const int SchemaVersion = 1;
    public const int KeysMax = 10_000;

    /// <summary>In a grant's list of zones: the city as a whole.</summary>
    public const string Everything = "*";

    private const int HashLength = 64;
    private const int IdLengthMax = 63;
    private static readonly JsonWriterOptions Written = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static (ImmutableArray<ApiKey> Keys, ImmutableArray<AccessFault> Faults) Read(ReadOnlyMemory<byte> file)
    {
        var faults = new List<AccessFault>();
        using var document = AccessJson.Parse(file, faults);
        var keys = new List<ApiKey>();
        if (document is not null)
        {
            AccessJson.Check(document.RootElement, "$", ["schemaVersion", "keys"], faults);
            AccessJson.CheckVersion(document.RootElement, SchemaVersion, faults);
            foreach (var (at, item) in (AccessJson.Array(document.RootElement, "$", "keys", faults)?.EnumerateArray() ?? []).Index())
            {
                Take(item, string.Create(CultureInfo.InvariantCulture, $"$.keys[{at}]"));
            }
        }

        if (keys.Count > KeysMax)
        {
            faults.Add(new("$.keys", string.Create(CultureInfo.InvariantCulture, $"There are at most {KeysMax} keys.")));
        }

        return faults.Count > 0 ? ([], [.. faults]) : ([.. keys], []);

        void Take(JsonElement item, string place)
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                faults.Add(new(place, "It is an object."));
                return;
            }

            AccessJson.Check(item, place, ["id", "name", "hash", "grants", "sensor", "expires", "revoked"], faults);
            var id = AccessJson.Text(item, place, "id", 2 * ApiKey.IdBytes, faults);
            var hash = AccessJson.Text(item, place, "hash", HashLength, faults);
            if (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower))
            {
                faults.Add(new($"{place}.hash", "It is the SHA-256 of the key, as 64 lower-case hexadecimal digits."));
            }

            if (keys.Exists(key => key.Id == id))
            {
                faults.Add(new($"{place}.id", $"There is a key '{id}' already."));
            }

            var revoked = item.TryGetProperty("revoked", out var word);
            if (revoked && word.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                faults.Add(new($"{place}.revoked", "It is true or false."));
            }

            keys.Add(new(
                id, AccessJson.Text(item, place, "name", Principal.NameLengthMax, faults), hash, GrantsOf(item, place, faults),
                AccessJson.Instant(item, place, "expires", faults), revoked && word.ValueKind == JsonValueKind.True)
            {
                Sensor = item.TryGetProperty("sensor", out _) ? new(AccessJson.Text(item, place, "sensor", IdLengthMax, faults)) : null,
            });
        }
    }

    public static byte[] Write(IEnumerable<ApiKey> keys)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Written))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                Write(json, key);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ApiKey key)
    {
        json.WriteStartObject();
        json.WriteString("id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("hash", key.Hash);
        json.WriteStartArray("grants");
        foreach (var grant in key.Grants)
        {
            json.WriteStartObject();
            WriteList("roles", RoleWords.Granted.Where(role => grant.Roles.HasFlag(role)).Select(RoleWords.Of));
            WriteList("zones", grant.Scope.IsEverything ? [Everything] : grant.Scope.Zones.Select(zone => zone.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (key.Sensor is { } sensor)
        {
            json.WriteString("sensor", sensor.Value);
        }

        if (key.Expires is { } expires)
        {
            json.WriteString("expires", expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        if (key.IsRevoked)
        {
            json.WriteBoolean("revoked", true);
        }

        json.WriteEndObject();

        void WriteList(string name, IEnumerable<string> words)
        {
            json.WriteStartArray(name);
            foreach (var word in words)
            {
                json.WriteStringValue(word);
            }

            json.WriteEndArray();
        }
    }

    private static ImmutableArray<Grant> GrantsOf(JsonElement key, string place, List<AccessFault> faults)
    {
        var grants = ImmutableArray.CreateBuilder<Grant>();
        foreach (var (at, item) in (AccessJson.Array(key, place, "grants", faults)?.EnumerateArray() ?? []).Index())
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{place}.grants[{at}]");
            if (item.ValueKind != JsonValueKind.Object)
            {
                faults.Add(new(here, "It is an object."));
                continue;
            }

            AccessJson.Check(item, here, ["roles", "zones"], faults);
            var roles = AccessJson.Array(item, here, "roles", faults) is { } list ? AccessJson.Roles(list, $"{here}.roles", mayBeAnyone: false, faults) : Roles.None;
            var zones = (AccessJson.Array(item, here, "zones", faults)?.EnumerateArray() ?? []).Select(zone => zone.ValueKind == JsonValueKind.String ? zone.GetString()! : "").ToList();
            if (zones.Count == 0 || zones.Contains("") || (zones.Contains(Everything) && zones.Count > 1))
            {
                faults.Add(new($"{here}.zones", "It names zones, or is [\"*\"] for the whole city."));
            }

            grants.Add(new(roles, zones.Contains(Everything) ? ZoneScope.Everything : new(false, [.. zones.Select(zone => new ZoneId(zone))])));
        }

        return grants.ToImmutable();
    }
}
