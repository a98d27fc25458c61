using CityTwin.Core.Sensing;
using CityTwin.Testing;
using MQTTnet;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class ExternalBrokerTests : IAsyncLifetime
{
    private readonly RecordingDoor _door = new();
    private Mosquitto _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await Mosquitto.Start(Cancellation);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unacknowledged_messages_are_delivered_again_after_a_crash_and_acknowledged_ones_are_not(bool useMqtt311)
    {
        using var client = await IngestHost.Connect(_broker.Port);
        await using (var first = await Start(_door, useMqtt311))
        {
            await Connected(first);
            await client.Publish("sensors/meter/reading", """{"value":0}""");
            await _door.Until(door => door.Stored.Count == 1);
            await client.Publish("sensors/meter/reading", """{"value":1}""");
            await _door.Until(door => door.Stored.Count == 2);

            // The second is never stored; the third is, but stands behind it and so may not be acknowledged.
            _door.StoreBy(RecordingDoor.Meter, () => new TaskCompletionSource().Task);
            await client.Publish("sensors/meter/reading", """{"value":2}""");
            await client.Publish("sensors/breaker/reading", """{"value":"open"}""");
            await _door.Until(door => door.Stored.Count == 3);
        }

        var after = new RecordingDoor();
        await using var second = await Start(after, useMqtt311);
        await after.Until(door => Words(door).Contains("open"));

        // The acknowledgement of the last one stored may have been on its way when the host died; those before it were not.
        Assert.Equal(["2", "open"], Words(after).SkipWhile(word => word == "1"));

        static IEnumerable<string> Words(RecordingDoor door) => door.Stored.Cast<Reading>().Select(reading => reading.Value.ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Store_that_fails_is_tried_again_until_it_works_and_nothing_is_lost()
    {
        var failures = 7;
        _door.StoreBy(RecordingDoor.Meter, () => Interlocked.Decrement(ref failures) >= 0 ? Task.FromException(new IOException("disk full")) : Task.CompletedTask);
        await using var host = await Start(_door);
        await Connected(host);
        using var client = await host.Connect();

        await client.Publish("sensors/meter/reading", """{"value":1,"boot":1,"sequence":1}""");
        await client.Publish("sensors/meter/reading", """{"value":2,"boot":1,"sequence":2}""");
        await _door.Until(door => door.Stored.OfType<Reading>().Select(reading => reading.Sequence).Distinct().Count() == 2);

        // What the broker sends again may be stored before the new connection is counted.
        await Connected(host, subscriptions: 2);
    }

    [Fact(Timeout = 60_000)]
    public async Task Malformed_input_is_acknowledged_and_stops_nothing()
    {
        await using var host = await Start(_door);
        await Connected(host);
        using var client = await host.Connect();

        await client.Publish("sensors/meter/reading", "no json");
        await client.Publish("sensors/nothing", "{}");
        await client.Publish("sensors/meter/reading", """{"value":1}""");
        await _door.Until(door => door.Stored.Count == 1);

        Assert.Equal([MalformedReason.UnknownTopic, MalformedReason.NotJson], host.Malformed.Latest().Select(input => input.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task Broker_that_restarts_is_found_again()
    {
        await using var host = await Start(_door);
        await Connected(host);

        await _broker.Restart(Cancellation);
        await Connected(host, subscriptions: 2);
        using var client = await IngestHost.Connect(_broker.Port);
        await client.Publish("sensors/meter/reading", """{"value":1}""");
        await _door.Until(door => door.Stored.Count == 1);

    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Breaker_does_not_open_by_a_retained_word_of_unknown_age(bool useMqtt311)
    {
        using var client = await IngestHost.Connect(_broker.Port);
        await client.Publish("sensors/breaker/reading", """{"value":"open"}""", retain: true);
        await client.Publish("sensors/meter/reading", """{"value":1,"boot":1,"sequence":1}""", retain: true);

        await using var host = await Start(_door, useMqtt311);
        await _door.Until(door => door.Stored.Count == 1);
        await client.Publish("sensors/breaker/reading", """{"value":"closed"}""");
        await _door.Until(door => door.Stored.Count == 2);

        Assert.Equal(["1", "closed"], _door.Stored.Cast<Reading>().Select(reading => reading.Value.ToString()));
        Assert.Equal(1, host.Malformed.Count(MalformedReason.UndatedRetained));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_goes_out_is_published_at_the_same_broker()
    {
        await using var host = await Start(_door);
        await Connected(host);
        await host.Publisher.Publish("zones/harbour/status", "{}"u8.ToArray(), retain: true, Cancellation);

        var seen = await Mosquitto.Command("mosquitto_sub", Cancellation, "-p", $"{_broker.Port}", "-t", "citytwin/v1/zones/+/status", "-C", "1", "-v");

        Assert.Equal("citytwin/v1/zones/harbour/status {}", seen.Trim());
    }

    [Fact(Timeout = 60_000)]
    public async Task What_the_brokers_access_list_denies_is_said_and_hinders_nothing_else()
    {
        await using var strict = await Mosquitto.Start(Cancellation, settings: folder =>
        {
            File.WriteAllText(Path.Combine(folder, "acl"), "topic read citytwin/v1/sensors/#\ntopic write citytwin/v1/zones/#\n");
            // With 0 this mosquitto (2.0.11) closes the connection of whoever it denies something.
            return $"acl_file {folder}/acl\nmax_queued_messages 1000";
        });
        await using var host = await Start(_door, at: strict);
        await Connected(host);

        var denied = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.Publisher.Publish("alerts", "{}"u8.ToArray(), retain: false, Cancellation));
        Assert.Equal("The broker denies publishing under citytwin/v1/alerts: NotAuthorized", denied.Message);
        Assert.Equal(denied.Message, host.Publisher.Trouble);
        await host.Publisher.Publish("zones/harbour/status", "{}"u8.ToArray(), retain: true, Cancellation);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscription_that_the_broker_denies_is_said_and_tried_again_until_it_is_granted(bool useMqtt311)
    {
        var isGranted = false;
        await using var strict = await Mosquitto.Start(Cancellation, settings: folder => DynamicSecurity(folder, isGranted));
        await using var host = await Start(_door, useMqtt311, strict);
        while (host.Publisher.Trouble?.StartsWith("The broker denies the subscription to citytwin/v1/sensors/#", StringComparison.Ordinal) != true)
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.Equal(0, host.Instruments.SubscribedTotal);
        isGranted = true;
        await strict.Restart(Cancellation);
        await Connected(host);
        Assert.Null(host.Publisher.Trouble);
        using var client = await IngestHost.Connect(strict.Port);
        await client.Publish("sensors/meter/reading", """{"value":1}""");
        await _door.Until(door => door.Stored.Count == 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task Long_messages_take_more_of_the_room()
    {
        var (now, most) = (0, 0);
        _door.StoreBy(RecordingDoor.Meter, async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Delay(5, Cancellation);
            Interlocked.Decrement(ref now);
        });
        await using var host = await Start(_door, change: options => options with { PayloadBytesMax = 1024, InFlightMax = 4 });
        await Connected(host);
        using var client = await host.Connect();

        for (var i = 0; i < 20; i++)
        {
            await client.Publish("sensors/meter/reading", $$"""{"value":{{i}}{{new string(' ', 600)}}}""");
        }

        await _door.Until(door => door.Stored.Count == 20);
        Assert.Equal(1, most);
    }

    private Task<IngestHost> Start(
        RecordingDoor door, bool useMqtt311 = false, Mosquitto? at = null, Func<IngestOptions, IngestOptions>? change = null) => IngestHost.Start(
        door,
        options => (change?.Invoke(options) ?? options) with
        {
            External = new() { Host = "127.0.0.1", Port = (at ?? _broker).Port, UseMqtt311 = useMqtt311 },
        });

    /// <summary>mosquitto's plain access list grants every subscription and then sends nothing; its plugin denies it as it should be.</summary>
    private static string DynamicSecurity(string folder, bool isGranted)
    {
        const string Plugin = "mosquitto_dynamic_security.so";
        var plugin = Directory.EnumerateFiles("/usr/lib", Plugin, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true })
            .FirstOrDefault() ?? throw new InvalidOperationException($"{Plugin} is missing: install the package mosquitto.");
        var granted = isGranted ? "true" : "false";
        File.WriteAllText(
            Path.Combine(folder, "security.json"),
            $$"""{ "defaultACLAccess": { "publishClientSend": true, "publishClientReceive": true, "unsubscribe": true, "subscribe": {{granted}} } }""");
        return $"plugin {plugin}\nplugin_opt_config_file {folder}/security.json";
    }

    /// <summary>Before the first subscription stands, a broker keeps nothing for us.</summary>
    private static async Task Connected(IngestHost host, long subscriptions = 1)
    {
        while (host.Instruments.SubscribedTotal < subscriptions || host.Publisher.Trouble is not null)
        {
            await Task.Delay(10, Cancellation);
        }
    }
}
