using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>The embedded broker behind a door: a device publishes what is its own, and nothing else.</summary>
public sealed class BrokerDoorTests
{
    private const string Open = """{"value":"open"}""";
    private static readonly CityIndex City = new(HarbourCity.Of());
    private static readonly PermissionTable Table = new(TopicRules.Actions.Select(action => new Permission(
        action, action.StartsWith("publish", StringComparison.Ordinal) ? Roles.Device : Roles.Operator)));

    private static readonly Dictionary<string, Principal> Known = new()
    {
        ["breaker-key"] = new("breaker", PrincipalKind.Key, [new(Roles.Device, ZoneScope.Everything)], Sensor: new SensorId("breaker")),
        ["meter-key"] = new("meter", PrincipalKind.Key, [new(Roles.Device, ZoneScope.Everything)], Sensor: new SensorId("meter")),
        ["service-key"] = new("service", PrincipalKind.Key, [new(Roles.Operator, ZoneScope.Everything)]),
        ["narrow-service-key"] = new("service", PrincipalKind.Key, [new(Roles.Operator, ZoneScope.Of(new ZoneId("hospital")))]),
        ["clinic-key"] = new("clinic", PrincipalKind.Key, [new(Roles.Operator, ZoneScope.Of(new ZoneId("hospital")))]),
    };

    private readonly RecordingDoor _stored = new();
    private readonly ConcurrentQueue<string> _refused = [];
    private readonly ConcurrentDictionary<Principal, bool> _revoked = new(ReferenceEqualityComparer.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BrokerDoor Door => new(
        (_, password) => Known.GetValueOrDefault(password),
        principal => !_revoked.ContainsKey(principal),
        (principal, topic) => TopicRules.MayPublish(principal, Table, City, topic, DateTimeOffset.UnixEpoch) == AccessVerdict.Allowed,
        (principal, filter) => TopicRules.MaySubscribe(principal, Table, City, filter, DateTimeOffset.UnixEpoch) == AccessVerdict.Allowed,
        (principal, action, from) => _refused.Enqueue($"{principal?.Name} {action} from {from}"));

    [Theory(Timeout = 30_000)]
    [InlineData(null)]
    [InlineData("guess")]
    public async Task Nobody_connects_without_a_key_that_is_known(string? key)
    {
        await using var host = await IngestHost.Start(_stored, door: Door);
        var (_, result) = await Connect(host, key);
        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, result);
        Assert.Equal(" connect from 127.0.0.1", Assert.Single(_refused));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_device_publishes_its_own_reading_and_event_and_nothing_else()
    {
        await using var host = await IngestHost.Start(_stored, door: Door);
        var (client, _) = await Connect(host, "breaker-key");
        using var device = client;

        var all = await Task.WhenAll(
            device.Publish("sensors/breaker/reading", Open),
            device.Publish("sensors/meter/reading", """{"value":230,"boot":1,"sequence":1}"""),
            device.Publish("alerts", "{}"),
            device.Publish("zones/harbour/status", "{}"),
            device.Publish("../sensors/breaker/reading", Open));

        Assert.True(all[0].IsSuccess);
        Assert.All(all[1..], published => Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, published.ReasonCode));
        Assert.Single(_stored.Stored);
        Assert.Equal(4, _refused.Count);
        Assert.All(_refused, refused => Assert.Matches("^breaker publish .* from 127.0.0.1$", refused));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_device_subscribes_to_nothing_and_others_to_what_they_may_see()
    {
        await using var host = await IngestHost.Start(_stored, door: Door);
        Assert.All(
            await Subscribe(host, "breaker-key", "sensors/breaker/reading", "sensors/+/reading", "alerts", "#"),
            code => Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, code));
        Assert.All(_refused, refused => Assert.Matches("^breaker subscribe .* from 127.0.0.1$", refused));
        Assert.Equal(
            [MqttClientSubscribeResultCode.GrantedQoS0, MqttClientSubscribeResultCode.GrantedQoS0, MqttClientSubscribeResultCode.NotAuthorized],
            await Subscribe(host, "service-key", "alerts", "zones/+/status", "#"));
        Assert.Equal(
            [MqttClientSubscribeResultCode.GrantedQoS0, MqttClientSubscribeResultCode.NotAuthorized, MqttClientSubscribeResultCode.NotAuthorized],
            await Subscribe(host, "clinic-key", "zones/hospital/status", "zones/harbour/status", "alerts"));
    }

