using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace CityTwin.Ingest;

/// <summary>
/// Names MQTT 3.1.1 clients that connect without an identifier and without a session to keep. The standard lets them
/// (3.1.3.1) and mosquitto_pub does so; the broker library refuses them and offers no hook that could name them.
/// </summary>
internal sealed class NamingServerAdapter(IMqttServerAdapter inner) : IMqttServerAdapter
{
    private long _named;

    public Func<IMqttChannelAdapter, Task> ClientHandler { get; set; } = _ => Task.CompletedTask;

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        inner.ClientHandler = channel => ClientHandler(new NamingChannel(channel, this));
        return inner.StartAsync(options, logger);
    }

    public Task StopAsync() => inner.StopAsync();

    public void Dispose() => inner.Dispose();

    private MqttPacket Name(MqttPacket packet, MqttProtocolVersion version)
    {
        if (packet is MqttConnectPacket { CleanSession: true } connect && string.IsNullOrEmpty(connect.ClientId)
            && version != MqttProtocolVersion.V500)
        {
            connect.ClientId = $"anonymous-{Interlocked.Increment(ref _named)}";
        }

        return packet;
    }

    private sealed class NamingChannel(IMqttChannelAdapter inner, NamingServerAdapter names) : IMqttChannelAdapter
    {
        public long BytesReceived => inner.BytesReceived;

        public long BytesSent => inner.BytesSent;

        public X509Certificate2 ClientCertificate => inner.ClientCertificate;

        public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public EndPoint LocalEndPoint => inner.LocalEndPoint;

        public bool IsSecureConnection => inner.IsSecureConnection;

        public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

        public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

        public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

        public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken) =>
            names.Name(await inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false), PacketFormatterAdapter.ProtocolVersion);

        public void ResetStatistics() => inner.ResetStatistics();

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) =>
            inner.SendPacketAsync(packet, cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}
