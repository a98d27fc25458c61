using CityTwin.Core;
using CityTwin.Core.Sensing;
using CityTwin.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class EmbeddedBrokerTests
{
    private const string Reading = """{"value":230,"boot":1,"sequence":1}""";

    private readonly RecordingDoor _door = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Publisher_is_acknowledged_only_after_the_store_completed(MqttProtocolVersion version)
    {
        await using var host = await IngestHost.Start(_door);
        var gate = new TaskCompletionSource();
        _door.StoreBy(RecordingDoor.Meter, () => gate.Task);
        using var client = await host.Connect(version);
        using var other = await host.Connect(version);

        var published = client.Publish("sensors/meter/reading", Reading);
        await _door.Until(door => door.Entered.Count == 1);
        await other.Publish("sensors/breaker/reading", """{"value":"open"}""");

        Assert.False(published.IsCompleted);
        gate.SetResult();
        // Not that nobody subscribes: a publisher would take that for lost and send it again.
        Assert.Equal(MqttClientPublishReasonCode.Success, (await published).ReasonCode);
        Assert.Equal(2, _door.Stored.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Messages_of_one_connection_are_stored_together_and_acknowledged_in_turn()
    {
        await using var host = await IngestHost.Start(_door);
        var gate = new TaskCompletionSource();
        _door.StoreBy(RecordingDoor.Meter, () => gate.Task);
        using var client = await host.Connect();

        var slow = client.Publish("sensors/meter/reading", Reading);
        var quick = Enumerable.Range(0, 20).Select(_ => client.Publish("sensors/breaker/reading", """{"value":"open"}""")).ToList();
        await _door.Until(door => door.Stored.Count == 20);

        Assert.DoesNotContain(quick, published => published.IsCompleted);
        gate.SetResult();
        Assert.True((await slow).IsSuccess);
        Assert.All(await Task.WhenAll(quick), published => Assert.True(published.IsSuccess));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_connection_is_read_ahead_up_to_the_limit()
    {
        await using var host = await IngestHost.Start(_door);
        var gate = new TaskCompletionSource();
        _door.StoreBy(RecordingDoor.Meter, () => gate.Task);
        using var client = await host.Connect();
        using var other = await host.Connect();

        var all = Enumerable.Range(0, 2 * PublisherChannel.AheadMax).Select(_ => client.Publish("sensors/meter/reading", Reading)).ToList();
        await _door.Until(door => door.Entered.Count >= PublisherChannel.AheadMax);
        await other.Publish("sensors/breaker/reading", """{"value":"open"}""");

        // One more is in the library's hands, and one waits for its place.
        Assert.InRange(_door.Entered.OfType<Reading>().Count(reading => reading.Sensor == RecordingDoor.Meter.Id), 0, PublisherChannel.AheadMax + 2);
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), published => Assert.True(published.IsSuccess));
    }

    [Fact(Timeout = 30_000)]
    public async Task Message_that_names_its_topic_by_an_alias_is_not_overtaken()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();
        Task<MqttClientPublishResult> Publish(string? topic, int value) => client.PublishAsync(
            new MqttApplicationMessage
            {
                Topic = topic,
                TopicAlias = 7,
                PayloadSegment = System.Text.Encoding.UTF8.GetBytes($$"""{"value":{{value}}}"""),
                QualityOfServiceLevel = MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce,
            },
            Cancellation);

        await Task.WhenAll(Publish("citytwin/v1/sensors/meter/reading", 1), Publish(null, 2), Publish("citytwin/v1/sensors/meter/reading", 3));

        Assert.Equal([1, 2, 3], _door.Entered.Cast<Reading>().Select(reading => reading.Value.Number!.Value));
    }

    [Fact(Timeout = 30_000)]
    public async Task Last_will_of_a_sensor_is_stored()
    {
        await using var host = await IngestHost.Start(_door);
        using (var client = new MqttClientFactory().CreateMqttClient())
        {
            await client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", host.Options.Port)
                    .WithWillTopic("citytwin/v1/sensors/breaker/reading").WithWillPayload("""{"value":"open"}""").Build(),
                Cancellation);
        }

        await _door.Until(door => door.Stored.Count == 1);
    }

    [Fact(Timeout = 30_000)]
    public async Task Store_that_fails_closes_the_connection_unacknowledged_and_the_next_try_succeeds()
    {
        await using var host = await IngestHost.Start(_door);
        var fails = true;
        _door.StoreBy(RecordingDoor.Meter, () => fails ? Task.FromException(new IOException("disk full")) : Task.CompletedTask);
        using (var client = await host.Connect())
        {
            await Assert.ThrowsAnyAsync<Exception>(() => client.Publish("sensors/meter/reading", Reading));
        }

        Assert.Empty(_door.Stored);
        fails = false;
        using var again = await host.Connect();
        Assert.True((await again.Publish("sensors/meter/reading", Reading)).IsSuccess);
        Assert.Single(_door.Stored);
    }

    [Fact(Timeout = 30_000)]
    public async Task Message_that_breaks_a_law_whenever_it_is_tried_is_parked_and_stops_nobody()
    {
        await using var host = await IngestHost.Start(_door);
        _door.StoreBy(RecordingDoor.Meter, () => throw new InvariantBrokenException("law"));
        using var client = await host.Connect();

        Assert.True((await client.Publish("sensors/meter/reading", Reading)).IsSuccess);

        Assert.Equal(1, host.Malformed.Count(MalformedReason.Poisonous));
        Assert.Equal(host.Options.StoreTriesMax, _door.Entered.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Payload_whose_reading_throws_is_put_on_record_and_stops_nobody()
    {
        // No payload is known that does, so the sensor is one that no definition can have: without a kind.
        var broken = RecordingDoor.Breaker with { Kind = null! };
        await using var host = await IngestHost.Start(new RecordingDoor([broken]));
        using var client = await host.Connect();

        Assert.True((await client.Publish("sensors/breaker/reading", """{"value":"open"}""")).IsSuccess);

        Assert.Equal(1, host.Malformed.Count(MalformedReason.Poisonous));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Malformed_input_is_acknowledged_kept_with_its_reason_and_stops_nothing(MqttProtocolVersion version)
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect(version);

        await client.Publish("sensors/meter/reading", "{\"value\":");
        await client.Publish("sensors/nobody/reading", Reading);
        await client.Publish("sensors/meter/reading", new string(' ', host.Options.PayloadBytesMax + 1));
        await client.Publish("sensors/meter/reading", Reading);

        Assert.Equal(
            [MalformedReason.TooLarge, MalformedReason.UnknownSensor, MalformedReason.NotJson],
            host.Malformed.Latest().Select(input => input.Reason));
        Assert.Equal(("meter", "{\"value\":"), (host.Malformed.Latest()[^1].Sensor, host.Malformed.Latest()[^1].Excerpt));
        Assert.Single(_door.Stored);
    }

    [Fact(Timeout = 30_000)]
    public async Task Only_the_latest_malformed_inputs_are_kept_and_all_are_counted()
    {
        await using var host = await IngestHost.Start(_door, options => options with { MalformedKept = 3 });
        using var client = await host.Connect();
        for (var i = 0; i < 7; i++)
        {
            await client.Publish("sensors/meter/reading", $"bad {i}");
        }

        Assert.Equal(["bad 6", "bad 5", "bad 4"], host.Malformed.Latest().Select(input => input.Excerpt));
        Assert.Equal(7, host.Malformed.Count(MalformedReason.NotJson));
    }

    [Fact(Timeout = 30_000)]
    public async Task Publishing_outside_the_sensors_topics_is_denied_and_reaches_nobody()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();
        using var listener = await host.Connect();
        var heard = await listener.Listen("#");

        var denied = await client.Publish("zones/harbour/status", "{}", retain: true);
        await host.Publisher.Publish("zones/harbour/status", "{\"level\":7}"u8.ToArray(), retain: true, Cancellation);

        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, denied.ReasonCode);
        Assert.Equal(("citytwin/v1/zones/harbour/status", "{\"level\":7}"), await heard.ReadAsync(Cancellation));
        Assert.Equal(1, host.Malformed.Count(MalformedReason.UnknownTopic));
    }

    [Fact(Timeout = 30_000)]
    public async Task Newcomer_sees_the_retained_status_and_no_retained_reading()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();
        await client.Publish("sensors/meter/reading", Reading, retain: true);
        await host.Publisher.Publish("zones/harbour/status", "{}"u8.ToArray(), retain: true, Cancellation);
        await host.Publisher.Publish("alerts", "{}"u8.ToArray(), retain: false, Cancellation);

        using var newcomer = await host.Connect();
        var heard = await newcomer.Listen("#");
        await client.Publish("sensors/breaker/reading", """{"value":"open"}""");

        Assert.Equal("citytwin/v1/zones/harbour/status", (await heard.ReadAsync(Cancellation)).Topic);
        Assert.Equal("citytwin/v1/sensors/breaker/reading", (await heard.ReadAsync(Cancellation)).Topic);
    }

    [Fact(Timeout = 30_000)]
    public async Task Retained_reading_without_time_or_number_is_refused_here_too()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();

        Assert.True((await client.Publish("sensors/breaker/reading", """{"value":"open"}""", retain: true)).IsSuccess);

        Assert.Empty(_door.Entered);
        Assert.Equal(1, host.Malformed.Count(MalformedReason.UndatedRetained));
    }

    [Fact(Timeout = 30_000)]
    public async Task Nothing_goes_out_under_the_topics_that_come_in()
    {
        await using var host = await IngestHost.Start(_door);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Publisher.Publish("sensors/meter/reading", default, false, Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task Batch_of_one_sensor_is_stored_in_its_order_before_the_acknowledgement()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();

        await client.Publish("sensors/meter/reading", """[{"value":1},{"value":2},{"value":"x"},{"value":3}]""");

        Assert.Equal([1, 2, 3], _door.Stored.Cast<Reading>().Select(reading => reading.Value.Number!.Value));
        Assert.Equal(1, host.Malformed.Count(MalformedReason.NotANumber));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Plain_mosquitto_pub_opens_a_breaker(string version)
    {
        await using var host = await IngestHost.Start(_door);

        await Mosquitto.Command(
            "mosquitto_pub", Cancellation,
            "-V", version, "-p", $"{host.Options.Port}", "-t", "citytwin/v1/sensors/breaker/reading", "-m", """{"value":"open"}""", "-q", "1");

        Assert.Equal("open", Assert.IsType<Reading>(Assert.Single(_door.Stored)).Value.Word);
    }

    [Fact(Timeout = 30_000)]
    public async Task Event_comes_through_with_its_class()
    {
        await using var host = await IngestHost.Start(_door);
        using var client = await host.Connect();

        await client.Publish("sensors/door/event", """{"class":"door-forced","confidence":0.9,"evidence":"clip/1"}""");

        var reported = Assert.IsType<SensorEvent>(Assert.Single(_door.Stored));
        Assert.Equal(("door-forced", 0.9, "clip/1"), (reported.Class, reported.Confidence, reported.Evidence));
    }

    [Fact(Timeout = 30_000)]
    public async Task Long_messages_take_more_of_the_room()
    {
        var (now, most) = (0, 0);
        _door.StoreBy(RecordingDoor.Meter, async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Delay(5, Cancellation);
            Interlocked.Decrement(ref now);
        });
        await using var host = await IngestHost.Start(_door, options => options with { PayloadBytesMax = 1024, InFlightMax = 4 });
        using var client = await host.Connect();
        using var other = await host.Connect();

        var all = Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? client : other).Publish("sensors/meter/reading", $$"""{"value":1{{new string(' ', 600)}}}"""));
        Assert.All(await Task.WhenAll(all), published => Assert.True(published.IsSuccess));

        Assert.Equal(1, most);
    }

    [Fact(Timeout = 30_000)]
    public async Task Connections_beyond_the_limit_and_wrong_passwords_are_refused()
    {
        await using var host = await IngestHost.Start(_door, options => options with { ConnectionsMax = 1, Credentials = new("ada", "secret") });
        using var client = new MqttClientFactory().CreateMqttClient();
        using var second = new MqttClientFactory().CreateMqttClient();
        MqttClientOptions Options(string password) => new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", host.Options.Port).WithProtocolVersion(MqttProtocolVersion.V500).WithCredentials("ada", password).Build();

        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, (await client.ConnectAsync(Options("wrong"), Cancellation)).ResultCode);
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(Options("secret"), Cancellation)).ResultCode);
        await client.Publish("sensors/meter/reading", Reading);
        Assert.Equal(MqttClientConnectResultCode.ServerBusy, (await second.ConnectAsync(Options("secret"), Cancellation)).ResultCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task Taken_port_is_one_clear_sentence()
    {
        await using var host = await IngestHost.Start(_door);

        var failure = await Assert.ThrowsAsync<BrokerUnusableException>(
            () => IngestHost.Start(_door, options => options with { Port = host.Options.Port }));

        Assert.Equal($"MQTT port {host.Options.Port} on 127.0.0.1 is taken by another program.", failure.Message);
    }

    [Fact]
    public void Wrong_options_name_every_wrong_key()
    {
        var faults = new IngestOptions { Prefix = "a/#", Port = 0, BatchMax = 0 }.Faults();

        Assert.Equal(["Prefix", "Port", "BatchMax"], faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
    }
}
