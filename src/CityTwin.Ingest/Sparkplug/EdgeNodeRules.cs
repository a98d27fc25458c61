using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Ingest.Sparkplug.Wire;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>
/// What a message of an edge node means (Eclipse Sparkplug Specification 3.0, chapters 5 and 6). Total: whatever comes, a state
/// comes out. Messages of a node carry one count over all its topics; one that is missing may have been a birth by which names,
/// aliases and types mean something else. So after a gap nothing is taken until the node is born again, which it is asked for,
/// and whose birth brings every current value.
/// </summary>
internal static class EdgeNodeRules
{
    /// <summary>The metric by which a death belongs to a birth.</summary>
    public const string BirthNumber = "bdSeq";

    private const ulong SeqCount = 256;
    private const string Itself = "";

    /// <summary>A message arrived.</summary>
    /// <param name="sensorOf">Which sensor a metric of this topic is.</param>
    public static Step<EdgeNode, EdgeNodeEffect> Take(
        EdgeNode node, SparkplugTopic topic, Payload payload, Func<string, SensorId?> sensorOf, int metricsMax)
    {
        if (topic.Verb == SparkplugVerb.NodeBirth)
        {
            return NodeBirth(node, payload, sensorOf, metricsMax);
        }

        if (topic.Verb == SparkplugVerb.NodeDeath)
        {
            return NodeDeath(node, payload);
        }

        if (!HasSeq(payload))
        {
            return OutOfStep(node, MalformedReason.NotSparkplug, topic);
        }

        return Next(node, payload) is not { } next ? OutOfStep(node, MalformedReason.OutOfStep, topic)
            : topic.Verb == SparkplugVerb.DeviceBirth ? DeviceBirth(next, topic.Device!, payload, sensorOf, metricsMax)
            : topic.Verb == SparkplugVerb.DeviceDeath ? DeviceDeath(next, topic.Device!)
            : next.Born.Contains(topic.Device ?? Itself) ? Data(next, topic, payload)
            : OutOfStep(next, MalformedReason.OutOfStep, topic);
    }

    /// <summary>It has not answered for so long that it must be dead: its death came while nobody listened.</summary>
    public static Step<EdgeNode, EdgeNodeEffect> Bury(EdgeNode node) => new(EdgeNode.Unknown, [.. node.Sensors.Select(sensor => new SensorGone(sensor))]);

    private static Step<EdgeNode, EdgeNodeEffect> NodeBirth(EdgeNode node, Payload payload, Func<string, SensorId?> sensorOf, int metricsMax)
    {
        if (!HasSeq(payload) || BirthNumberOf(payload) is not { } session || payload.Metrics.Count > metricsMax)
        {
            return new(node with { IsInStep = false }, [new MetricRefused(MalformedReason.NotSparkplug, "NBIRTH")]);
        }

        var born = EdgeNode.Unknown with { Session = session, IsInStep = true, Seq = payload.Seq, Unconfirmed = [.. node.Sensors] };
        return Birth(born, Itself, payload, sensorOf);
    }

    private static Step<EdgeNode, EdgeNodeEffect> DeviceBirth(EdgeNode node, string device, Payload payload, Func<string, SensorId?> sensorOf, int metricsMax)
    {
        if (node.ByName.Count + payload.Metrics.Count > metricsMax)
        {
            return new(node with { IsInStep = false }, [new MetricRefused(MalformedReason.TooLarge, "DBIRTH")]);
        }

        // What the device had before and has no longer is gone as after a birth of the node.
        return Birth(Without(node, device), device, payload, sensorOf);
    }

    private static Step<EdgeNode, EdgeNodeEffect> Birth(EdgeNode node, string device, Payload payload, Func<string, SensorId?> sensorOf)
    {
        var effects = ImmutableArray.CreateBuilder<EdgeNodeEffect>();
        var (byName, byAlias, unconfirmed) = (node.ByName.ToBuilder(), node.ByAlias.ToBuilder(), node.Unconfirmed.ToBuilder());
        var times = new RepeatedTimes();
        foreach (var metric in payload.Metrics)
        {
            if (metric.Name.Length == 0 || (metric.HasAlias && byAlias.ContainsKey(metric.Alias)))
            {
                effects.Add(new MetricRefused(MalformedReason.UnknownMetric, metric.Name));
                continue;
            }

            var known = new BornMetric(device, metric.Name, metric.Datatype, sensorOf(metric.Name));
            byName[(device, metric.Name)] = known;
            if (metric.HasAlias)
            {
                byAlias[metric.Alias] = known;
            }

            if (known.Sensor is { } sensor)
            {
                unconfirmed.Remove(sensor);
                var said = MetricReading.Of(known, metric, payload, times);
                // The value first: until it is there again, what the sensor said before its death is not believed.
                effects.Add(said);
                if (said is not SensorGone)
                {
                    effects.Add(new SensorBorn(sensor));
                }
            }
        }

        return new(
            node with { Born = node.Born.Add(device), ByName = byName.ToImmutable(), ByAlias = byAlias.ToImmutable(), Unconfirmed = unconfirmed.ToImmutable() },
            effects.ToImmutable());
    }

