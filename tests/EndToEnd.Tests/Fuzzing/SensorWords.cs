using System.Text;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>What sensors say that are well, in JSON and as edge nodes of Sparkplug B.</summary>
internal static class SensorWords
{
    private static readonly string[] Words = ["open", "closed", "ok", "nonsense"];
    private static readonly string[] Units = ["m3/s", "°C", "kWh", "MW", ""];
    private static readonly string[] Classes = ["door-forced", "badge-refused", "login-failed", "intrusion", "fire", "zebra"];
    private static readonly string[] Verbs = ["NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH", "NCMD", "STATE"];
    private static readonly string[] Groups = ["Plant", "Plant", "Plant", "Elsewhere"];

    public static (string Topic, byte[] Payload) Json(IReadOnlyList<string> sensors, Draws draws)
    {
        var isEvent = draws.Chance(30);
        var items = Enumerable.Range(0, draws.Chance(90) ? 1 : draws.Between(0, 50)).Select(_ => isEvent ? Event(draws) : Reading(draws)).ToList();
        return ($"citytwin/v1/{draws.OneOf(sensors)}/{(isEvent ? "event" : "reading")}",
            Encoding.UTF8.GetBytes(items.Count == 1 && draws.Chance(90) ? items[0] : $"[{string.Join(',', items)}]"));
    }

    /// <summary>The encoding of Sparkplug B, byte by byte: timestamp is field 1, metrics are field 2, seq is field 3.</summary>
    public static (string Topic, byte[] Payload) Sparkplug(IReadOnlyList<string> sensors, Draws draws)
    {
        var verb = draws.OneOf(Verbs);
        byte[] number = [0x12, 11, 0x0a, 5, .. "bdSeq"u8, 0x20, 4, 0x58, (byte)draws.Between(0, 3)];
        var metrics = Enumerable.Range(0, draws.Between(0, 4)).SelectMany(_ => Metric(draws.OneOf(sensors)["sensors/".Length..], draws));
        byte[] payload = [.. verb is "NBIRTH" or "NDEATH" ? number : [], .. metrics, 0x18, (byte)draws.Between(0, 3)];
        return ($"spBv1.0/{draws.OneOf(Groups)}/{verb}/node-{draws.Between(0, 9)}{(verb.StartsWith('D') ? $"/device-{draws.Between(0, 2)}" : "")}", payload);
    }

    private static string Reading(Draws draws) =>
        $$"""{"value":{{(draws.Chance(70) ? draws.Between(-5, 100) : $"\"{draws.OneOf(Words)}\"")}}{{(draws.Chance(20) ? $",\"unit\":\"{draws.OneOf(Units)}\"" : "")}}{{Identity(draws)}}}""";

    private static string Event(Draws draws) =>
        $$"""{"class":"{{draws.OneOf(Classes)}}","confidence":0.{{draws.Between(1, 9)}}{{Identity(draws)}}}""";

    private static string Identity(Draws draws) => draws.Between(0, 3) switch
    {
        0 => $",\"boot\":{draws.Between(1, 3)},\"sequence\":{draws.Between(1, 1_000_000)}",
        1 => $",\"observedAt\":\"{DateTimeOffset.UtcNow:O}\"",
        _ => "",
    };

    private static byte[] Metric(string name, Draws draws)
    {
        byte[] value = draws.Chance(70) ? [0x20, 10, 0x69, .. BitConverter.GetBytes(draws.Between(0, 900) / 10.0)] : [0x20, 11, 0x70, (byte)draws.Between(0, 1)];
        byte[] metric = [0x0a, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0x18, .. Varint((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), .. value];
        return [0x12, (byte)metric.Length, .. metric];
    }

    private static IEnumerable<byte> Varint(ulong left)
    {
        for (; left >= 0x80; left >>= 7)
        {
            yield return (byte)((left & 0x7f) | 0x80);
        }

        yield return (byte)left;
    }
}
