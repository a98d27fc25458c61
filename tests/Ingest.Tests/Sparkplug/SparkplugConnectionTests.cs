using System.Threading.Channels;
using CityTwin.Core.Sensing;
using CityTwin.Ingest.Sparkplug;
using CityTwin.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Xunit;

namespace CityTwin.Ingest.Tests.Sparkplug;

/// <summary>Edge nodes at a real mosquitto: births, data, the last will as the death, and the request to be born again.</summary>
public sealed class SparkplugConnectionTests : IAsyncLifetime
{
    private const string Topics = $"spBv1.0/{PublishedExamples.Group}/";
    private const string Node = "Raspberry Pi";

    private readonly RecordingDoor _door = NewDoor();
    private Mosquitto _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await Mosquitto.Start(Cancellation);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Last_will_of_an_edge_node_takes_its_sensors_offline_and_its_next_birth_brings_them_back(bool useMqtt311)
    {
        await using var host = await Start(_door, useMqtt311);
        var (node, _) = await Connect();
        await Publish(node, "NBIRTH", PublishedExamples.NodeBirth);
        await Publish(node, "DBIRTH", PublishedExamples.DeviceBirth, "/Pibrella");
        await Publish(node, "NDATA", PublishedExamples.NodeData);
        await _door.Until(door => Words(door).Contains("12.3"));

        // Without a goodbye: the broker speaks the will.
        node.Dispose();
        await _door.Until(door => Words(door).Contains("supply-voltage gone") && Words(door).Contains("pibrella-inputs-a gone"));

        var (again, _) = await Connect();
        using var second = again;
        await Publish(again, "NBIRTH", PublishedExamples.NodeBirth);
        await _door.Until(door => Words(door).Last() == "supply-voltage born");
        Assert.Equal(["12.1", "supply-voltage born", "12.3", "supply-voltage gone", "12.1", "supply-voltage born"], Words(_door).Where(word => !word.StartsWith("pibrella", StringComparison.Ordinal) && word != "false"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Silo_that_has_forgotten_the_births_asks_for_them_and_takes_nothing_by_guess()
    {
        var (node, commands) = await Connect();
        using var connected = node;
        await using (var first = await Start(_door))
        {
            await Publish(node, "NBIRTH", PublishedExamples.NodeBirth);
            await _door.Until(door => Words(door).Contains("12.1"));
        }

        var after = NewDoor();
        await using var second = await Start(after);
        await Publish(node, "NDATA", PublishedExamples.NodeData);

        var asked = Ingest.Sparkplug.Wire.Payload.Parser.ParseFrom(await commands.ReadAsync(Cancellation));
        var metric = Assert.Single(asked.Metrics);
        Assert.Equal(("Node Control/Rebirth", true, 11u), (metric.Name, metric.BooleanValue, metric.Datatype));
        Assert.Equal((1, 0), (second.Malformed.Count(MalformedReason.OutOfStep), after.Entered.Count));

        await Publish(node, "NBIRTH", PublishedExamples.NodeBirth);
        await after.Until(door => Words(door).Contains("supply-voltage born"));
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_restart_of_the_broker_every_node_is_asked_for_its_birth()
    {
        await using var host = await Start(_door);
        var (node, _) = await Connect();
        await Publish(node, "NBIRTH", PublishedExamples.NodeBirth);
        await _door.Until(door => Words(door).Contains("supply-voltage born"));

        await _broker.Stop();
        node.Dispose();
        // Nobody is there to hear the question of the first connection; the node's next message brings it up again.
        await _broker.Restart(Cancellation);
        await Connected(host, generation: 2);
        var (again, _) = await Connect();
        using var back = again;
        await Publish(again, "NBIRTH", PublishedExamples.NodeBirth);
        await _door.Until(door => Words(door).Count(word => word == "supply-voltage born") == 2);
    }

    [Fact]
    public void Sparkplug_without_an_external_broker_is_refused_by_name() => Assert.Contains(
        new IngestOptions { Sparkplug = new() { Groups = ["a/b"], SensorName = "x" } }.Faults(),
        fault => fault.StartsWith("Sparkplug: needs an external broker", StringComparison.Ordinal));

    private static RecordingDoor NewDoor() => new(
        [RecordingDoor.Meter with { Id = new("supply-voltage") }, RecordingDoor.Breaker with { Id = new("pibrella-inputs-a") }]);

    private static IEnumerable<string> Words(RecordingDoor door) => door.Stored.Select(item => item is Reading reading ? reading.Value.ToString() : $"{item}");

    private async Task<IngestHost> Start(RecordingDoor door, bool useMqtt311 = false)
    {
        var host = await IngestHost.Start(door, options => options with
        {
            External = new() { Host = "127.0.0.1", Port = _broker.Port, UseMqtt311 = useMqtt311, ReconnectMax = TimeSpan.FromMilliseconds(200) },
            Sparkplug = new() { Groups = [PublishedExamples.Group], SensorName = "{device}-{metric}" },
        });
        await Connected(host, generation: 1);
        return host;
    }

    private static async Task Connected(IngestHost host, int generation)
    {
        while (host.EdgeNodes.Generation < generation || host.EdgeNodes.Trouble is not null)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>The published edge node: its death is its will, and it hears commands.</summary>
    private async Task<(IMqttClient Node, ChannelReader<byte[]> Commands)> Connect()
    {
        var (client, commands) = (new MqttClientFactory().CreateMqttClient(), Channel.CreateUnbounded<byte[]>());
        client.ApplicationMessageReceivedAsync += received =>
        {
            commands.Writer.TryWrite(System.Buffers.BuffersExtensions.ToArray(received.ApplicationMessage.Payload));
            return Task.CompletedTask;
        };
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _broker.Port).WithProtocolVersion(MqttProtocolVersion.V311)
                .WithWillTopic($"{Topics}NDEATH/{Node}").WithWillPayload(PublishedExamples.NodeDeath)
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
            Cancellation);
        await client.SubscribeAsync($"{Topics}NCMD/{Node}", MqttQualityOfServiceLevel.AtLeastOnce, Cancellation);
        return (client, commands.Reader);
    }

    private static Task<MqttClientPublishResult> Publish(IMqttClient node, string verb, byte[] payload, string device = "") =>
        node.PublishAsync(new MqttApplicationMessageBuilder().WithTopic($"{Topics}{verb}/{Node}{device}").WithPayload(payload).Build(), Cancellation);
}
