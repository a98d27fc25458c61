using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CityTwin.Architecture.Tests.Contracts;

/// <summary>What a contract says, member by member, to be read by people and compared.</summary>
internal static class Dump
{
    /// <summary>The members of a value, and theirs.</summary>
    public static JsonNode? Of(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case string or bool or Enum or DateTimeOffset or TimeSpan or Int128 or UInt128:
            case { } number when number.GetType().IsPrimitive:
                return JsonValue.Create(value is DateTimeOffset at ? at.ToString("O", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture));
            case ReadOnlyMemory<byte> bytes:
                return JsonValue.Create(Convert.ToHexString(bytes.Span));
            case IDictionary pairs:
                var entries = new JsonObject();
                foreach (DictionaryEntry pair in pairs)
                {
                    entries.Add($"{pair.Key}", Of(pair.Value));
                }

                return entries;
            case IEnumerable items:
                return value.GetType() is { IsValueType: true } array && array.GetProperty("IsDefault")?.GetValue(value) is true
                    ? null : new JsonArray([.. items.Cast<object?>().Select(Of)]);
            default:
                var members = new JsonObject();
                foreach (var parameter in Filling.ConstructorOf(value.GetType())?.GetParameters() ?? [])
                {
                    members.Add(parameter.Name!, Of(value.GetType().GetProperty(parameter.Name!)?.GetValue(value)));
                }

                return members;
        }
    }

    /// <summary>Where a value says otherwise than it once did; members that it had not then may say anything.</summary>
    public static IEnumerable<string> Differences(JsonNode? then, JsonNode? now, string place = "")
    {
        if (then is JsonObject members && now is JsonObject grown)
        {
            return members.SelectMany(member => Differences(member.Value, grown[member.Key], $"{place}.{member.Key}"));
        }

        if (then is JsonArray items && now is JsonArray others && items.Count == others.Count)
        {
            return items.SelectMany((item, at) => Differences(item, others[at], $"{place}[{at}]"));
        }

        return JsonNode.DeepEquals(then, now) ? [] : [$"{place}: {then?.ToJsonString() ?? "nothing"} is read as {now?.ToJsonString() ?? "nothing"}"];
    }
}
