using System.Runtime.CompilerServices;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace CityTwin.Client;

/// <summary>
/// A city, to be asked, commanded and watched over gRPC. A call that no silo can take is tried again, on another silo where
/// there is one; a command keeps its request id from try to try, so it is executed once. It may be used by many threads and
/// lives as long as the program; errors are <see cref="RpcException"/> with the reasons of the API.
/// </summary>
public sealed partial class CityTwinClient : IDisposable
{
    private readonly GrpcChannel? _channel;
    private readonly CityTwinClientOptions _options;

    /// <summary>Connects when the first call is made.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public CityTwinClient(CityTwinClientOptions options)
        : this(options, Connect(options))
    {
    }

    /// <summary>
    /// Stands on an invoker of one's own, such as one that asks over REST. Of the options count deadline, tries, pauses and
    /// clock; where the city is, who asks and how large messages may be is the invoker's own affair. It stays the caller's.
    /// </summary>
    /// <exception cref="ArgumentException">One of these options makes no sense.</exception>
    public CityTwinClient(CallInvoker invoker, CityTwinClientOptions options)
        : this(options, channel: null, invoker.Intercept(new CallRetries(options)))
    {
        options.CheckPatience();
    }

    private CityTwinClient(CityTwinClientOptions options, GrpcChannel channel)
        : this(options, channel, channel.CreateCallInvoker())
    {
    }

    private CityTwinClient(CityTwinClientOptions options, GrpcChannel? channel, CallInvoker invoker)
    {
        _options = options;
        _channel = channel;
        Invoker = invoker.Intercept(new CallDefaults(options));
        Alerts = new(Invoker);
        Analysis = new(Invoker);
        Assets = new(Invoker);
        Audit = new(Invoker);
        Breaches = new(Invoker);
        Cascades = new(Invoker);
        City = new(Invoker);
        Conduits = new(Invoker);
        Definitions = new(Invoker);
        Guards = new(Invoker);
        Health = new(Invoker);
        History = new(Invoker);
        Ingest = new(Invoker);
        Inspection = new(Invoker);
        Segments = new(Invoker);
        Sensors = new(Invoker);
        Simulations = new(Invoker);
        Zones = new(Invoker);
    }

    /// <summary>For services that have no property here, or clients of one's own making.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Alerts: one per cause, from raised to cleared.</summary>
    public AlertService.AlertServiceClient Alerts { get; }

    /// <summary>What is derived from the city as it is: weakest links, and what an attack would do next.</summary>
    public AnalysisService.AnalysisServiceClient Analysis { get; }

    /// <summary>What an adversary may get hold of, and whether somebody has.</summary>
    public AssetService.AssetServiceClient Assets { get; }

    /// <summary>Who did what, and proofs that nothing of it was changed.</summary>
    public AuditService.AuditServiceClient Audit { get; }

    /// <summary>What-if breaches, tried on the servers.</summary>
    public BreachService.BreachServiceClient Breaches { get; }

    /// <summary>What failed with what, batch by batch.</summary>
    public CascadeService.CascadeServiceClient Cascades { get; }

    /// <summary>The whole city: map, counters, snapshot.</summary>
    public CityService.CityServiceClient City { get; }

    /// <summary>Paths of communication between security zones.</summary>
    public ConduitService.ConduitServiceClient Conduits { get; }

    /// <summary>The definition in force, and putting a changed one into force.</summary>
    public DefinitionService.DefinitionServiceClient Definitions { get; }

    /// <summary>Guards and their orders.</summary>
    public GuardService.GuardServiceClient Guards { get; }

    /// <summary>How the twin itself is.</summary>
    public HealthService.HealthServiceClient Health { get; }

    /// <summary>What has changed, and the whole city as it was.</summary>
    public HistoryService.HistoryServiceClient History { get; }

    /// <summary>What the city took in, and what it refused.</summary>
    public IngestService.IngestServiceClient Ingest { get; }

    /// <summary>The state of single grains, for those who look after the twin.</summary>
    public InspectionService.InspectionServiceClient Inspection { get; }

    /// <summary>Segments of the grids: levels, causes, switching.</summary>
    public SegmentService.SegmentServiceClient Segments { get; }

