using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Reflection;
using CityTwin.Api;
using CityTwin.Api.Access;
using CityTwin.Api.Definitions;
using CityTwin.Api.Errors;
using CityTwin.Api.Ingesting;
using CityTwin.Api.Overview;
using CityTwin.Api.Reading;
using CityTwin.Api.Simulations;
using CityTwin.Core.Access;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Protocol.V1;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;
using IngestService = CityTwin.Protocol.V1.IngestService;

namespace CityTwin.Benchmarks.Reading;

/// <summary>The public interface over a city of many sensors, and beside it a gRPC server that does nothing.</summary>
internal sealed class ReadServer : IAsyncDisposable
{
    private static readonly (string Key, ApiKey Kept) Made = ApiKey.Make(
        new byte[ApiKey.IdBytes], new byte[ApiKey.SecretBytes], "bench", [new(Roles.Operator, ZoneScope.Everything)]);

    private readonly List<WebApplication> _apps = [];

    public GrpcChannel Ours { get; private set; } = null!;

    public GrpcChannel Empty { get; private set; } = null!;

    /// <summary>The empty server again, with what every call of the product goes through beside the doors.</summary>
    public GrpcChannel Unlocked { get; private set; } = null!;

    /// <summary>The same behind the doors.</summary>
    public GrpcChannel Locked { get; private set; } = null!;

    public static async Task<ReadServer> Start(int sensors)
    {
        var server = new ReadServer();
        server.Ours = await server.Serve(services =>
        {
            var city = HarbourCity.Of(sensors);
            var view = new CityView(new(city), "epoch");
            var rows = new Rows(city);
            view.Apply([.. Enumerable.Range(0, sensors).Select(i => rows.Reading($"meter-{i:D5}", i))]);
            var live = new LiveView();
            live.Begin(view);
            services.AddSingleton(live);
            services.AddSingleton(DispatchProxy.Create<IGrainFactory, Nobody>());
            services.AddSingleton(new ServerIdentity("bench", Rows.Start));
            services.AddSingleton(new CityDefinitions(_ => new(null, []), _ => default, (_, _) => [], (_, _) => Task.CompletedTask));
            services.AddSingleton<ReadScenario>((_, _) => new(null, []));
            services.AddSingleton(new RefusedMessages(() => [], () => new Dictionary<string, long>()));
            services.AddSingleton(DispatchProxy.Create<IAuditLog, Nobody>());
            services.AddSerializer();
            services.AddSingleton(DispatchProxy.Create<IChangeHistory, Nobody>());
            services.AddSingleton(DispatchProxy.Create<IReadingHistory, Nobody>());
            services.AddSingleton(DispatchProxy.Create<IChangeLog, Nobody>());
            services.AddSingleton(DispatchProxy.Create<ICityCatalog, Nobody>());
            services.AddSingleton<PastCity>();
            services.AddCityTwinAccess(new());
            services.AddCityTwinApi();
        }, app => app.MapCityTwinApi());
        server.Empty = await server.Serve(services => services.AddGrpc(), app => app.MapGrpcService<EmptyService>());
        server.Unlocked = await server.Serve(
            services =>
            {
                services.AddSingleton(TimeProvider.System);
                services.AddMetrics();
                services.AddSingleton<ApiInstruments>();
                services.AddSingleton<ErrorInterceptor>();
                services.AddGrpc(grpc => grpc.Interceptors.Add<ErrorInterceptor>());
            },
            app => app.MapGrpcService<EmptyService>());
        server.Locked = await server.Serve(
            services =>
            {
                services.AddSingleton(new LiveView());
                services.AddSingleton(TimeProvider.System);
                services.AddSingleton(DispatchProxy.Create<IAuditLog, Nobody>());
                services.AddCityTwinAccess(new());
                services.AddSingleton<ErrorInterceptor>();
                services.AddGrpc(grpc =>
                {
                    grpc.Interceptors.Add<ErrorInterceptor>();
                    grpc.Interceptors.Add<AccessInterceptor>();
                });
            },
            app =>
            {
                app.UseRouting();
                app.UseDoors();
                app.MapGrpcService<EmptyService>();
            });
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Ours.Dispose();
        Empty.Dispose();
        Unlocked.Dispose();
        Locked.Dispose();
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    private async Task<GrpcChannel> Serve(Action<IServiceCollection> add, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        add(builder.Services);
        var app = builder.Build();
        _apps.Add(app);
        app.Services.GetService<KeyRing>()?.Add(Made.Kept);
        map(app);
        await app.StartAsync();
        // All callers show a key, so that only the look at it is what makes a difference.
        return GrpcChannel.ForAddress(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
            new() { HttpHandler = new Bearer(Made.Key, new SocketsHttpHandler()) });
    }

    /// <summary>An empty answer to an empty question: the ceiling of what a unary call can be.</summary>
    private sealed class EmptyService : IngestService.IngestServiceBase
    {
        private static readonly Task<ListMalformedMessagesResponse> Answer = Task.FromResult(new ListMalformedMessagesResponse());

        public override Task<ListMalformedMessagesResponse> ListMalformedMessages(ListMalformedMessagesRequest request, ServerCallContext context) => Answer;
    }

    /// <summary>Reads from the view ask no grain and enter nothing in the audit log.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy is a subclass made at run time.")]
    public class Nobody : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new InvalidOperationException("A read asked somebody.");
    }
}
