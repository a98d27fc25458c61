using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Ingest.Sparkplug;
using CityTwin.Ingest.Sparkplug.Wire;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace CityTwin.Ingest.Tests.Sparkplug;

public sealed class EdgeNodeRulesTests
{
    private const string Device = "Pibrella";

    private static readonly SensorNaming Naming = new("{device}-{metric}");

    /// <summary>The node after the two published births.</summary>
    private static readonly EdgeNode Born = Take(
        Take(EdgeNode.Unknown, SparkplugVerb.NodeBirth, PublishedExamples.NodeBirth).Node, SparkplugVerb.DeviceBirth, PublishedExamples.DeviceBirth).Node;

    [Fact]
    public void Published_births_say_every_value_and_that_the_sensors_are_there()
    {
        var (node, effects) = Take(EdgeNode.Unknown, SparkplugVerb.NodeBirth, PublishedExamples.NodeBirth);
        Assert.Equal((0ul, true, 0ul), (node.Session!.Value, node.IsInStep, node.Seq));
        Assert.Equal([Said("supply-voltage", 12.1f), new SensorBorn(new("supply-voltage"))], effects);

        var (device, said) = Take(node, SparkplugVerb.DeviceBirth, PublishedExamples.DeviceBirth);
        Assert.Equal(1ul, device.Seq);
        Assert.Equal(13, said.OfType<ReadingSent>().Count());
        Assert.Contains(Said("pibrella-inputs-a", "false"), said);
        Assert.Contains(new SensorBorn(new("pibrella-outputs-leds-green")), said);
        Assert.DoesNotContain(said, effect => effect is MetricRefused);
    }

    [Fact]
    public void Published_data_are_readings()
    {
        Assert.Equal([Said("supply-voltage", 12.3f)], Take(Born, SparkplugVerb.NodeData, PublishedExamples.NodeData).Effects);
        // Its count is 0: that of the message after 255.
        Assert.Equal(
            [Said("pibrella-inputs-a", "true"), Said("pibrella-inputs-c", "true")],
            Take(Born with { Seq = 255 }, SparkplugVerb.DeviceData, PublishedExamples.DeviceData).Effects);
    }

    [Fact]
    public void Published_deaths_take_their_sensors_with_them()
    {
        var (alone, device) = Take(Born with { Seq = 122 }, SparkplugVerb.DeviceDeath, PublishedExamples.DeviceDeath);
        Assert.Equal(13, device.OfType<SensorGone>().Count());
        Assert.All(device, effect => Assert.StartsWith("pibrella-", Assert.IsType<SensorGone>(effect).Sensor.Value, StringComparison.Ordinal));
        Assert.Equal([new SensorGone(new("supply-voltage"))], Take(alone, SparkplugVerb.NodeDeath, PublishedExamples.NodeDeath).Effects);

        var (dead, all) = Take(Born, SparkplugVerb.NodeDeath, PublishedExamples.NodeDeath);
        Assert.Equal(14, all.OfType<SensorGone>().Count());
        Assert.Empty(Take(dead, SparkplugVerb.NodeDeath, PublishedExamples.NodeDeath).Effects);
        Refuses(dead, SparkplugVerb.NodeData, PublishedExamples.NodeData);
    }

    [Fact]
    public void Death_of_the_connection_before_means_nothing()
    {
        var (next, _) = Take(Born, SparkplugVerb.NodeBirth, Birth(session: 1, "Supply Voltage"));
        Assert.Empty(Take(next, SparkplugVerb.NodeDeath, PublishedExamples.NodeDeath).Effects);
        Assert.NotEmpty(Take(next, SparkplugVerb.NodeDeath, Message(null, new Metric { Name = "bdSeq", LongValue = 1 })).Effects);
    }

    [Fact]
    public void After_a_gap_nothing_is_taken_until_the_node_is_born_again()
    {
        var gap = Refuses(Born, SparkplugVerb.DeviceData, PublishedExamples.DeviceData);
        Refuses(gap, SparkplugVerb.NodeData, PublishedExamples.NodeData);
        Refuses(gap, SparkplugVerb.DeviceBirth, PublishedExamples.DeviceBirth);

        var again = Take(gap, SparkplugVerb.NodeBirth, PublishedExamples.NodeBirth);
        Assert.True(again.Node.IsInStep);
        Assert.DoesNotContain(again.Effects, effect => effect is SensorGone);
    }

    [Fact]
    public void Same_message_again_is_no_gap() =>
        Assert.Equal([Said("supply-voltage", 12.3f)], Take(Born with { Seq = 2 }, SparkplugVerb.NodeData, PublishedExamples.NodeData).Effects);

    [Theory]
    [InlineData(SparkplugVerb.NodeData)]
    [InlineData(SparkplugVerb.DeviceBirth)]
    [InlineData(SparkplugVerb.DeviceData)]
    [InlineData(SparkplugVerb.DeviceDeath)]
    internal void Nothing_is_taken_before_the_birth_and_it_is_asked_for(SparkplugVerb verb) => Refuses(EdgeNode.Unknown, verb, PublishedExamples.NodeData);

