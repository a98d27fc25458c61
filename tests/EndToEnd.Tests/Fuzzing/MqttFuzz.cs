using System.Text;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>One publisher that is out of its mind: its topics, payloads and packets may all be wrong.</summary>
/// <param name="keys">Each connection shows the next one: who is refused too often with one is made to wait.</param>
/// <param name="messages">The topic and payload of a message that may be good.</param>
internal sealed class MqttFuzz(int port, IReadOnlyList<string?> keys, Func<Draws, (string Topic, byte[] Payload)> messages) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private MqttLine? _line;

    public async Task Send(int number, Draws draws, Tally tally, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var (topic, payload) = messages(draws);
        var what = $"MQTT {number} {topic} {Encoding.UTF8.GetString(payload)}";
        try
        {
            _line ??= await MqttLine.Open(port, $"fuzz-{number}", keys[number % keys.Count], patience.Token);
            var topicBytes = Encoding.UTF8.GetBytes(topic);
            switch (draws.Between(0, 99))
            {
                case < 10:
                    Told(tally, await Acknowledged(topicBytes, payload, draws, patience.Token), "acknowledged");
                    break;
                case < 85:
                    Told(tally, await Acknowledged(topicBytes, Mutation.Of(payload, draws), draws, patience.Token), "acknowledged");
                    break;
                case < 95:
                    Told(tally, await Acknowledged(Mutation.Of(topicBytes, draws), payload, draws, patience.Token), "acknowledged");
                    break;
                case < 98:
                    await Broken(Mutation.Of(_line.Message(topicBytes, payload, isRetained: false), draws), tally, patience.Token);
                    break;
                default:
                    await Broken(Mutation.Noise(draws, 100), tally, patience.Token);
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            tally.Answered("MQTT hangs", what);
            Cut();
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            tally.Answered("MQTT no connection", $"{what}: {failure.Message}");
            Cut();
        }
    }

    public void Dispose() => _line?.Dispose();

    private Task<bool> Acknowledged(byte[] topic, byte[] payload, Draws draws, CancellationToken cancellation) =>
        _line!.IsAcknowledged(_line.Message(topic, payload, draws.Chance(5)), cancellation);

    /// <summary>Bytes after which nobody knows where the next packet begins: the sender ends, and so must the broker's side.</summary>
    private async Task Broken(byte[] bytes, Tally tally, CancellationToken cancellation)
    {
        var understood = _line!.IsUnderstood(bytes, cancellation);
        await Task.WhenAny(understood, Task.Delay(100, cancellation));
        if (!understood.IsCompleted)
        {
            _line.EndSending();
        }

        Told(tally, await understood, "understood");
        Cut();
    }

    private void Told(Tally tally, bool isSo, string word)
    {
        tally.Answered($"MQTT {(isSo ? word : "cut off")}");
        if (!isSo)
        {
            Cut();
        }
    }

    private void Cut()
    {
        _line?.Dispose();
        _line = null;
    }
}
