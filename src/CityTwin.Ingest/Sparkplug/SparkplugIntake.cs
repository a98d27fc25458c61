using System.Buffers;
using System.Collections.Concurrent;
using CityTwin.Core;
using CityTwin.Core.Model;
using CityTwin.Ingest.Sparkplug.Wire;
using Google.Protobuf;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>
/// What the connection to a broker hands its Sparkplug messages to. It keeps the session of each edge node in memory: after a
/// start every node is asked for its birth at its first message. Readings, deaths and births go on to the sensors by the same
/// door as everything else.
/// </summary>
/// <param name="askRebirth">Asks a node, by its command topic, to be born again.</param>
internal sealed class SparkplugIntake(SparkplugOptions options, Intake intake, TimeProvider time, Func<string, Task> askRebirth)
{
    private static readonly MessageParser<Payload> Parser = Payload.Parser.WithDiscardUnknownFields(true);

    private readonly SensorNaming _naming = new(options.SensorName);
    private readonly ConcurrentDictionary<(string Group, string Node), Held> _nodes = new();

    /// <summary>
    /// Takes a message. Those of one node must come one after the other; the storing of what they say begins before this
    /// returns, and the task ends as with <see cref="Intake.Take(string?, ReadOnlySequence{byte}, bool, string?)"/>.
    /// </summary>
    public Task Take(string topic, ReadOnlySequence<byte> bytes, bool isRetained)
    {
        if (SparkplugTopic.Parse(topic) is not { } parsed || !options.Groups.Contains(parsed.Group))
        {
            intake.Record(MalformedReason.UnknownTopic, topic, "");
            return Task.CompletedTask;
        }

        // A retained birth would bring dead nodes to life; the specification retains none.
        if (isRetained || Read(bytes) is not { } payload)
        {
            intake.Record(bytes.Length > options.PayloadBytesMax ? MalformedReason.TooLarge : MalformedReason.NotSparkplug, topic, "");
            return Task.CompletedTask;
        }

        var key = (parsed.Group, parsed.Node);
        if (!_nodes.ContainsKey(key) && _nodes.Count >= options.NodesMax && !ForgetUnborn())
        {
            intake.Record(MalformedReason.TooLarge, topic, $"{options.NodesMax} edge nodes are known; more are not kept.");
            return Task.CompletedTask;
        }

        var held = _nodes.GetOrAdd(key, static (_, command) => new(command), parsed.CommandTopic);
        lock (held)
        {
            return Do(held, topic, EdgeNodeRules.Take(held.Node, parsed, payload, metric => _naming.SensorOf(parsed, metric), options.MetricsPerNodeMax));
        }
    }

    /// <summary>Messages may have been missed: nothing counts until each node is born again, which it is asked for.</summary>
    /// <returns>What to do about those that do not answer, once they have had their time.</returns>
    public Func<Task> AskAll()
    {
        var asked = new List<(Held Held, EdgeNode Before)>();
        foreach (var held in _nodes.Values)
        {
            lock (held)
            {
                if (held.Node.Session is not null)
                {
                    held.Node = held.Node with { IsInStep = false };
                    asked.Add((held, held.Node));
                    _ = Ask(held);
                }
            }
        }

        return () => Task.WhenAll(asked.Select(node => Bury(node.Held)));
    }

    private Task Bury(Held held)
    {
        lock (held)
        {
            return held.Node.IsInStep ? Task.CompletedTask : Do(held, held.CommandTopic, EdgeNodeRules.Bury(held.Node));
        }
    }

    /// <summary>Makes room by one that was never born, or whoever may publish could fill it with names.</summary>
    private bool ForgetUnborn()
    {
        foreach (var (key, held) in _nodes)
        {
            if (held.Node.Session is null && held.Told == 0)
            {
                return _nodes.TryRemove(key, out _);
            }
        }

        return false;
    }

    private Payload? Read(ReadOnlySequence<byte> bytes)
    {
        try
        {
            return bytes.Length > options.PayloadBytesMax ? null : Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private async Task Do(Held held, string from, Step<EdgeNode, EdgeNodeEffect> step)
    {
        held.Node = step.State;
        try
        {
            await Task.WhenAll(step.Effects.Select(effect => Do(held, from, effect)).ToList()).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // What is lost here no broker sends again: the node says it once more.
            lock (held)
            {
                held.Node = held.Node with { IsInStep = false };
                _ = Ask(held);
            }

            throw;
        }
    }

    private Task Do(Held held, string from, EdgeNodeEffect effect)
    {
        switch (effect)
        {
            case ReadingSent sent:
                return intake.Take(from, sent.Reading);
            case SensorGone gone:
                return Tell(held, from, gone.Sensor, isThere: false);
            case SensorBorn born:
                return Tell(held, from, born.Sensor, isThere: true);
            case MetricRefused refused:
                intake.Record(refused.Reason, from, refused.What, refused.Sensor);
                return Task.CompletedTask;
            default:
                return Ask(held);
        }
    }

    private Task Tell(Held held, string from, SensorId sensor, bool isThere)
    {
        if (!intake.IsOfCity(sensor))
        {
            return Task.CompletedTask;
        }

        var number = ++held.Told;
        held.LastTold[sensor] = number;
        return intake.Tell(from, sensor, isThere, () => held.LastTold[sensor] == number);
    }

    private Task Ask(Held held)
    {
        var now = time.GetUtcNow();
        if (held.AskedAt is { } asked && now - asked < options.RebirthPause && now >= asked)
        {
            return Task.CompletedTask;
        }

        held.AskedAt = now;
        return askRebirth(held.CommandTopic);
    }

    private sealed class Held(string commandTopic)
    {
        public string CommandTopic => commandTopic;

        public EdgeNode Node { get; set; } = EdgeNode.Unknown;

        public DateTimeOffset? AskedAt { get; set; }

        public long Told { get; set; }

        /// <summary>The number of what each sensor was told last: what is tried again must not undo it. One for each sensor of the city that was ever told.</summary>
        public ConcurrentDictionary<SensorId, long> LastTold { get; } = new();
    }
}
