using System.Threading.Channels;
using CityTwin.Core;
using CityTwin.Ingest.Sparkplug.Wire;
using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>
/// Listens to the edge nodes at the external broker, on a connection of its own. It shares its subscription with no other silo,
/// because the messages of a node count up over all its topics: each silo hears all, and the sensors keep of each reading the
/// first. Its session is not kept while it is away: the nodes publish at QoS 0, so most of it would be missing, and are asked
/// for everything anew instead.
/// </summary>
public sealed partial class SparkplugConnection : BackgroundService
{
    private const uint BooleanDatatype = 11;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly IngestOptions _options;
    private readonly SparkplugOptions _sparkplug;
    private readonly ExternalBrokerOptions _external;
    private readonly IngestInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<SparkplugConnection> _log;
    private readonly SparkplugIntake _intake;
    private readonly string _clientId;
    private IMqttClient? _client;
    private string? _trouble = "The broker of the edge nodes is not connected yet.";
    private long _generation;

    public SparkplugConnection(IngestOptions options, Intake intake, IngestInstruments instruments, TimeProvider time, ILogger<SparkplugConnection> log)
    {
        (_options, _instruments, _time, _log) = (options, instruments, time, log);
        _sparkplug = options.Sparkplug ?? throw new ArgumentException("No Sparkplug topics are configured.", nameof(options));
        _external = options.External ?? throw new ArgumentException("No external broker is configured.", nameof(options));
        _intake = new(_sparkplug, intake, time, AskRebirth);
        // Another name at each start: no session is kept, so none has to be found again, and none can be taken away.
        _clientId = $"{_external.ClientId}-sparkplug-{Guid.NewGuid():N}";
    }

    /// <summary>Grows with each connection; 0 = never connected.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>What keeps edge nodes from being heard now, in one line; null = nothing that we know of.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(FirstPause, _external.ReconnectMax, _time);
        while (!stoppingToken.IsCancellationRequested)
        {
            var before = Generation;
            try
            {
                await RunConnection(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Volatile.Write(ref _trouble, failure.Message);
                ConnectionLost(_external.Host, _external.Port, failure.Message);
            }

            if (Generation > before)
            {
                backoff.Reset();
            }

            await backoff.Pause(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RunConnection(CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var room = new InFlightRoom(_options.InFlightMax, _instruments.Waits);
        var storing = Channel.CreateBounded<(Task Stored, long Bytes)>(new BoundedChannelOptions(_options.InFlightMax) { SingleReader = true });
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async received =>
        {
            var message = received.ApplicationMessage;
            // The client reads no further message before this returns.
            await room.Enter(message.Payload.Length, ended.Token).ConfigureAwait(false);
            await storing.Writer.WriteAsync((_intake.Take(message.Topic, message.Payload, message.Retain), message.Payload.Length), ended.Token).ConfigureAwait(false);
        };
        client.DisconnectedAsync += lost =>
        {
            storing.Writer.TryComplete(lost.Exception ?? new InvalidOperationException($"The broker closed the connection: {lost.ReasonString ?? lost.Reason.ToString()}."));
            return Task.CompletedTask;
        };

        var connected = await client.ConnectAsync(ClientOptions(), stopping).ConfigureAwait(false);
        if (connected.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"The broker refused the connection: {connected.ResultCode} {connected.ReasonString}");
        }

        try
        {
            Volatile.Write(ref _client, client);
            Require(await client.SubscribeAsync(Subscription(), stopping).ConfigureAwait(false));
            // Only now: an answer that comes before we listen is lost.
            var unanswered = _intake.AskAll();
            Volatile.Write(ref _trouble, null);
            Interlocked.Increment(ref _generation);
            Connected(_external.Host, _external.Port);
            _ = BuryLater(unanswered, ended.Token);
            await foreach (var (stored, bytes) in storing.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                await Settle(stored, stopping).ConfigureAwait(false);
                room.Leave(bytes);
            }
        }
        finally
        {
            Volatile.Write(ref _client, null);
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task Settle(Task stored, CancellationToken stopping)
    {
        try
        {
            await stored.WaitAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            NotStored(failure.Message);
        }
    }

    private async Task BuryLater(Func<Task> unanswered, CancellationToken ended)
    {
        try
        {
            await Task.Delay(_sparkplug.RebirthMax, _time, ended).ConfigureAwait(false);
            await unanswered().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The next connection asks all again.
        }
        catch (Exception failure)
        {
            NotStored(failure.Message);
        }
    }

    private async Task AskRebirth(string commandTopic)
    {
        var now = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();
        var command = new Payload
        {
            Timestamp = now,
            Metrics = { new Metric { Name = "Node Control/Rebirth", Timestamp = now, Datatype = BooleanDatatype, BooleanValue = true } },
        };
        try
        {
            var client = Volatile.Read(ref _client) ?? throw new InvalidOperationException("The broker is not connected.");
            var answer = await client.PublishAsync(new MqttApplicationMessage { Topic = commandTopic, Payload = new(command.ToByteArray()) }).ConfigureAwait(false);
            Asked(commandTopic, answer.IsSuccess);
        }
        catch (Exception failure)
        {
            // Its next message that cannot be taken asks again.
            NotAsked(commandTopic, failure.Message);
        }
    }

    private void Require(MqttClientSubscribeResult answer)
    {
        foreach (var item in answer.Items.Where(item => item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2))
        {
            _instruments.Denied("subscribe");
            throw new InvalidOperationException($"The broker denies the subscription to {item.TopicFilter.Topic}: {item.ResultCode} {answer.ReasonString}".TrimEnd());
        }
    }

    private MqttClientOptions ClientOptions()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(_external.Host, _external.Port)
            .WithClientId(_clientId)
            .WithCleanSession()
            .WithTlsOptions(tls => tls.UseTls(_external.UseTls))
            .WithProtocolVersion(_external.UseMqtt311 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500);
        return (_external.Credentials is { } credentials ? builder.WithCredentials(credentials.User, credentials.Password) : builder).Build();
    }

    private MqttClientSubscribeOptions Subscription() => new()
    {
        TopicFilters =
        [
            .. _sparkplug.Groups.SelectMany(SparkplugTopic.Filters).Select(filter => new MqttTopicFilter
            {
                Topic = filter, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            }),
        ],
    };

    [LoggerMessage(3131, LogLevel.Information, "Listening to edge nodes at the broker {Host}:{Port}.")]
    private partial void Connected(string host, int port);

    [LoggerMessage(3132, LogLevel.Warning, "The connection to the edge nodes' broker {Host}:{Port} ended and is made again: {Problem}")]
    private partial void ConnectionLost(string host, int port, string problem);

    [LoggerMessage(3133, LogLevel.Warning, "What an edge node said could not be stored, and is asked for again: {Problem}")]
    private partial void NotStored(string problem);

    [LoggerMessage(3134, LogLevel.Information, "An edge node was asked by {Topic} to be born again; the broker took it: {Taken}.")]
    private partial void Asked(string topic, bool taken);

    [LoggerMessage(3135, LogLevel.Warning, "An edge node could not be asked by {Topic} to be born again: {Problem}")]
    private partial void NotAsked(string topic, string problem);
}