    private static Step<EdgeNode, EdgeNodeEffect> Data(EdgeNode node, SparkplugTopic topic, Payload payload)
    {
        // All births precede all data: who is not born again by now is gone.
        var effects = ImmutableArray.CreateBuilder<EdgeNodeEffect>();
        effects.AddRange(node.Unconfirmed.Select(sensor => new SensorGone(sensor)));
        var times = new RepeatedTimes();
        foreach (var metric in payload.Metrics)
        {
            var known = metric.HasName ? node.ByName.GetValueOrDefault((topic.Device ?? Itself, metric.Name))
                : metric.HasAlias ? node.ByAlias.GetValueOrDefault(metric.Alias)
                : null;
            if (known is null || known.Device != (topic.Device ?? Itself))
            {
                effects.Add(new MetricRefused(MalformedReason.UnknownMetric, metric.HasName ? metric.Name : $"alias {metric.Alias}"));
            }
            else if (known.Sensor is not null)
            {
                effects.Add(MetricReading.Of(known, metric, payload, times));
            }
        }

        return new(node with { Unconfirmed = [] }, effects.ToImmutable());
    }

    private static Step<EdgeNode, EdgeNodeEffect> DeviceDeath(EdgeNode node, string device)
    {
        var after = Without(node, device);
        return new(
            after with { Unconfirmed = node.Unconfirmed },
            [.. after.Unconfirmed.Except(node.Unconfirmed).Select(sensor => new SensorGone(sensor))]);
    }

    /// <summary>
    /// The broker speaks a death for a connection, and may do so after the next one is born: then it carries the number of the
    /// birth before, and means nothing any more.
    /// </summary>
    private static Step<EdgeNode, EdgeNodeEffect> NodeDeath(EdgeNode node, Payload payload) =>
        BirthNumberOf(payload) is not { } session ? new(node, [new MetricRefused(MalformedReason.NotSparkplug, "NDEATH")])
        : node.Session == session ? Bury(node)
        : new(node, []);

    /// <summary>The node after a message that follows the last one, or is it again; null when one is missing or no birth is known.</summary>
    private static EdgeNode? Next(EdgeNode node, Payload payload) =>
        node is not { Session: not null, IsInStep: true } ? null
        : payload.Seq == (node.Seq + 1) % SeqCount ? node with { Seq = payload.Seq }
        : payload.Seq == node.Seq ? node
        : null;

    private static bool HasSeq(Payload payload) => payload.HasSeq && payload.Seq < SeqCount;

    private static Step<EdgeNode, EdgeNodeEffect> OutOfStep(EdgeNode node, MalformedReason reason, SparkplugTopic topic) =>
        new(node with { IsInStep = false }, [new MetricRefused(reason, $"{topic.Node}/{topic.Device}"), new RebirthWanted()]);

    private static EdgeNode Without(EdgeNode node, string device) => node with
    {
        Born = node.Born.Remove(device),
        ByName = node.ByName.RemoveRange(node.ByName.Keys.Where(key => key.Device == device)),
        ByAlias = node.ByAlias.RemoveRange(node.ByAlias.Where(alias => alias.Value.Device == device).Select(alias => alias.Key)),
        Unconfirmed = node.Unconfirmed.Union(node.ByName.Values.Where(metric => metric.Device == device).Select(metric => metric.Sensor).OfType<SensorId>()),
    };

    private static ulong? BirthNumberOf(Payload payload) =>
        payload.Metrics.FirstOrDefault(metric => metric.Name == BirthNumber) is not { } found ? null
        : found.ValueCase == Metric.ValueOneofCase.LongValue ? found.LongValue
        : found.ValueCase == Metric.ValueOneofCase.IntValue ? found.IntValue
        : null;
}
