using CityTwin.Api.Access;
using CityTwin.Api.Alerts;
using CityTwin.Api.Analysis;
using CityTwin.Api.Assets;
using CityTwin.Api.Auditing;
using CityTwin.Api.Breaches;
using CityTwin.Api.Cascades;
using CityTwin.Api.Conduits;
using CityTwin.Api.Definitions;
using CityTwin.Api.Overview;
using CityTwin.Api.Errors;
using CityTwin.Api.Events;
using CityTwin.Api.Guards;
using CityTwin.Api.History;
using CityTwin.Api.Ingesting;
using CityTwin.Api.Inspection;
using CityTwin.Api.Reading;
using CityTwin.Api.Segments;
using CityTwin.Api.Self;
using CityTwin.Api.Sensors;
using CityTwin.Api.Simulations;
using CityTwin.Api.Strictness;
using CityTwin.Api.Zones;
using CityTwin.Grains.Viewing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CityTwin.Api;

/// <summary>The public interface as a part of a web server: gRPC, grpc-web, REST by transcoding, server-sent events.</summary>
public static class CityTwinApi
{
    /// <summary>
    /// Adds the services. The host brings <c>LiveView</c>, <c>PastCity</c>, <c>BreachIndex</c>, <c>IGrainFactory</c>, a <see cref="ServerIdentity"/>,
    /// an <c>IAuditLog</c>, a <see cref="ReadScenario"/>, <see cref="BreachScenarios"/>, <see cref="CityDefinitions"/>, a <see cref="SiloSelf"/> and the ingest's <see cref="RefusedMessages"/> and <see cref="ReadingDoor"/>;
    /// <see cref="AccessServices.AddCityTwinAccess"/> says who gets in.
    /// </summary>
    public static IServiceCollection AddCityTwinApi(this IServiceCollection services, Action<ApiOptions>? configure = null)
    {
        services.AddOptions<ApiOptions>().Configure(options =>
        {
            configure?.Invoke(options);
            options.Validate();
        }).ValidateOnStart();
        var limits = new ApiOptions();
        configure?.Invoke(limits);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = limits.RequestBytesMax;
            grpc.MaxSendMessageSize = limits.ResponseBytesMax;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
        }).AddServiceOptions<DefinitionService>(grpc => grpc.MaxReceiveMessageSize = limits.DefinitionBytesMax)
        .AddJsonTranscoding(json => json.TypeRegistry = ErrorResponse.Details);
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck<ViewHealth>("view");
        services.TryAddSingleton(TimeProvider.System);

        // All are without a state of a call: made once, not for each call, which a short read would feel.
        services.AddSingleton<ErrorInterceptor>();
        services.AddSingleton<ZoneService>();
        services.AddSingleton<SegmentService>();
        services.AddSingleton<SensorService>();
        services.AddSingleton<GuardService>();
        services.AddSingleton<AlertService>();
        services.AddSingleton<AssetService>();
        services.AddSingleton<ConduitService>();
        services.AddSingleton<CascadeService>();
        services.AddSingleton<CityService>();
        services.AddSingleton<InspectionService>();
        services.AddSingleton<SimulationService>();
        services.AddSingleton<BreachService>();
        services.AddSingleton<AnalysisService>();
        services.AddSingleton<IngestService>();
        services.AddSingleton<HealthService>();
        services.AddSingleton<AuditService>();
        services.AddSingleton<HistoryService>();
        services.AddSingleton<CityReader>();
        services.AddMetrics();
        services.TryAddSingleton<ApiInstruments>();
        services.TryAddSingleton<TracedChanges>();
        services.AddSingleton<StreamLimit>();
        services.AddSingleton<Watcher>();
        services.AddSingleton<CityWatcher>();
        services.AddSingleton<SegmentCommands>();
        services.AddSingleton<SimulationJobs>();
        services.AddHostedService(provider => provider.GetRequiredService<SimulationJobs>());
        services.AddSingleton<LiveAnalysis>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveAnalysis>());
        return services;
    }

    /// <summary>
    /// Maps everything under <c>/v1</c>, the gRPC services, health and reflection. To be called before any endpoint that
    /// catches all paths.
    /// </summary>
    public static WebApplication MapCityTwinApi(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseRouting();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseDoors();
        app.UseMiddleware<StrictRequests>();
        app.MapGrpcService<ZoneService>();
        app.MapGrpcService<SegmentService>();
        app.MapGrpcService<SensorService>();
        app.MapGrpcService<GuardService>();
        app.MapGrpcService<AlertService>();
        app.MapGrpcService<AssetService>();
        app.MapGrpcService<ConduitService>();
        app.MapGrpcService<CascadeService>();
        app.MapGrpcService<CityService>();
        app.MapGrpcService<InspectionService>();
        app.MapGrpcService<SimulationService>();
        app.MapGrpcService<BreachService>();
        app.MapGrpcService<AnalysisService>();
        app.MapGrpcService<IngestService>();
        app.MapGrpcService<HealthService>();
        app.MapGrpcService<AuditService>();
        app.MapGrpcService<HistoryService>();
        app.MapGrpcService<DefinitionService>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        app.MapGet("/v1/events", EventStream.Serve).WithMetadata(new Guarded(AccessActions.Events));
        app.MapGet(OperatorSessions.EnterPath, EnterPage.Serve).WithMetadata(Guarded.Open);
        app.MapGet(SignInPage.Path, SignInPage.Show).WithMetadata(new Guarded(AccessActions.SignIn));
        app.MapPost(SignInPage.Path, SignInPage.Enter).WithMetadata(new Guarded(AccessActions.SignIn));
        app.MapPost(SignInPage.LeavePath, SignInPage.Leave).WithMetadata(new Guarded(AccessActions.SignIn));
        app.Map("/v1/{**path}", (HttpContext http) => ErrorResponse.Write(http, ApiErrors.StatusOf(
            StatusCode.NotFound, ErrorReason.NotFound, $"There is nothing at {http.Request.Method} {http.Request.Path}.", []))).WithOrder(int.MaxValue).WithMetadata(Guarded.Open);
        return app;
    }
}
