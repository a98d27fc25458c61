using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>What is known of one edge node: the session that its last birth began.</summary>
/// <param name="Session">The birth number (<c>bdSeq</c>), which its death will carry; null = no birth is known.</param>
/// <param name="IsInStep">No message is missing since the birth; otherwise names and aliases may mean something else by now.</param>
/// <param name="Seq">Of its last message.</param>
/// <param name="Born">Its devices that are born; <c>""</c> is the node itself.</param>
/// <param name="ByName">What the births said, by device and name.</param>
/// <param name="ByAlias">The same for metrics with an alias, which is unique in a node.</param>
/// <param name="Unconfirmed">Sensors of the session before that are not born again yet; when the births are over, they are gone.</param>
internal sealed record EdgeNode(
    ulong? Session,
    bool IsInStep,
    ulong Seq,
    ImmutableHashSet<string> Born,
    ImmutableDictionary<(string Device, string Name), BornMetric> ByName,
    ImmutableDictionary<ulong, BornMetric> ByAlias,
    ImmutableSortedSet<SensorId> Unconfirmed)
{
    public static EdgeNode Unknown { get; } = new(
        null, false, 0, [], ImmutableDictionary<(string, string), BornMetric>.Empty, ImmutableDictionary<ulong, BornMetric>.Empty, []);

    /// <summary>Every sensor it speaks for, in the order of their ids.</summary>
    public IEnumerable<SensorId> Sensors => ByName.Values.Select(metric => metric.Sensor).OfType<SensorId>().Concat(Unconfirmed).Distinct().Order();
}

/// <summary>What a birth says of a metric.</summary>
/// <param name="Sensor">Null when it is none.</param>
internal sealed record BornMetric(string Device, string Name, uint Datatype, SensorId? Sensor);

/// <summary>What follows from a message of an edge node.</summary>
internal abstract record EdgeNodeEffect;

/// <summary>A sensor said something.</summary>
internal sealed record ReadingSent(SentReading Reading) : EdgeNodeEffect;

/// <summary>Nobody speaks for a sensor any more, or whoever does says that it cannot be believed.</summary>
internal sealed record SensorGone(SensorId Sensor) : EdgeNodeEffect;

/// <summary>Somebody speaks for a sensor again.</summary>
internal sealed record SensorBorn(SensorId Sensor) : EdgeNodeEffect;

/// <summary>Something was not taken.</summary>
/// <param name="What">What is known of it.</param>
/// <param name="Sensor">Null when it is of none.</param>
internal sealed record MetricRefused(MalformedReason Reason, string What, SensorId? Sensor = null) : EdgeNodeEffect;

/// <summary>The node has to be asked to say anew what it has.</summary>
internal sealed record RebirthWanted : EdgeNodeEffect;