    [Fact]
    public void Device_that_does_not_come_back_with_its_node_is_gone_when_the_births_are_over()
    {
        var (node, birth) = Take(Born, SparkplugVerb.NodeBirth, Birth(session: 1, "Supply Voltage"));
        Assert.DoesNotContain(birth, effect => effect is SensorGone);

        var effects = Take(node, SparkplugVerb.NodeData, Message(1, new Metric { Name = "Supply Voltage", FloatValue = 1, Timestamp = 5 })).Effects;

        Assert.Equal(13, effects.OfType<SensorGone>().Count());
        Assert.Single(effects.OfType<ReadingSent>());
    }

    [Fact]
    public void Values_are_read_by_alias_and_type_and_without_a_believed_value_there_is_no_sensor()
    {
        var born = Birth(0, new("Level", 7, 3), new("Pump", 8, 11), new("Bad", 9, 10));
        var node = Take(EdgeNode.Unknown, SparkplugVerb.NodeBirth, born).Node;

        // The same payload is a birth's and a data message's: the specification lets both name what they say.
        var effects = Take(node with { Seq = 254 }, SparkplugVerb.NodeData, PublishedExamples.Mixed).Effects;

        Assert.Equal(
            [
                Said("level", -10),
                new SensorGone(new("pump")),
                new SensorGone(new("bad")),
                new ReadingSent(new(new("level"), ReadingValue.Of(5), null, PublishedExamples.At.AddMilliseconds(-122), null, null, IsPast: true)),
            ],
            effects);
    }

    [Theory]
    [InlineData(1u, 200ul, -56d)]
    [InlineData(2u, 65535ul, -1d)]
    [InlineData(3u, 2147483648ul, -2147483648d)]
    [InlineData(4u, ulong.MaxValue, -1d)]
    [InlineData(5u, 200ul, 200d)]
    [InlineData(7u, 4294967295ul, 4294967295d)]
    [InlineData(8u, ulong.MaxValue, 18446744073709551615d)]
    public void Whole_numbers_have_the_sign_of_their_type(uint datatype, ulong bits, double expected)
    {
        var node = Take(EdgeNode.Unknown, SparkplugVerb.NodeBirth, Birth(0, new Definition("x", null, datatype))).Node;
        var said = Take(node, SparkplugVerb.NodeData, Message(1, new Metric { Name = "x", LongValue = bits, Timestamp = 5 })).Effects;
        Assert.Equal(expected, Assert.IsType<ReadingSent>(Assert.Single(said)).Reading.Value!.Value.Number);
    }

    [Fact]
    public void What_cannot_be_read_is_refused_by_name_and_the_rest_is_taken()
    {
        var node = Take(EdgeNode.Unknown, SparkplugVerb.NodeBirth, Birth(0, new("text", null, 12), new("x", 3, 10), new("when", null, 13))).Node;
        var payload = new Payload
        {
            Seq = 1,
            Metrics =
            {
                new Metric { Name = "text", StringValue = "open", Timestamp = 5 },
                new Metric { Name = "when", LongValue = 5, Timestamp = 5 },
                new Metric { Name = "x", IntValue = 5, Timestamp = 5 },
                new Metric { Name = "x", DoubleValue = 5 },
                new Metric { Name = "nowhere", DoubleValue = 5, Timestamp = 5 },
                new Metric { Alias = 4, DoubleValue = 5, Timestamp = 5 },
                new Metric { Alias = 3, DoubleValue = 6, Timestamp = 5 },
                new Metric { Alias = 3, DoubleValue = 7, Timestamp = 5 },
            },
        };

        var effects = Take(node, SparkplugVerb.NodeData, payload.ToByteArray()).Effects;

        Assert.Equal(
            [
                "WrongType text", "WrongType when", "WrongType x", "MissingField x", "UnknownMetric nowhere", "UnknownMetric alias 4",
            ],
            effects.OfType<MetricRefused>().Select(refused => $"{refused.Reason} {refused.What}"));
        // Two of one millisecond are two readings, everywhere the same two.
        Assert.Equal(
            [(6d, 0L), (7d, 1L)],
            effects.OfType<ReadingSent>().Select(sent => (sent.Reading.Value!.Value.Number!.Value, sent.Reading.ObservedAt!.Value.Ticks % TimeSpan.TicksPerMillisecond)));
    }

    [Fact]
    public void Birth_without_what_it_must_have_is_refused()
    {
        foreach (var birth in new[] { Message(256, new Metric { Name = "bdSeq", LongValue = 1 }), Message(null, new Metric { Name = "bdSeq", LongValue = 1 }), Message(0) })
        {
            var (node, effects) = Take(Born, SparkplugVerb.NodeBirth, birth);
            Assert.Equal(MalformedReason.NotSparkplug, Assert.IsType<MetricRefused>(Assert.Single(effects)).Reason);
            Assert.False(node.IsInStep);
        }
    }

