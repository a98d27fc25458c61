using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace CityTwin.Ingest.Leasing;

/// <summary>
/// Publishes at an external broker for all silos. The broker lets one client of its name be connected, so whoever published
/// before is cut off by it, even when it stood still and does not know that another has been elected.
/// </summary>
internal sealed class PublisherConnection(
    string clientId, IngestOptions options, ExternalBrokerOptions external, HeldLease lease, Action connected,
    IngestInstruments instruments, TimeProvider time, ILogger log)
    : LeasedConnection(clientId, external, lease, time, log)
{
    /// <summary>What the broker denied last under each topic; at most one for each that we publish.</summary>
    private readonly ConcurrentDictionary<string, string> _denied = new();

    private IMqttClient? _client;

    /// <summary>What the broker will not have; null = nothing.</summary>
    public string? Denial => _denied.Values.FirstOrDefault();

    /// <exception cref="InvalidOperationException">The broker cannot be reached now, or refuses it.</exception>
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

    protected override async Task Use(CancellationToken lost)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += gone =>
        {
            ended.TrySetException(gone.Exception ?? new InvalidOperationException($"The broker closed the connection: {gone.ReasonString ?? gone.Reason.ToString()}."));
            return Task.CompletedTask;
        };
        await Connect(client, ClientOptions(keepsSession: false, ushort.MaxValue), lost).ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _client, client);
            connected();
            Works(isResumed: false);
            await using var leaving = Leaving.Register(() => ended.TrySetResult());
            await ended.Task.WaitAsync(lost).ConfigureAwait(false);
            await client.DisconnectAsync(cancellationToken: lost).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _client, null);
        }
    }
}
