using CityTwin.Core.Model;

namespace CityTwin.Ingest;

/// <summary>What a sensor's topic carries.</summary>
public enum SensorTopicKind
{
    Reading,
    Event,
}

/// <summary>A topic under which something comes in: <c>{prefix}/sensors/{sensor}/reading</c> or <c>.../event</c>.</summary>
public readonly record struct SensorTopic(SensorId Sensor, SensorTopicKind Kind)
{
    private const int IdMax = 63;

    /// <summary>The only filter that ingest subscribes to; what goes out lies beside it, so that nothing goes round in a loop.</summary>
    public static string Filter(string prefix) => $"{prefix}/sensors/#";

    public static bool TryParse(string prefix, string? topic, out SensorTopic parsed)
    {
        parsed = default;
        if (topic is null || !topic.StartsWith(prefix, StringComparison.Ordinal)
            || !topic.AsSpan(prefix.Length).StartsWith("/sensors/", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = topic.AsSpan(prefix.Length + "/sensors/".Length);
        var slash = rest.IndexOf('/');
        if (slash < 0 || !IsId(rest[..slash]) || KindOf(rest[(slash + 1)..]) is not { } kind)
        {
            return false;
        }

        parsed = new(new(rest[..slash].ToString()), kind);
        return true;
    }

    /// <summary>True for <c>[a-z][a-z0-9-]{0,62}</c>, the form of every id.</summary>
    internal static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= IdMax
        && char.IsAsciiLetterLower(text[0])
        && text.IndexOfAnyExcept(IdCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> IdCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static SensorTopicKind? KindOf(ReadOnlySpan<char> last) => last switch
    {
        "reading" => SensorTopicKind.Reading,
        "event" => SensorTopicKind.Event,
        _ => null,
    };
}
