using CityTwin.Core.Access;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace CityTwin.Ingest;

/// <summary>Puts a <see cref="PublisherChannel"/> around each connection that comes in.</summary>
/// <param name="whoIs">See there, like the other.</param>
/// <param name="paceOf">See there.</param>
/// <param name="takeAhead">See there.</param>
internal sealed class PublisherAdapter(
    IMqttServerAdapter inner,
    TimeSpan sessionKeptMax,
    Func<MqttConnectPacket, Principal?> whoIs,
    Func<Principal?, RefusalPace> paceOf,
    Func<MqttPublishPacket, PublisherChannel, CancellationToken, ValueTask<bool>> takeAhead)
    : IMqttServerAdapter
{
    private long _named;

    public Func<IMqttChannelAdapter, Task> ClientHandler { get; set; } = _ => Task.CompletedTask;

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        inner.ClientHandler = channel => ClientHandler(new PublisherChannel(channel, NewName, sessionKeptMax, whoIs, paceOf, takeAhead));
        return inner.StartAsync(options, logger);
    }

    public Task StopAsync() => inner.StopAsync();

    public void Dispose() => inner.Dispose();

    private string NewName() => $"anonymous-{Interlocked.Increment(ref _named)}";
}
