using System.Net;
using System.Security.Cryptography;
using CityTwin.Api.Access;
using CityTwin.Api.Ingesting;
using CityTwin.Api.Overview;
using CityTwin.Api.Self;
using CityTwin.Api.Simulations;
using CityTwin.Core.Access;
using CityTwin.Core.Health;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Breaches;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>The public interface on a real Kestrel with free ports, over a view that the test writes.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private WebApplication? _app;

    internal GrainsOfOnePerson Grains { get; } = new();

    internal LiveView Live { get; } = new();

    /// <summary>The definitions that were stored.</summary>
    internal List<City> Kept { get; } = [];

    internal int StreamsMax { get; init; } = new ApiOptions().StreamsMax;

    internal City City { get; init; } = HarbourCity.Of();

    internal AccessOptions Access { get; init; } = new();

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Answers in place of the services, behind all doors; null = they answer themselves.</summary>
    internal RecordedCalls? Recorder { get; init; }

    /// <summary>What the silo says of itself.</summary>
    internal SiloFacts Self { get; set; } = new() { Silo = "silo-1", At = DateTimeOffset.UnixEpoch, Up = TimeSpan.Zero, ViewSeq = 0 };

    internal KeyRing Keys { get; } = new();

    internal RecordedAudit Audit { get; } = new();

    internal ReadingsOfOnePerson Readings { get; } = new();

    internal HistoryOfOneSensor History { get; } = new();

    internal HistoryInMemory Past { get; } = new();

    /// <summary>Every endpoint there is.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    internal OperatorSessions Sessions => _app!.Services.GetRequiredService<OperatorSessions>();

    internal Uri HttpAddress { get; private set; } = null!;

    internal Uri GrpcAddress { get; private set; } = null!;

    internal Rows Rows { get; private set; } = null!;

    internal CityView View { get; private set; } = null!;

    internal HttpClient Http { get; private set; } = null!;

    internal GrpcChannel Channel { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Rows = new(City);
        View = new(new CityIndex(City), "epoch");
        Live.Begin(View);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(Live);
        builder.Services.AddSingleton<IGrainFactory>(Grains);
        builder.Services.AddSingleton(new ServerIdentity("silo-1", Rows.Start));
        builder.Services.AddSingleton(new RefusedMessages(
            () => [new(Rows.Start, "citytwin/v1/sensors/x/reading", "x", "NotJson", "It is no JSON.", "{")], () => new Dictionary<string, long> { ["NotJson"] = 1 }));
        builder.Services.AddSingleton(Readings.Door);
        builder.Services.AddSingleton(new SiloSelf(() => Self));
        builder.Services.AddSerializer();
        builder.Services.AddSingleton<IChangeLog>(services => Grains.Breaches.Log(services.GetRequiredService<Serializer>()));
        builder.Services.AddSingleton<BreachIndex>();
        builder.Services.AddSingleton(BreachesOfOnePerson.Scenarios);
        builder.Services.AddSingleton(Definitions.Of(Kept));
        builder.Services.AddSingleton<ReadScenario>((document, city) => Scenarios.Read(document, city));
        builder.Services.AddSingleton(Time);
        builder.Services.AddSingleton(Keys);
        builder.Services.AddSingleton<IAudit>(Audit);
        builder.Services.AddSingleton<IReadingHistory>(History);
        builder.Services.AddSingleton<IChangeHistory>(Past);
        builder.Services.AddSingleton<ICityCatalog>(new CatalogOf(City));
        builder.Services.AddSingleton<PastCity>();
        builder.Services.AddSingleton<IAuditLog>(Audit);
        builder.Services.AddCityTwinAccess(Access);
        builder.Services.AddCityTwinApi(api =>
        {
            api.WatchIntervalMilliseconds = 1;
            api.FreshnessWaitMilliseconds = 200;
            api.AnalysisIntervalMilliseconds = 1;
            api.StreamsMax = StreamsMax;
        });
        if (Recorder is not null)
        {
            builder.Services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<RecordedCalls.Interceptor>(Recorder));
        }

        _app = builder.Build();
        _app.MapCityTwinApi();
        Doorways.Map(_app);
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (HttpAddress, GrpcAddress) = (new(addresses[0]), new(addresses[1]));
        var key = Give("local-operator", kind: PrincipalKind.LocalOperator);
        Http = HttpFor(key);
        Channel = ChannelFor(key);
    }

    /// <summary>A new key that this server knows: by default one that may everything.</summary>
    internal string Give(
        string name, Roles? roles = null, ZoneScope? scope = null, DateTimeOffset? expires = null, PrincipalKind kind = PrincipalKind.Key)
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), name,
            [new(roles ?? (RoleWords.All & ~Roles.Device), scope ?? ZoneScope.Everything)], expires, kind);
        Keys.Add(kept);
        return key;
    }

    internal HttpClient HttpFor(string? bearer) =>
        new(new Bearer(bearer, new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })) { BaseAddress = HttpAddress };

    internal GrpcChannel ChannelFor(string? bearer) =>
        GrpcChannel.ForAddress(GrpcAddress, new() { HttpHandler = new Bearer(bearer, new SocketsHttpHandler()), DisposeHttpClient = true });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Channel.Dispose();
        await _app!.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Readings.Dispose();
    }
}
