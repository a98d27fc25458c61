using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace CityTwin.Feed;

/// <summary>One connection to the broker that comes back whenever it is lost. Safe for several publishers at once.</summary>
internal sealed class FeedConnection(FeedOptions options, string name, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private IMqttClient? _client;

    /// <summary>What comes in on <see cref="Subscription"/>.</summary>
    public Func<string, ReadOnlyMemory<byte>, Task>? Heard { get; init; }

    /// <summary>Subscribed on each connection; null = nothing.</summary>
    public string? Subscription { get; init; }

    /// <summary>
    /// Returns once the broker has acknowledged the message, however often it must be sent. An acknowledgement that says that
    /// nobody was there to keep it is none: mosquitto forgets shared subscriptions when it restarts, and gives that answer
    /// until a silo is back.
    /// </summary>
    public async Task Publish(FeedMessage message, CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                var client = await Connected(cancellation).ConfigureAwait(false);
                var answer = await client.PublishAsync(
                    new MqttApplicationMessage
                    {
                        Topic = message.Topic,
                        Payload = new(message.Payload),
                        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                    },
                    cancellation).ConfigureAwait(false);
                if (answer.ReasonCode == MqttClientPublishReasonCode.Success)
                {
                    return;
                }
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                // The client reports a cancelled wait as a time-out.
                throw new OperationCanceledException(cancellation);
            }
            catch (Exception)
            {
                // The broker is looked for again below.
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < options.LookForBrokerEvery ? pause * 2 : options.LookForBrokerEvery;
        }
    }

    /// <summary>Connects now if there is no connection.</summary>
    public async Task<IMqttClient> Connected(CancellationToken cancellation)
    {
        if (_client is { IsConnected: true } connected)
        {
            return connected;
        }

        await _connecting.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return _client is { IsConnected: true } other ? other : await Connect(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _connecting.Release();
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _connecting.Dispose();
    }

    private async Task<IMqttClient> Connect(CancellationToken cancellation)
    {
        if (_client is { } lost)
        {
            options.Say?.Invoke($"The feed connects to {options.Host}:{options.Port} again.");
            lost.Dispose();
        }

        var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
            Heard?.Invoke(received.ApplicationMessage.Topic, received.ApplicationMessage.Payload.First) ?? Task.CompletedTask;
        _client = client;
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.Port).WithProtocolVersion(MqttProtocolVersion.V500).WithClientId(name);
        if (options.User is not null)
        {
            builder.WithCredentials(options.User, options.Password ?? "");
        }

        var answer = await client.ConnectAsync(builder.Build(), cancellation).ConfigureAwait(false);
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"The broker refused the feed: {answer.ResultCode}.");
        }

        if (Subscription is not null)
        {
            await client.SubscribeAsync(Subscription, MqttQualityOfServiceLevel.AtLeastOnce, cancellation).ConfigureAwait(false);
        }

        return client;
    }
}
