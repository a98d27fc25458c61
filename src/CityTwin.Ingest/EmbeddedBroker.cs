using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Core.Access;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace CityTwin.Ingest;

/// <summary>
/// The broker inside the silo: MQTT 3.1.1 and 5 on one port, for a city without a broker of its own. Its sessions live
/// in memory, so it acknowledges a publisher only once the message is stored: the publish interceptor waits for that. The
/// storing itself begins when the message is read (<see cref="PublisherChannel"/>).
/// </summary>
public sealed partial class EmbeddedBroker(
    IngestOptions options, Intake intake, IngestInstruments instruments, TimeProvider time, ILogger<EmbeddedBroker> log, BrokerDoor? door = null)
    : IHostedService, IMqttPublisher, IDisposable
{
    private const string OwnClientId = "citytwin";
    private const string PrincipalItem = "principal";
    private const string PaceItem = "pace";
    private const string FromItem = "from";

    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    /// <summary>A credential that holds no more has been noticed after this time at the latest.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly InFlightRoom _inFlight = new(options.InFlightMax, instruments.Waits);
    private readonly SubscriberSessions _sessions = new(options.SessionKeptMax, options.AbsentSessionsMax, options.PendingPerSubscriberMax, time);

    /// <summary>Each goes with its key: whoever connects anew goes on at the pace that he had.</summary>
    private readonly ConditionalWeakTable<Principal, RefusalPace> _paces = [];
    private ITimer? _sweeping;
    private ITimer? _looking;
    private MqttServer? _server;
    private int _connections;
    private long _generation;

    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Its subscribers are this silo's alone, so it always publishes.</summary>
    public long Election => 1;

    public string? Trouble => _server is null ? "The embedded broker is not running." : null;

    /// <exception cref="BrokerUnusableException">The port is taken or the address is not ours.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var factory = new MqttServerFactory();
        var serverOptions = Endpoint(new MqttServerOptionsBuilder())
            .WithPersistentSessions()
            .WithMaxPendingMessagesPerClient(options.PendingPerSubscriberMax)
            .WithPendingMessagesOverflowStrategy(MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage)
            .Build();
        var listeners = options.Certificate is { } certificate ? [new TlsAdapter(new(options.Address, options.Port), certificate, time)]
            : factory.DefaultServerAdapters.Select(create => create(factory));
        var adapters = listeners.Select(listener => new PublisherAdapter(listener, options.SessionKeptMax, WhoIs, PaceOf, TakeAhead));
        var server = factory.CreateMqttServer(serverOptions, adapters.ToList());
        server.ValidatingConnectionAsync += Validate;
        server.InterceptingPublishAsync += TakePublish;
        server.InterceptingSubscriptionAsync += TakeSubscription;
        server.ClientConnectedAsync += _ => Count(1);
        server.ClientDisconnectedAsync += Leave;
        server.QueuedApplicationMessageOverwrittenAsync += missed => _sessions.Miss(missed.ReceiverClientId) ? CutOff(server, missed.ReceiverClientId) : Task.CompletedTask;
        try
        {
            await server.StartAsync().ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            server.Dispose();
            throw new BrokerUnusableException(failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"MQTT port {options.Port} on {options.Address} is taken by another program."
                : $"MQTT cannot listen on {options.Address}:{options.Port}: {failure.Message}", failure);
        }

        _server = server;
        _sweeping = time.CreateTimer(_ => _ = DropOver(server), null, Sweep, Sweep);
        _looking = door is null ? null : time.CreateTimer(_ => _ = EndRevoked(server, door), null, Look, Look);
        Interlocked.Increment(ref _generation);
        Listening(options.Address, options.Port);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            _sweeping?.Dispose();
            _looking?.Dispose();
            await server.StopAsync(new MqttServerStopOptions()).ConfigureAwait(false);
            server.Dispose();
        }
    }

    public Task Publish(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellation)
    {
        var server = _server ?? throw new InvalidOperationException("The embedded broker is not running.");
        var message = OutgoingTopic.Message(options.Prefix, topic, payload, retain);
        return server.InjectApplicationMessage(new(message) { SenderClientId = OwnClientId }, cancellation);
    }

    public void Dispose()
    {
        _sweeping?.Dispose();
        _looking?.Dispose();
        _server?.Dispose();
    }

    private MqttServerOptionsBuilder Endpoint(MqttServerOptionsBuilder builder)
    {
        var (four, six) = options.Address.AddressFamily == AddressFamily.InterNetwork ? (options.Address, IPAddress.None) : (IPAddress.None, options.Address);
        return builder.WithDefaultEndpoint().WithDefaultEndpointPort(options.Port)
            .WithDefaultEndpointBoundIPAddress(four).WithDefaultEndpointBoundIPV6Address(six);
    }

    private async Task Validate(ValidatingConnectionEventArgs connection)
    {
        if (string.IsNullOrEmpty(connection.ClientId) && connection.ProtocolVersion == MqttProtocolVersion.V500)
        {
            connection.AssignedClientIdentifier = $"assigned-{Guid.NewGuid():N}";
        }

        var principal = (connection.ChannelAdapter as PublisherChannel)?.Principal;
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (door is not null && principal is null)
        {
            door.Refused(null, "connect", from);
        }

        connection.SessionItems[PrincipalItem] = principal;
        connection.SessionItems[FromItem] = from;
        connection.SessionItems[PaceItem] = (connection.ChannelAdapter as PublisherChannel)?.Pace;
        connection.ReasonCode =
            door is not null && principal is null ? MqttConnectReasonCode.NotAuthorized :
            options.Credentials is { } wanted && !Matches(wanted, connection) ? MqttConnectReasonCode.BadUserNameOrPassword
            : connection.ClientId == OwnClientId ? MqttConnectReasonCode.ClientIdentifierNotValid
            : Volatile.Read(ref _connections) >= options.ConnectionsMax ? MqttConnectReasonCode.ServerBusy
            : MqttConnectReasonCode.Success;
        var client = string.IsNullOrEmpty(connection.ClientId) ? connection.AssignedClientIdentifier : connection.ClientId;
        if (connection.ReasonCode == MqttConnectReasonCode.Success && !string.IsNullOrEmpty(client) && !_sessions.Enter(client, AskedBy(connection), principal)
            && _server is { } server)
        {
            await Drop(server, client).ConfigureAwait(false);
        }
    }

    /// <summary>How long a client wants its session to be kept; before MQTT 5 it could only say "for ever".</summary>
    private static TimeSpan AskedBy(ValidatingConnectionEventArgs connection) =>
        connection.ProtocolVersion == MqttProtocolVersion.V500 ? TimeSpan.FromSeconds(connection.SessionExpiryInterval)
        : connection.CleanSession == true ? TimeSpan.Zero
        : TimeSpan.MaxValue;

    private async Task Leave(ClientDisconnectedEventArgs client)
    {
        Interlocked.Decrement(ref _connections);
        if (client.DisconnectType != MqttClientDisconnectType.Takeover
            && _sessions.Leave(client.ClientId, client.SessionExpiryInterval is > 0 and var asked ? TimeSpan.FromSeconds(asked) : null) is { } crowdedOut
            && _server is { } server)
        {
            await Drop(server, crowdedOut).ConfigureAwait(false);
        }
    }

    private async Task DropOver(MqttServer server)
    {
        foreach (var client in _sessions.TakeOver().Where(client => !_sessions.IsHere(client)))
        {
            await Drop(server, client).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends what was begun with credentials that hold no more: the session too, or whoever came back to it would still hear
    /// what it is subscribed to. Not one after the other: one who does not read would keep the rest connected.
    /// </summary>
    private async Task EndRevoked(MqttServer server, BrokerDoor locked)
    {
        var sessions = await server.GetSessionsAsync().ConfigureAwait(false);
        await Task.WhenAll(sessions.Select(session => session.Items[PrincipalItem] is Principal principal && !locked.IsGood(principal)
            ? End(session.Id, principal, session.Items[FromItem] as IPAddress) : Task.CompletedTask)).ConfigureAwait(false);

        async Task End(string client, Principal principal, IPAddress? from)
        {
            if (_sessions.IsHere(client))
            {
                locked.Refused(principal, "stay connected", from);
                await SayGoodbye(server, client).ConfigureAwait(false);
            }

            await Drop(server, client).ConfigureAwait(false);
        }
    }

    private static async Task SayGoodbye(MqttServer server, string client)
    {
        try
        {
            await server.DisconnectClientAsync(client, new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.NotAuthorized }).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It has gone by itself meanwhile.
        }
    }

    private Task CutOff(MqttServer server, string client)
    {
        SubscriberCutOff(client, options.PendingPerSubscriberMax);
        // Not here: whoever publishes the message that was too much would wait for it.
        _ = Task.Run(() => Drop(server, client));
        return Task.CompletedTask;
    }

    private async Task Drop(MqttServer server, string client)
    {
        try
        {
            var sessions = await server.GetSessionsAsync().ConfigureAwait(false);
            await (sessions.FirstOrDefault(session => session.Id == client)?.DeleteAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The broker is stopping, and every session with it; or the library could not say goodbye to the client.
            SessionNotDropped(client, failure.Message);
        }
    }

    private async Task TakePublish(InterceptingPublishEventArgs publish)
    {
        if (publish.ClientId == OwnClientId)
        {
            return;
        }

        var message = publish.ApplicationMessage;
        if (door is not null && !MayPublish(publish.SessionItems[PrincipalItem] as Principal, message.Topic))
        {
            door.Refused(publish.SessionItems[PrincipalItem] as Principal, $"publish {message.Topic}", publish.SessionItems[FromItem] as IPAddress);
            (publish.SessionItems[PaceItem] as RefusalPace)?.Refused();
            publish.ProcessPublish = false;
            publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            return;
        }

        if (!intake.IsOpen(message.Topic))
        {
            publish.ProcessPublish = false;
            publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            (publish.SessionItems[PaceItem] as RefusalPace)?.Refused();
            await intake.Take(message.Topic, message.Payload, message.Retain).ConfigureAwait(false);
            return;
        }

        // A retained reading would come back to every new subscriber as if it were fresh. What is refused for being
        // retained is refused here too: a sensor set up against this broker would be lost behind another one.
        var isRetained = message.Retain;
        message.Retain = false;
        try
        {
            // Not taken ahead: a will, or a message that names its topic by an alias.
            var storing = message.UserProperties is TakenAhead ahead ? ahead.Storing
                : await Begin(
                    message.Topic, message.Payload, isRetained, IngestInstruments.TraceParentOf(message.UserProperties),
                    publish.SessionItems[PaceItem] as RefusalPace, publish.CancellationToken).ConfigureAwait(false);
            await storing.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Not stored: the publisher must not hear that it was, and sends it again when it has reconnected.
            publish.ProcessPublish = false;
            publish.CloseConnection = true;
            ClosedUnstored(publish.ClientId, failure.Message);
        }
    }

    private Task TakeSubscription(InterceptingSubscriptionEventArgs subscription)
    {
        var principal = subscription.SessionItems[PrincipalItem] as Principal;
        if (door is not null && subscription.ClientId != OwnClientId
            && !(principal is not null && BrokerDoor.Within(options.Prefix, subscription.TopicFilter.Topic) is { } filter && door.MaySubscribe(principal, filter)))
        {
            door.Refused(principal, $"subscribe {subscription.TopicFilter.Topic}", subscription.SessionItems[FromItem] as IPAddress);
            (subscription.SessionItems[PaceItem] as RefusalPace)?.Refused();
            subscription.ProcessSubscription = false;
            subscription.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
        }

        return Task.CompletedTask;
    }

    private Principal? WhoIs(MqttConnectPacket connect) =>
        connect.Password is { Length: > 0 } password ? door?.WhoIs(connect.Username, Encoding.UTF8.GetString(password)) : null;

    private bool MayPublish(Principal? principal, string topic) =>
        door is null || (principal is not null && BrokerDoor.Within(options.Prefix, topic) is { } within && door.MayPublish(principal, within));

    private RefusalPace PaceOf(Principal? principal) => principal is null ? NewPace("nobody known") : _paces.GetValue(principal, known => NewPace(known.Name));

    private RefusalPace NewPace(string who) => new(time, () =>
    {
        instruments.Slowed();
        PublisherSlowed(who, RefusalPace.PerSecond);
    });

    private async ValueTask<bool> TakeAhead(MqttPublishPacket publish, PublisherChannel publisher, CancellationToken cancellation)
    {
        // What may not be published is left to the interceptor, which refuses it in its turn.
        if (!intake.IsOpen(publish.Topic) || !MayPublish(publisher.Principal, publish.Topic))
        {
            return false;
        }

        publish.UserProperties = new TakenAhead(
            await Begin(
                publish.Topic, publish.Payload, publish.Retain, IngestInstruments.TraceParentOf(publish.UserProperties), publisher.Pace, cancellation).ConfigureAwait(false),
            publish.UserProperties ?? []);
        return true;
    }

    /// <summary>Begins to store a message once there is room, and gives the storing.</summary>
    private async ValueTask<Task> Begin(
        string topic, ReadOnlySequence<byte> payload, bool isRetained, string? traceParent, RefusalPace? pace, CancellationToken cancellation)
    {
        await _inFlight.Enter(payload.Length, cancellation).ConfigureAwait(false);
        return Store();

        async Task Store()
        {
            try
            {
                if (!await intake.Take(topic, payload, isRetained, traceParent).ConfigureAwait(false))
                {
                    pace?.Refused();
                }
            }
            finally
            {
                _inFlight.Leave(payload.Length);
            }
        }
    }

    private Task Count(int change)
    {
        Interlocked.Add(ref _connections, change);
        return Task.CompletedTask;
    }

    private static bool Matches(MqttCredentials wanted, ValidatingConnectionEventArgs given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted.Password), given.RawPassword ?? [])
        & wanted.User == given.UserName;

    /// <summary>Goes with a message from where it is read to the interceptor: of a packet, the library hands this list on as it is.</summary>
    private sealed class TakenAhead(Task storing, IEnumerable<MqttUserProperty> properties) : List<MqttUserProperty>(properties)
    {
        public Task Storing => storing;
    }

    [LoggerMessage(3111, LogLevel.Information, "The embedded MQTT broker listens on {Address}:{Port}.")]
    private partial void Listening(IPAddress address, int port);

    [LoggerMessage(3112, LogLevel.Warning, "Closed the connection of {Client}: its message could not be stored. {Problem}")]
    private partial void ClosedUnstored(string client, string problem);

    [LoggerMessage(3113, LogLevel.Warning, "Cut off {Client}, who missed {Missed} messages because as many waited already; it has to subscribe anew.")]
    private partial void SubscriberCutOff(string client, int missed);

    [LoggerMessage(3115, LogLevel.Warning, "Reads more slowly from '{Who}': more than {PerSecond} of its messages a second are refused.")]
    private partial void PublisherSlowed(string who, int perSecond);

    [LoggerMessage(3114, LogLevel.Warning, "The session of {Client} could not be dropped. {Problem}")]
    private partial void SessionNotDropped(string client, string problem);
}

/// <summary>The broker cannot be used as configured. The message is one line for the operator.</summary>
public sealed class BrokerUnusableException(string message, Exception cause) : Exception(message, cause);
