using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace CityTwin.Ingest;

/// <summary>
/// Subscribes at an external broker with a session that the broker keeps while we are away. Messages are stored in
/// parallel and acknowledged in the order they came, each once it is stored. What cannot be stored is not
/// acknowledged: we drop the connection and come back, and the broker sends it again. What the broker denies us is a
/// trouble that is told, and tried again: a connection over which nothing may pass is none.
/// </summary>
public sealed partial class BrokerConnection(
    IngestOptions options, Intake intake, IngestInstruments instruments, TimeProvider time, ILogger<BrokerConnection> log)
    : BackgroundService, IMqttPublisher
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly ExternalBrokerOptions _external =
        options.External ?? throw new ArgumentException("No external broker is configured.", nameof(options));

    /// <summary>What the broker denied last under each topic; at most one for each that we publish.</summary>
    private readonly ConcurrentDictionary<string, string> _denied = new();

    private IMqttClient? _client;
    private string? _notConnected = "The broker is not connected yet.";
    private long _generation;

    public long Generation => Interlocked.Read(ref _generation);

    public string? Trouble => Volatile.Read(ref _notConnected) ?? _denied.Values.FirstOrDefault();

    public async Task Publish(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellation)
    {
        var message = OutgoingTopic.Message(options.Prefix, topic, payload, retain);
        var client = Volatile.Read(ref _client) ?? throw new InvalidOperationException("The broker is not connected.");
        MqttClientPublishResult answer;
        try
        {
            answer = await client.PublishAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not InvalidOperationException)
        {
            throw new InvalidOperationException("The broker did not take it.", failure);
        }

        if (answer.IsSuccess)
        {
            _denied.TryRemove(topic, out _);
            return;
        }

        instruments.Denied("publish");
        var denial = $"The broker denies publishing under {message.Topic}: {answer.ReasonCode} {answer.ReasonString}".TrimEnd();
        _denied[topic] = denial;
        throw new InvalidOperationException(denial);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(FirstPause, _external.ReconnectMax, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            var before = Generation;
            try
            {
                await RunConnection(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Volatile.Write(ref _notConnected, failure.Message);
                ConnectionLost(_external.Host, _external.Port, failure.Message);
            }

            if (Generation > before)
            {
                backoff.Reset();
            }

            await backoff.Pause(stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// One connection from beginning to end. Each has a client object of its own, so that an acknowledgement that comes
    /// late can never reach the next connection, where its number belongs to another message.
    /// </summary>
    private async Task RunConnection(CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var room = new InFlightRoom(options.InFlightMax, options.BytesInFlightMax);
        var pending = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.InFlightMax) { SingleReader = true });
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async received =>
        {
            received.AutoAcknowledge = false;
            var message = received.ApplicationMessage;
            // The client reads no further message before this returns.
            await room.Enter(message.Payload.Length, ended.Token).ConfigureAwait(false);
            var storing = intake.Take(message.Topic, message.Payload, message.Retain, IngestInstruments.TraceParentOf(message.UserProperties));
            await pending.Writer.WriteAsync(new(received, storing), ended.Token).ConfigureAwait(false);
        };
        client.DisconnectedAsync += lost =>
        {
            pending.Writer.TryComplete(lost.Exception ?? new InvalidOperationException($"The broker closed the connection: {lost.ReasonString ?? lost.Reason.ToString()}."));
            return Task.CompletedTask;
        };

        var connected = await client.ConnectAsync(ClientOptions(), stopping).ConfigureAwait(false);
        if (connected.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"The broker refused the connection: {connected.ResultCode} {connected.ReasonString}");
        }

        try
        {
            Require(await client.SubscribeAsync(Subscription(), stopping).ConfigureAwait(false));
            Volatile.Write(ref _client, client);
            Volatile.Write(ref _notConnected, null);
            Interlocked.Increment(ref _generation);
            Connected(_external.Host, _external.Port, connected.IsSessionPresent);
            await AcknowledgeInOrder(pending.Reader, room, stopping).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _client, null);
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Without the subscription, at the quality that makes the broker wait for us, nothing would come in, or be lost unseen.</summary>
    private void Require(MqttClientSubscribeResult answer)
    {
        foreach (var item in answer.Items.Where(item => item.ResultCode is not (MqttClientSubscribeResultCode.GrantedQoS1 or MqttClientSubscribeResultCode.GrantedQoS2)))
        {
            instruments.Denied("subscribe");
            throw new InvalidOperationException($"The broker denies the subscription to {item.TopicFilter.Topic}: {item.ResultCode} {answer.ReasonString}".TrimEnd());
        }
    }

    private static async Task AcknowledgeInOrder(ChannelReader<Pending> pending, InFlightRoom room, CancellationToken stopping)
    {
        await foreach (var (received, storing) in pending.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            await storing.WaitAsync(stopping).ConfigureAwait(false);
            await received.AcknowledgeAsync(stopping).ConfigureAwait(false);
            room.Leave(received.ApplicationMessage.Payload.Length);
        }
    }

    private MqttClientOptions ClientOptions()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(_external.Host, _external.Port)
            .WithClientId(_external.ClientId)
            .WithTlsOptions(tls => tls.UseTls(_external.UseTls));
        if (_external.Credentials is { } credentials)
        {
            builder.WithCredentials(credentials.User, credentials.Password);
        }

        return _external.UseMqtt311
            ? builder.WithProtocolVersion(MqttProtocolVersion.V311).WithCleanSession(false).Build()
            : builder.WithProtocolVersion(MqttProtocolVersion.V500)
                .WithCleanStart(false)
                .WithSessionExpiryInterval((uint)_external.SessionExpiry.TotalSeconds)
                .WithReceiveMaximum((ushort)options.InFlightMax)
                .Build();
    }

    private MqttClientSubscribeOptions Subscription() => new()
    {
        TopicFilters =
        [
            new MqttTopicFilter
            {
                Topic = _external.SharedBy is { } name ? $"$share/{name}/{SensorTopic.Filter(options.Prefix)}" : SensorTopic.Filter(options.Prefix),
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                // What somebody retained is taken once, not at each of our reconnects.
                RetainHandling = _external.UseMqtt311 ? MqttRetainHandling.SendAtSubscribe : MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly,
            },
        ],
    };

    private sealed record Pending(MqttApplicationMessageReceivedEventArgs Received, Task Storing);

    [LoggerMessage(3121, LogLevel.Information, "Connected to the broker {Host}:{Port}; it had kept our session: {Resumed}.")]
    private partial void Connected(string host, int port, bool resumed);

    [LoggerMessage(3122, LogLevel.Warning, "The connection to the broker {Host}:{Port} ended and is made again: {Problem}")]
    private partial void ConnectionLost(string host, int port, string problem);
}