    [Fact(Timeout = 30_000)]
    public async Task No_device_takes_the_session_of_another_by_its_identifier()
    {
        await using var host = await IngestHost.Start(_stored, door: Door);
        var (one, _) = await Connect(host, "breaker-key", "same");
        var (other, _) = await Connect(host, "meter-key", "same");
        using (one)
        using (other)
        {
            Assert.True((await other.Publish("sensors/meter/reading", """{"value":230,"boot":1,"sequence":1}""")).IsSuccess);
            Assert.True((await one.Publish("sensors/breaker/reading", Open)).IsSuccess);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_ends_with_the_key_that_it_was_made_with()
    {
        var time = new FakeTimeProvider();
        await using var host = await IngestHost.Start(_stored, door: Door, time: time);
        var (client, _) = await Connect(host, "service-key", "wall", keepsSession: true);
        var (other, _) = await Connect(host, "clinic-key");
        using var subscriber = client;
        using var bystander = other;
        await subscriber.SubscribeAsync("citytwin/v1/alerts", cancellationToken: Cancellation);
        var gone = new TaskCompletionSource<MqttClientDisconnectReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        subscriber.DisconnectedAsync += left =>
        {
            gone.TrySetResult(left.Reason);
            return Task.CompletedTask;
        };

        time.Advance(EmbeddedBroker.Look);
        Assert.True(subscriber.IsConnected);
        _revoked[Known["service-key"]] = true;
        time.Advance(EmbeddedBroker.Look);

        Assert.Equal(MqttClientDisconnectReason.NotAuthorized, await gone.Task.WaitAsync(Cancellation));
        Assert.True((await bystander.SubscribeAsync("citytwin/v1/zones/hospital/status", cancellationToken: Cancellation)).Items.Single().ResultCode == MqttClientSubscribeResultCode.GrantedQoS0);
        Assert.Contains("service stay connected from 127.0.0.1", _refused);
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_comes_back_to_what_a_key_had_subscribed_to_that_holds_no_more()
    {
        var time = new FakeTimeProvider();
        await using var host = await IngestHost.Start(_stored, door: Door, time: time);
        var (client, _) = await Connect(host, "service-key", "wall", keepsSession: true);
        await client.SubscribeAsync("citytwin/v1/alerts", cancellationToken: Cancellation);
        await client.DisconnectAsync(cancellationToken: Cancellation);
        client.Dispose();
        Assert.True(await HasSession(host, "service-key"));

        _revoked[Known["service-key"]] = true;
        time.Advance(EmbeddedBroker.Look);
        while (await HasSession(host, "service-key"))
        {
            // The broker lets go of it beside the clock; the test's time limit ends this.
            time.Advance(EmbeddedBroker.Look);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_goes_on_with_the_session_of_another_key_of_the_same_name()
    {
        await using var host = await IngestHost.Start(_stored, door: Door);
        var (client, _) = await Connect(host, "service-key", "wall", keepsSession: true);
        await client.SubscribeAsync("citytwin/v1/alerts", cancellationToken: Cancellation);
        await client.DisconnectAsync(cancellationToken: Cancellation);
        client.Dispose();

        Assert.True(await HasSession(host, "service-key"));
        Assert.False(await HasSession(host, "narrow-service-key"));
        Assert.True(await HasSession(host, "narrow-service-key"));
    }

    private static async Task<bool> HasSession(IngestHost host, string key)
    {
        using var back = new MqttClientFactory().CreateMqttClient();
        var answer = await back.ConnectAsync(Options(host, key, "wall", keepsSession: true), Cancellation);
        Assert.Equal(MqttClientConnectResultCode.Success, answer.ResultCode);
        await back.DisconnectAsync(cancellationToken: Cancellation);
        return answer.IsSessionPresent;
    }

    [Fact(Timeout = 30_000)]
    public async Task Tls_shows_a_renewed_certificate_at_the_next_handshake_with_what_leads_to_its_root()
    {
        using var authority = new CertificateAuthority();
        var shown = authority.Show();
        await using var host = await IngestHost.Start(_stored, options => options with { Certificate = () => shown });
        Assert.Equal(shown.TargetCertificate.Thumbprint, await authority.Handshake(host.Options.Port, Cancellation));
        shown = authority.Show();
        Assert.Equal(shown.TargetCertificate.Thumbprint, await authority.Handshake(host.Options.Port, Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task Tls_hangs_up_on_who_shakes_no_hands_and_serves_others_meanwhile()
    {
        using var authority = new CertificateAuthority();
        var (shown, time) = (authority.Show(), new FakeTimeProvider());
        await using var host = await IngestHost.Start(_stored, options => options with { Certificate = () => shown }, time: time);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, host.Options.Port, Cancellation);

        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", host.Options.Port)
                .WithTlsOptions(tls => tls.UseTls().WithTrustChain([authority.Root]).WithCertificateValidationHandler(_ => true)).Build(),
            Cancellation);
        Assert.True((await client.Publish("sensors/breaker/reading", Open)).IsSuccess);

        var hungUp = silent.GetStream().ReadAsync(new byte[1], Cancellation).AsTask();
        while (!hungUp.IsCompleted)
        {
            // The limit begins beside the clock, once the connection is taken up; the test's time limit ends this.
            time.Advance(TlsAdapter.HandshakeMax);
            await Task.Yield();
        }

        Assert.Equal(0, await hungUp);
    }

    private static async Task<(IMqttClient Client, MqttClientConnectResultCode Result)> Connect(
        IngestHost host, string? key, string? id = null, bool keepsSession = false)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var result = await client.ConnectAsync(Options(host, key, id, keepsSession), Cancellation);
        return (client, result.ResultCode);
    }

    private static MqttClientOptions Options(IngestHost host, string? key, string? id, bool keepsSession)
    {
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", host.Options.Port)
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).WithClientId(id ?? $"client-{key}")
            .WithCleanSession(!keepsSession).WithSessionExpiryInterval(keepsSession ? 3600u : 0);
        return (key is null ? options : options.WithCredentials("device", key)).Build();
    }

    private static async Task<MqttClientSubscribeResultCode[]> Subscribe(IngestHost host, string key, params string[] filters)
    {
        var (client, _) = await Connect(host, key);
        using var connected = client;
        var codes = new List<MqttClientSubscribeResultCode>();
        foreach (var filter in filters)
        {
            var topic = filter == "#" ? filter : $"citytwin/v1/{filter}";
            codes.Add((await connected.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtMostOnce, Cancellation)).Items.Single().ResultCode);
        }

        return [.. codes];
    }
}
