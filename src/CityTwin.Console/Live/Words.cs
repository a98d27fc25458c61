using System.Globalization;
using CityTwin.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Console.Live;

/// <summary>Values as people read them.</summary>
internal static class Words
{
    private static readonly HashSet<string> _symbols =
        ["power", "water", "telecom", "transport", "health", "waste", "citizen-services"];

    /// <summary>A level as per cent; a dash when nothing is known.</summary>
    public static string Percent(int? permille) => permille is null or < 0 ? "–" : (permille.Value / 10.0).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>The band of a level, as the map draws it.</summary>
    public static string Band(int? permille) => permille switch
    {
        null or < 0 => "unknown",
        >= 1000 => "normal",
        >= 500 => "reduced",
        > 0 => "severe",
        _ => "dark",
    };

    /// <summary>A code or id as words: <c>citizen-services</c> becomes "Citizen services".</summary>
    public static string Sentence(string code)
    {
        var words = code.Replace('-', ' ').Replace('_', ' ').Trim().ToLowerInvariant();
        return words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>A value of an enum as words: <c>OnScene</c> becomes "On scene".</summary>
    public static string Of(System.Enum value) =>
        Sentence(string.Concat(value.ToString().Select(letter => char.IsUpper(letter) ? "-" + letter : letter.ToString())));

    /// <summary>The symbol of a service in icons.svg.</summary>
    public static string Symbol(string service) => "_content/CityTwin.Console/icons.svg#" + (service.Length == 0 ? "all" : _symbols.Contains(service) ? service : "other");

    /// <summary>A whole number with thin spaces between thousands.</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');

    /// <summary>A duration in its two largest units.</summary>
    public static string Span(Duration? duration)
    {
        if (duration is null)
        {
            return "–";
        }

        var span = duration.ToTimeSpan();
        return span switch
        {
            { TotalDays: >= 1 } => $"{(int)span.TotalDays} d {span.Hours} h",
            { TotalHours: >= 1 } => $"{(int)span.TotalHours} h {span.Minutes} min",
            { TotalMinutes: >= 1 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
            _ => $"{span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
        };
    }

    /// <summary>The id at the end of a resource name.</summary>
    public static string Id(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>Which part of a rule holds something down.</summary>
    public static string Reason(ExplanationReason reason) => reason switch
    {
        ExplanationReason.Ceiling => "held down by its own cause",
        ExplanationReason.Supply => "what feeds it is down",
        ExplanationReason.Needs => "what it needs is down",
        ExplanationReason.BackupEmpty => "its backup has run empty",
        ExplanationReason.Restarting => "still restarting",
        ExplanationReason.Network => "no path of its network brings more",
        ExplanationReason.WaitsForStart => "waits for a start",
        ExplanationReason.Service => "read from the segments that bring it",
        _ => "reason not told",
    };
}
