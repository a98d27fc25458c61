using System.Diagnostics;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace CityTwin.Benchmarks.Ingest;

/// <summary>The ceiling: it acknowledges by hand, as ingest must, and does nothing else.</summary>
internal sealed class BareSubscriber : IAsyncDisposable
{
    private const string ClientId = "bare-subscriber";
    private static readonly TimeSpan SilenceThatTells = TimeSpan.FromMilliseconds(500);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private TaskCompletionSource _open = new();
    private TaskCompletionSource _drained = new();
    private int _left;

    public static async Task<BareSubscriber> Connect(int port, int window, CancellationToken cancellation)
    {
        var bare = new BareSubscriber();
        bare._client.ApplicationMessageReceivedAsync += bare.Acknowledge;
        await bare._client.ConnectAsync(Options(ClientId, port, window), cancellation);
        await bare._client.SubscribeAsync("citytwin/v1/sensors/#", MqttQualityOfServiceLevel.AtLeastOnce, cancellation);
        return bare;
    }

    /// <summary>What comes from now on stays unacknowledged, so that after a window full of it the broker sends no more.</summary>
    public void Pause() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Drain> Drain(int readings, CancellationToken cancellation)
    {
        (_left, _drained) = (readings, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        _open.SetResult();
        await _drained.Task.WaitAsync(cancellation);
        return new(readings, Stopwatch.GetElapsedTime(began), Environment.CpuUsage.TotalTime - cpu);
    }

    /// <summary>Takes over a session and sees that the broker has nothing to send again.</summary>
    /// <exception cref="InvalidOperationException">Something was not acknowledged, or the session is gone.</exception>
    public static async Task RequireNothingLeft(int port, string clientId, CancellationToken cancellation)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var received = 0;
        client.ApplicationMessageReceivedAsync += _ =>
        {
            Interlocked.Increment(ref received);
            return Task.CompletedTask;
        };
        var answer = await client.ConnectAsync(Options(clientId, port, ushort.MaxValue), cancellation);
        await Task.Delay(SilenceThatTells, cancellation);
        if (!answer.IsSessionPresent || received > 0)
        {
            throw new InvalidOperationException($"The session of {clientId}: present {answer.IsSessionPresent}, {received} messages were not acknowledged.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
    }

    private async Task Acknowledge(MqttApplicationMessageReceivedEventArgs received)
    {
        received.AutoAcknowledge = false;
        await _open.Task;
        await received.AcknowledgeAsync(CancellationToken.None);
        if (--_left == 0)
        {
            _drained.SetResult();
        }
    }

    private static MqttClientOptions Options(string clientId, int port, int window) => new MqttClientOptionsBuilder()
        .WithTcpServer("127.0.0.1", port)
        .WithProtocolVersion(MqttProtocolVersion.V500)
        .WithClientId(clientId)
        .WithCleanStart(false)
        .WithSessionExpiryInterval(3600)
        .WithReceiveMaximum((ushort)window)
        .Build();
}
