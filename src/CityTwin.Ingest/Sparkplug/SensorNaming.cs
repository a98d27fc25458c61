using System.Text;
using System.Text.RegularExpressions;
using CityTwin.Core.Model;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>
/// Makes the id of a sensor of where its metric stands. A pattern such as <c>{device}-{metric}</c> is filled in, and the
/// result written as ids are: in lower case, whatever else than a-z and 0-9 as one <c>-</c>. So the metric <c>Inputs/A</c> of
/// the device <c>Pibrella</c> is the sensor <c>pibrella-inputs-a</c>. A metric of the node itself has no device.
/// </summary>
internal sealed partial class SensorNaming(string pattern)
{
    private static readonly string[] Words = ["group", "node", "device", "metric"];

    /// <summary>What is wrong with a pattern; null when nothing is.</summary>
    public static string? FaultOf(string pattern) =>
        Word().Matches(pattern).Select(word => word.Groups[1].Value).FirstOrDefault(word => !Words.Contains(word)) is { } unknown
            ? $"'{{{unknown}}}' is none of {{group}}, {{node}}, {{device}} and {{metric}}."
            : !pattern.Contains("{metric}", StringComparison.Ordinal) ? $"'{pattern}' has no {{metric}}: all metrics of a device would be one sensor."
            : null;

    /// <summary>The sensor; null for what is no measurement but the node's own business, or makes no id.</summary>
    public SensorId? SensorOf(SparkplugTopic topic, string metric)
    {
        if (IsOwnBusiness(metric))
        {
            return null;
        }

        var filled = Word().Replace(pattern, word => word.Groups[1].Value switch
        {
            "group" => topic.Group,
            "node" => topic.Node,
            "device" => topic.Device ?? "",
            _ => metric,
        });
        var id = IdOf(filled);
        return SensorTopic.IsId(id) ? new(id) : null;
    }

    /// <summary>Sessions, commands and nameplates: every birth has them, and none is a sensor (specification, chapters 5 and 6).</summary>
    internal static bool IsOwnBusiness(string metric) => metric == EdgeNodeRules.BirthNumber
        || metric.StartsWith("Node Control/", StringComparison.Ordinal)
        || metric.StartsWith("Device Control/", StringComparison.Ordinal)
        || metric.StartsWith("Properties/", StringComparison.Ordinal);

    private static string IdOf(string text)
    {
        var id = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                id.Append(char.ToLowerInvariant(letter));
            }
            else if (id.Length > 0 && id[^1] != '-')
            {
                id.Append('-');
            }
        }

        return id.ToString().TrimEnd('-');
    }

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Word();
}
