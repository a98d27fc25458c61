using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace CityTwin.Ingest.Leasing;

/// <summary>
/// Subscribes at an external broker with a session that the broker keeps while nobody is connected. Messages are stored in
/// parallel and acknowledged in the order they came, each once it is stored. What cannot be stored is not acknowledged: we
/// drop the connection and come back, and the broker sends it again. What the broker denies us is a trouble that is told,
/// and tried again: a connection over which nothing may pass is none.
/// </summary>
/// <param name="room">For what all slots of this silo store at one time.</param>
internal sealed class SlotConnection(
    string clientId, IngestOptions options, ExternalBrokerOptions external, HeldLease lease, Intake intake, InFlightRoom room,
    IngestInstruments instruments, TimeProvider time, ILogger log)
    : LeasedConnection(clientId, external, lease, time, log)
{
    private readonly ExternalBrokerOptions _external = external;

    /// <summary>
    /// One connection from beginning to end. Each has a client object of its own, so that an acknowledgement that comes
    /// late can never reach the next connection, where its number belongs to another message.
    /// </summary>
    protected override async Task Use(CancellationToken lost)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(lost);
        var pending = Channel.CreateUnbounded<Pending>(new() { SingleReader = true }); // No longer than the room is large.
        var taking = new Lock();
        var isLeaving = false;
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async received =>
        {
            received.AutoAcknowledge = false;
            var message = received.ApplicationMessage;
            // The client reads no further message before this returns.
            await room.Enter(message.Payload.Length, ended.Token).ConfigureAwait(false);
            lock (taking)
            {
                // Whoever has the slot next gets what comes from here on: nothing is stored that is not acknowledged.
                if (isLeaving)
                {
                    room.Leave(message.Payload.Length);
                    return;
                }

                var taken = new Pending(received, intake.Take(
                    message.Topic, message.Payload, message.Retain, IngestInstruments.TraceParentOf(message.UserProperties)));
                if (!pending.Writer.TryWrite(taken))
                {
                    _ = LeaveOnceStored(taken);
                }
            }
        };
        client.DisconnectedAsync += gone =>
        {
            pending.Writer.TryComplete(gone.Exception ?? new InvalidOperationException($"The broker closed the connection: {gone.ReasonString ?? gone.Reason.ToString()}."));
            return Task.CompletedTask;
        };

        var connected = await Connect(client, ClientOptions(keepsSession: true, (ushort)options.InFlightMax), lost).ConfigureAwait(false);
        try
        {
            Require(await client.SubscribeAsync(Subscription(), lost).ConfigureAwait(false));
            instruments.Subscribed();
            Works(connected.IsSessionPresent);
            await using var leaving = Leaving.Register(() =>
            {
                lock (taking)
                {
                    isLeaving = true;
                }

                pending.Writer.TryComplete();
            });
            await AcknowledgeInOrder(pending.Reader, lost).ConfigureAwait(false);
            // The client waits for the reading of messages, which may wait for room.
            await ended.CancelAsync().ConfigureAwait(false);
            // Who closes a connection with something unread in it makes the other side forget what it has not read either: our
            // last acknowledgements. The answer says that they were.
            await client.PingAsync(lost).ConfigureAwait(false);
            await client.DisconnectAsync(cancellationToken: lost).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            pending.Writer.TryComplete();
            while (pending.Reader.TryRead(out var left))
            {
                _ = LeaveOnceStored(left);
            }
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

    private async Task AcknowledgeInOrder(ChannelReader<Pending> pending, CancellationToken lost)
    {
        await foreach (var taken in pending.ReadAllAsync(lost).ConfigureAwait(false))
        {
            try
            {
                await taken.Storing.WaitAsync(lost).ConfigureAwait(false);
                await taken.Received.AcknowledgeAsync(lost).ConfigureAwait(false);
            }
            finally
            {
                _ = LeaveOnceStored(taken);
            }
        }
    }

    /// <summary>What is being stored takes its room, also when the connection that it came by has gone.</summary>
    private async Task LeaveOnceStored(Pending taken)
    {
        await taken.Storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        room.Leave(taken.Received.ApplicationMessage.Payload.Length);
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
}
