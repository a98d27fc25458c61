using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Server;

namespace CityTwin.Ingest;

/// <summary>
/// The port of the embedded broker when it speaks TLS. The library's own listener would send the certificate without those
/// that lead to its authority, and would wait for a handshake for as long as a stranger likes.
/// </summary>
/// <param name="shown">Asked at each handshake, so that a renewed certificate shows at once.</param>
internal sealed class TlsAdapter(IPEndPoint at, Func<SslStreamCertificateContext> shown, TimeProvider time) : IMqttServerAdapter
{
    /// <summary>Handshakes under way at once; further connections wait in the backlog of the port.</summary>
    internal const int HandshakesMax = 256;

    /// <summary>Whoever takes longer is hung up on.</summary>
    internal static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener = new(at);
    private readonly SemaphoreSlim _room = new(HandshakesMax);
    private readonly CancellationTokenSource _stopped = new();

    public Func<IMqttChannelAdapter, Task> ClientHandler { get; set; } = _ => Task.CompletedTask;

    /// <exception cref="SocketException">The port is taken or the address is not ours.</exception>
    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        _listener.Start();
        _ = Accept(options, logger);
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        _stopped.Cancel();
        _listener.Stop();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
    }

    private async Task Accept(MqttServerOptions options, IMqttNetLogger logger)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(_stopped.Token).ConfigureAwait(false);
                var socket = await _listener.AcceptSocketAsync(_stopped.Token).ConfigureAwait(false);
                _ = Task.Run(() => Serve(socket, options, logger));
            }
            catch (SocketException)
            {
                // Who came has gone again, or the machine is out of handles: soon it may have some.
                _room.Release();
                await Task.Delay(HandshakeMax / 10, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket, MqttServerOptions options, IMqttNetLogger logger)
    {
        using var owned = socket;
        if (await Shake(socket).ConfigureAwait(false) is not { } tls)
        {
            return;
        }

        await using (tls.ConfigureAwait(false))
        {
            using var channel = new MqttChannelAdapter(
                new MqttTcpChannel(tls, socket.LocalEndPoint, socket.RemoteEndPoint, null),
                new MqttPacketFormatterAdapter(new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax)),
                logger);
            await ClientHandler(channel).ConfigureAwait(false);
        }
    }

    /// <returns>Null when there was no handshake in time.</returns>
    private async Task<SslStream?> Shake(Socket socket)
    {
        socket.NoDelay = true;
        var tls = new SslStream(new NetworkStream(socket));
        try
        {
            using var limit = new CancellationTokenSource(HandshakeMax, time);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = shown() }, limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        finally
        {
            _room.Release();
        }
    }
}
