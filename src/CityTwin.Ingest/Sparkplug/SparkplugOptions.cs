using System.Collections.Immutable;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>Which topics of an external broker carry Sparkplug B, and which sensors their metrics are.</summary>
public sealed record SparkplugOptions
{
    /// <summary>The groups whose edge nodes are listened to: topics <c>spBv1.0/{group}/...</c>.</summary>
    public required ImmutableArray<string> Groups { get; init; }

    /// <summary>How a metric's place makes the id of a sensor: see <see cref="SensorNaming"/>.</summary>
    public string SensorName { get; init; } = "{metric}";

    /// <summary>A larger payload is malformed; the birth of 50,000 metrics fits in.</summary>
    public int PayloadBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Edge nodes known at one time; messages of a further one are refused.</summary>
    public int NodesMax { get; init; } = 10_000;

    /// <summary>Metrics of one edge node and its devices; a birth with more is refused.</summary>
    public int MetricsPerNodeMax { get; init; } = 100_000;

    /// <summary>The least time between two requests to one edge node to be born again.</summary>
    public TimeSpan RebirthPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an edge node may take to be born again after our own connection was lost. Its death may have come while we
    /// were away: one that does not answer is taken for dead.
    /// </summary>
    public TimeSpan RebirthMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>All that is wrong, each naming its key; empty when nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Groups.IsDefaultOrEmpty || Groups.Any(group => group.Length is 0 or > 128 || group.IndexOfAny(['/', '+', '#', '\0']) >= 0))
        {
            yield return "Sparkplug.Groups: at least one, each of 1..128 characters without / + and #.";
        }

        if (SensorNaming.FaultOf(SensorName) is { } fault)
        {
            yield return $"Sparkplug.SensorName: {fault}";
        }
    }
}
