namespace CityTwin.Ingest.Sparkplug;

/// <summary>What an edge node says of itself or of a device behind it.</summary>
internal enum SparkplugVerb
{
    NodeBirth,
    NodeDeath,
    NodeData,
    DeviceBirth,
    DeviceDeath,
    DeviceData,
}

/// <summary>
/// A topic under which an edge node speaks: <c>spBv1.0/{group}/{verb}/{node}[/{device}]</c> (Eclipse Sparkplug Specification
/// 3.0, chapter 4). Commands and the state of hosts are not listened to.
/// </summary>
/// <param name="Device">Null for what is of the node itself.</param>
internal readonly record struct SparkplugTopic(string Group, SparkplugVerb Verb, string Node, string? Device)
{
    public const string Namespace = "spBv1.0";

    private static readonly (string Word, SparkplugVerb Verb, bool IsOfDevice)[] Verbs =
    [
        ("NBIRTH", SparkplugVerb.NodeBirth, false), ("NDEATH", SparkplugVerb.NodeDeath, false), ("NDATA", SparkplugVerb.NodeData, false),
        ("DBIRTH", SparkplugVerb.DeviceBirth, true), ("DDEATH", SparkplugVerb.DeviceDeath, true), ("DDATA", SparkplugVerb.DeviceData, true),
    ];

    /// <summary>What to subscribe to for one group.</summary>
    public static IEnumerable<string> Filters(string group) =>
        Verbs.Select(verb => $"{Namespace}/{group}/{verb.Word}/+{(verb.IsOfDevice ? "/+" : "")}");

    public static SparkplugTopic? Parse(string topic)
    {
        var levels = topic.Split('/');
        if (levels.Length is not (4 or 5) || levels[0] != Namespace || levels.Any(level => level.Length == 0))
        {
            return null;
        }

        var isOfDevice = levels.Length == 5;
        foreach (var verb in Verbs)
        {
            if (verb.Word == levels[2] && verb.IsOfDevice == isOfDevice)
            {
                return new(levels[1], verb.Verb, levels[3], isOfDevice ? levels[4] : null);
            }
        }

        return null;
    }

    /// <summary>Where the node hears commands.</summary>
    public string CommandTopic => $"{Namespace}/{Group}/NCMD/{Node}";
}
