using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>What the embedded broker keeps for subscribers that are away.</summary>
public sealed class EmbeddedBrokerSessionTests
{
    private readonly RecordingDoor _door = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Session_of_a_client_that_was_away_for_too_long_is_forgotten(MqttProtocolVersion version)
    {
        var time = new FakeTimeProvider();
        await using var host = await IngestHost.Start(_door, time: time);
        var (first, _) = await Subscriber(host, version);
        Assert.Equal(version == MqttProtocolVersion.V500 ? (uint)host.Options.SessionKeptMax.TotalSeconds : null, first.SessionExpiryInterval);
        Assert.True((await Subscriber(host, version)).Connected.IsSessionPresent);

        // When the broker has noticed that the client is gone, only the broker knows.
        do
        {
            time.Advance(host.Options.SessionKeptMax);
        }
        while ((await Subscriber(host, version)).Connected.IsSessionPresent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Absent_subscriber_finds_as_many_messages_as_may_wait_and_who_missed_too_many_begins_anew()
    {
        await using var host = await IngestHost.Start(_door, options => options with { PendingPerSubscriberMax = 5 });
        using var publisher = await host.Connect();
        await Subscriber(host);
        await Publish(1, 8);

        var (back, heard) = await Subscriber(host, stays: true);
        Assert.True(back.IsSessionPresent);
        var found = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            found.Add(await heard.ReadAsync(Cancellation));
        }

        Assert.Equal([4, 5, 6, 7, 8], found.Select(payload => int.Parse(payload[9..^1], CultureInfo.InvariantCulture)));
        await Publish(9, 9);
        Assert.Equal("""{"value":9}""", await heard.ReadAsync(Cancellation));

        await Subscriber(host);
        do
        {
            // The session is dropped beside the publishing, so the broker may still be at it.
            await Publish(10, 30);
        }
        while ((await Subscriber(host)).Connected.IsSessionPresent);

        async Task Publish(int from, int to)
        {
            for (var value = from; value <= to; value++)
            {
                await publisher.Publish("sensors/meter/reading", $$"""{"value":{{value}}}""");
            }
        }
    }

    /// <summary>Connects a subscriber that wants its session kept for a day, and lets it go again unless it stays.</summary>
    private static async Task<(MqttClientConnectResult Connected, ChannelReader<string> Heard)> Subscriber(
        IngestHost host, MqttProtocolVersion version = MqttProtocolVersion.V500, bool stays = false)
    {
        var heard = Channel.CreateUnbounded<string>();
        var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            heard.Writer.TryWrite(received.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", host.Options.Port).WithProtocolVersion(version).WithClientId("subscriber");
        options = version == MqttProtocolVersion.V500 ? options.WithCleanStart(false).WithSessionExpiryInterval(86_400) : options.WithCleanSession(false);
        var connected = await client.ConnectAsync(options.Build(), Cancellation);
        if (!connected.IsSessionPresent)
        {
            await client.SubscribeAsync("citytwin/v1/#", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce, Cancellation);
        }

        if (!stays)
        {
            await client.DisconnectAsync(new MqttClientDisconnectOptions(), Cancellation);
            client.Dispose();
        }

        return (connected, heard.Reader);
    }
}