    [Fact]
    public void Sensors_are_gone_exactly_when_nobody_alive_speaks_for_them() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 40].Sample(steps =>
        {
            // Whatever happens: after a death that is of this session, all that were there are told to be gone.
            var (node, there) = (EdgeNode.Unknown, new HashSet<SensorId>());
            foreach (var (verb, session, metric) in steps.Append((1, -1, 0)))
            {
                var number = session < 0 ? node.Session ?? 9 : (ulong)session;
                var bytes = (SparkplugVerb)verb is SparkplugVerb.NodeBirth or SparkplugVerb.NodeDeath
                    ? Birth(number, $"m{metric}")
                    : Message((node.Seq + 1) % 256, new Metric { Name = $"m{metric}", Datatype = 10, DoubleValue = 1, Timestamp = 5 });
                (node, var effects) = Take(node, (SparkplugVerb)verb, bytes);
                foreach (var effect in effects)
                {
                    _ = effect switch
                    {
                        SensorBorn born => there.Add(born.Sensor),
                        SensorGone gone => there.Remove(gone.Sensor),
                        _ => false,
                    };
                }

                Assert.Superset(there, node.Sensors.ToHashSet());
            }

            Assert.Empty(there);
        });

    [Theory]
    [InlineData("{metric}", "Flow 7", "flow-7")]
    [InlineData("{group}-{node}-{device}-{metric}", "A/b", "sparkplug-b-devices-raspberry-pi-pibrella-a-b")]
    [InlineData("{metric}", "7up", null)]
    [InlineData("{metric}", "Node Control/Rebirth", null)]
    [InlineData("x{metric}", "//", "x")]
    public void Sensor_is_named_by_the_pattern(string pattern, string metric, string? expected)
    {
        Assert.Null(SensorNaming.FaultOf(pattern));
        Assert.Equal(expected, new SensorNaming(pattern).SensorOf(new(PublishedExamples.Group, SparkplugVerb.DeviceData, "Raspberry Pi", Device), metric)?.Value);
    }

    [Theory]
    [InlineData("{device}", "has no {metric}")]
    [InlineData("{metrics}", "'{metrics}' is none of")]
    public void Pattern_that_makes_no_sense_is_told(string pattern, string fault) => Assert.Contains(fault, SensorNaming.FaultOf(pattern), StringComparison.Ordinal);

    [Theory]
    [InlineData("spBv1.0/g/NBIRTH/n", true)]
    [InlineData("spBv1.0/g/DDATA/n/d", true)]
    [InlineData("spBv1.0/g/DDATA/n", false)]
    [InlineData("spBv1.0/g/NDATA/n/d", false)]
    [InlineData("spBv1.0/g/NCMD/n", false)]
    [InlineData("spBv1.0/STATE/host", false)]
    [InlineData("spAv1.0/g/NBIRTH/n", false)]
    [InlineData("spBv1.0//NBIRTH/n", false)]
    public void Topics_are_those_of_edge_nodes(string topic, bool isOne) => Assert.Equal(isOne, SparkplugTopic.Parse(topic) is not null);

    private static EdgeNode Refuses(EdgeNode node, SparkplugVerb verb, byte[] payload)
    {
        var (after, effects) = Take(node, verb, payload);
        Assert.Equal(MalformedReason.OutOfStep, Assert.IsType<MetricRefused>(effects[0]).Reason);
        Assert.IsType<RebirthWanted>(effects[1]);
        Assert.Equal((2, false), (effects.Length, after.IsInStep));
        return after;
    }

    private static (EdgeNode Node, ImmutableArray<EdgeNodeEffect> Effects) Take(EdgeNode node, SparkplugVerb verb, byte[] payload)
    {
        var topic = new SparkplugTopic(
            PublishedExamples.Group, verb, "Raspberry Pi", verb is SparkplugVerb.DeviceBirth or SparkplugVerb.DeviceDeath or SparkplugVerb.DeviceData ? Device : null);
        var step = EdgeNodeRules.Take(node, topic, Payload.Parser.ParseFrom(payload), metric => Naming.SensorOf(topic, metric), 1000);
        return (step.State, step.Effects);
    }

    private static ReadingSent Said(string sensor, double value) => new(new(new(sensor), ReadingValue.Of(value), null, PublishedExamples.At, null, null));

    private static ReadingSent Said(string sensor, string word) => new(new(new(sensor), ReadingValue.Of(word), null, PublishedExamples.At, null, null));

    private static byte[] Birth(ulong session, string metric) => Birth(session, new Definition(metric, null, 9));

    private static byte[] Birth(ulong session, params Definition[] metrics) => Message(0,
    [
        new Metric { Name = "bdSeq", Datatype = 4, LongValue = session },
        .. metrics.Select(metric =>
        {
            var born = new Metric { Name = metric.Name, Datatype = metric.Datatype, IsNull = metric.Datatype != 9, FloatValue = 1, Timestamp = 5 };
            if (metric.Alias is { } alias)
            {
                born.Alias = alias;
            }

            return born;
        }),
    ]);

    private static byte[] Message(ulong? seq, params Metric[] metrics)
    {
        var payload = new Payload { Metrics = { metrics } };
        if (seq is { } number)
        {
            payload.Seq = number;
        }

        return payload.ToByteArray();
    }

    private sealed record Definition(string Name, ulong? Alias, uint Datatype);
}
