namespace CityTwin.Core.Sensing;

/// <summary>
/// What the words of status sensors mean for the level of their segment. A closed breaker conducts and an open
/// one does not; with whatever lets something pass (a valve, a gate, a road) it is the other way round.
/// </summary>
public static class StatusWords
{
    private const int Whole = 1000;

    private static readonly string[] PassageKinds = ["valve", "gate", "road", "bridge", "tunnel", "lane", "route"];
    private static readonly string[] SwitchKinds = ["breaker", "switch", "tie", "recloser", "disconnector"];
    private static readonly string[] RunningKinds = ["pump", "motor", "generator", "fan"];

    /// <summary>The level, 0..1000, that a word of a sensor of this kind gives its segment; null for a word nobody knows.</summary>
    /// <param name="kind">The sensor's kind, such as <c>breaker</c> or <c>gate-valve</c>.</param>
    public static int? LevelOf(string kind, string word) => word switch
    {
        "open" => IsPassage(kind) ? Whole : 0,
        "closed" => IsPassage(kind) ? 0 : Whole,
        "running" or "on" or "true" => Whole,
        "stopped" or "off" or "tripped" or "failed" or "false" => 0,
        _ => null,
    };

    /// <summary>The word that a sensor of this kind says while its segment works, or does not.</summary>
    public static string WordOf(string kind, bool works) =>
        IsPassage(kind) ? (works ? "open" : "closed")
        : HasPart(kind, SwitchKinds) ? (works ? "closed" : "open")
        : HasPart(kind, RunningKinds) ? (works ? "running" : "stopped")
        : works ? "on" : "off";

    private static bool IsPassage(string kind) => HasPart(kind, PassageKinds);

    /// <summary>Whole words between hyphens only: a gateway is no gate.</summary>
    private static bool HasPart(string kind, string[] words)
    {
        foreach (var part in kind.Split('-'))
        {
            if (Array.IndexOf(words, part) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