    /// <summary>Sensors and their last readings.</summary>
    public SensorService.SensorServiceClient Sensors { get; }

    /// <summary>What-if scenarios, run on the servers.</summary>
    public SimulationService.SimulationServiceClient Simulations { get; }

    /// <summary>Zones: status, planned work, posture, people.</summary>
    public ZoneService.ZoneServiceClient Zones { get; }

    /// <summary>
    /// Sends readings of any number of sensors, and gives the answers in the order of the messages: what one calls stored can
    /// no longer be lost. A connection that breaks is made again, and what was not answered sent again. The caller is asked
    /// for no more while 16 messages are unanswered.
    /// </summary>
    /// <param name="messages">At most 1,000 readings each, those of one sensor in their order.</param>
    /// <param name="cancellation">Ends the stream; what was not answered may be stored or not.</param>
    /// <exception cref="RpcException">It was refused: trying again would not help.</exception>
    public async IAsyncEnumerable<SendReadingsResponse> SendReadings(
        IAsyncEnumerable<SendReadingsRequest> messages, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stream = new ResendingStream(Ingest.SendReadings, _options);
        await foreach (var answer in stream.Run(messages, cancellation).ConfigureAwait(false))
        {
            yield return answer;
        }
    }

    /// <summary>Ends all calls and watches, save those of an invoker of one's own.</summary>
    public void Dispose() => _channel?.Dispose();

    private static GrpcChannel Connect(CityTwinClientOptions options)
    {
        options.Check();
        return GrpcChannel.ForAddress("static:///citytwin", ChannelOptions(options));
    }

    private static GrpcChannelOptions ChannelOptions(CityTwinClientOptions options)
    {
        var secure = options.Addresses[0].Scheme == "https";
        var transport = secure ? (ChannelCredentials)new SslCredentials() : ChannelCredentials.Insecure;
        return new()
        {
            Credentials = options.Credential is { } credential ? ChannelCredentials.Create(transport, Bearer(credential)) : transport,
            UnsafeUseInsecureChannelCallCredentials = !secure,
            MaxReceiveMessageSize = options.AnswerBytesMax,
            MaxSendMessageSize = options.RequestBytesMax,
            MaxRetryAttempts = options.AttemptsMax,
            ServiceProvider = new Routing(
                new StaticResolverFactory(_ => [.. options.Addresses.Select(address => new BalancerAddress(address.DnsSafeHost, address.Port))]),
                new AnsweringSilos(options.Time)),
            ServiceConfig = new()
            {
                LoadBalancingConfigs = { new LoadBalancingConfig(AnsweringSilos.PolicyName) },
                MethodConfigs =
                {
                    new MethodConfig { Names = { MethodName.Default }, RetryPolicy = Retries(options) },
                    // It goes on by itself; the library would open it anew behind the back of the side that writes.
                    new MethodConfig { Names = { new MethodName { Service = IngestService.Descriptor.FullName, Method = nameof(Ingest.SendReadings) } } },
                },
            },
            HttpHandler = new SocketsHttpHandler
            {
                // A silo that died without a word is noticed by these, also by a watch in which nothing happens.
                KeepAlivePingDelay = TimeSpan.FromSeconds(15),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
                ConnectTimeout = TimeSpan.FromSeconds(5),
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            },
            DisposeHttpClient = true,
        };
    }

    private static RetryPolicy? Retries(CityTwinClientOptions options) => options.AttemptsMax == 1 ? null : new()
    {
        MaxAttempts = options.AttemptsMax,
        InitialBackoff = options.FirstPause,
        MaxBackoff = options.LongestPause,
        BackoffMultiplier = 2,
        RetryableStatusCodes = { StatusCode.Unavailable },
    };

    private static CallCredentials Bearer(Func<CancellationToken, ValueTask<string>> credential) =>
        CallCredentials.FromInterceptor(async (context, metadata) =>
            metadata.Add("Authorization", $"Bearer {await credential(context.CancellationToken).ConfigureAwait(false)}"));

    /// <summary>All that the channel asks a container for.</summary>
    private sealed class Routing(ResolverFactory resolver, LoadBalancerFactory balancer) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == typeof(IEnumerable<ResolverFactory>) ? new[] { resolver }
            : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? new[] { balancer }
            : null;
    }
}
