using System.Net;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using CityTwin.Core.Access;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace CityTwin.Ingest;

/// <summary>
/// One connection to the embedded broker, as the broker library sees it. It adds what the library lacks.
/// Packets are read ahead: the library takes one packet at a time and waits until it is stored, so that a publisher with
/// one reading a message would go at the pace of the commits; here the storing of what follows begins meanwhile, and the
/// library still acknowledges each in turn once it is stored. And MQTT 3.1.1 clients that connect without an identifier
/// and without a session to keep get a name: the standard lets them (3.1.3.1) and mosquitto_pub does so. And a client that
/// wants its session kept for longer than we do is told how long we do (MQTT 5, 3.2.2.3.2). And who publishes is told that it was
/// taken although nobody subscribes: the twin has stored it, and "no matching subscribers" would be read as lost. And whoever
/// sends what is refused is read at a pace.
/// </summary>
/// <param name="newName">A name for one without.</param>
/// <param name="sessionKeptMax">How long a session is kept at most.</param>
/// <param name="whoIs">Who connects; null = nobody known, or nobody asks.</param>
/// <param name="paceOf">The pace of whoever connected.</param>
/// <param name="takeAhead">Begins to store a message, and returns false when it must wait until the library comes to it.</param>
internal sealed class PublisherChannel(
    IMqttChannelAdapter inner,
    Func<string> newName,
    TimeSpan sessionKeptMax,
    Func<MqttConnectPacket, Principal?> whoIs,
    Func<Principal?, RefusalPace> paceOf,
    Func<MqttPublishPacket, PublisherChannel, CancellationToken, ValueTask<bool>> takeAhead) : IMqttChannelAdapter
{
    /// <summary>Packets of one connection read and not yet acknowledged; further ones wait in its socket.</summary>
    internal const int AheadMax = 256;

    private readonly Channel<(MqttPacket? Packet, bool IsAhead)> _read =
        Channel.CreateBounded<(MqttPacket?, bool)>(new BoundedChannelOptions(AheadMax) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _turn = new(0);
    private Task? _reading;
    private bool _isConnected;
    private bool _isSessionCut;
    private bool _readerWaits;

    /// <summary>Who has connected.</summary>
    public Principal? Principal { get; private set; }

    /// <summary>How fast he goes on when he is refused; known once he has connected.</summary>
    public RefusalPace? Pace { get; private set; }

    public long BytesReceived => inner.BytesReceived;

    public long BytesSent => inner.BytesSent;

    public X509Certificate2 ClientCertificate => inner.ClientCertificate;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public bool IsSecureConnection => inner.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

    public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

    public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        if (!_isConnected)
        {
            // Nothing is read behind the first packet until the library has let its sender in.
            _isConnected = true;
            return Admit(await inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false));
        }

        _reading ??= ReadAhead();
        if (_readerWaits)
        {
            _readerWaits = false;
            _turn.Release();
        }

        try
        {
            var (packet, isAhead) = await _read.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            _readerWaits = !isAhead;
            // The library's way to say that the connection has ended is null.
            return packet!;
        }
        catch (ChannelClosedException closed)
        {
            if (closed.InnerException is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            return null!;
        }
    }

    public void ResetStatistics() => inner.ResetStatistics();

    public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        switch (packet)
        {
            case MqttConnAckPacket answer when _isSessionCut:
                answer.SessionExpiryInterval = (uint)sessionKeptMax.TotalSeconds;
                break;
            case MqttPubAckPacket { ReasonCode: MqttPubAckReasonCode.NoMatchingSubscribers } stored:
                stored.ReasonCode = MqttPubAckReasonCode.Success;
                break;
            case MqttPubRecPacket { ReasonCode: MqttPubRecReasonCode.NoMatchingSubscribers } stored:
                stored.ReasonCode = MqttPubRecReasonCode.Success;
                break;
        }

        return inner.SendPacketAsync(packet, cancellationToken);
    }

    public void Dispose()
    {
        _closed.Cancel();
        inner.Dispose();
    }

    private async Task ReadAhead()
    {
        try
        {
            while (await inner.ReceivePacketAsync(_closed.Token).ConfigureAwait(false) is { } packet)
            {
                var isAhead = packet is MqttPublishPacket publish && await takeAhead(publish, this, _closed.Token).ConfigureAwait(false);
                await _read.Writer.WriteAsync((packet, isAhead), _closed.Token).ConfigureAwait(false);
                if (!isAhead)
                {
                    // Nothing overtakes it: the library has done with it when it asks for the next one.
                    await _turn.WaitAsync(_closed.Token).ConfigureAwait(false);
                }

                if (packet is MqttPublishPacket or MqttSubscribePacket)
                {
                    await Pace!.Wait(_closed.Token).ConfigureAwait(false);
                }
            }

            _read.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            _read.Writer.TryComplete(failure is OperationCanceledException ? null : failure);
        }
    }

    private MqttPacket Admit(MqttPacket packet)
    {
        if (packet is MqttConnectPacket shown && (Principal = whoIs(shown)) is { } principal && !string.IsNullOrEmpty(shown.ClientId))
        {
            // A session belongs to whoever began it: under the same identifier another one gets a session of its own.
            shown.ClientId = $"{principal.Name}/{shown.ClientId}";
        }

        Pace = paceOf(Principal);
        if (packet is MqttConnectPacket { CleanSession: true } connect && string.IsNullOrEmpty(connect.ClientId)
            && PacketFormatterAdapter.ProtocolVersion != MqttProtocolVersion.V500)
        {
            connect.ClientId = newName();
        }

        if (packet is MqttConnectPacket { SessionExpiryInterval: var asked } keeping && asked > sessionKeptMax.TotalSeconds)
        {
            (keeping.SessionExpiryInterval, _isSessionCut) = ((uint)sessionKeptMax.TotalSeconds, true);
        }

        return packet;
    }
}
