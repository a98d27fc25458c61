using System.Data.Common;
using System.Runtime;
using CityTwin.Api;
using CityTwin.Api.Access;
using CityTwin.Api.Overview;
using CityTwin.Api.Self;
using CityTwin.Console;
using CityTwin.Grains;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Ingest;
using CityTwin.Silo.Access;
using CityTwin.Silo.Health;
using CityTwin.Silo.Probes;
using CityTwin.Storage;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;
using OpenTelemetry.Metrics;
using Orleans.Runtime;

namespace CityTwin.Silo;

/// <summary>Puts a silo together, and runs it until it is told to stop.</summary>
internal static class SiloHost
{
    /// <exception cref="StartRefusedException">It cannot start.</exception>
    /// <exception cref="StorageUnusableException">The storage cannot be used, or has broken down while it ran.</exception>
    public static async Task RunAsync(SiloSettings settings, CancellationToken cancellation)
    {
        var tls = TlsSettings.From(Environment.GetEnvironmentVariable, settings.Cluster);
        var historyKeptFor = HistorySettings.From(Environment.GetEnvironmentVariable);
        var access = AccessSettings.From(Environment.GetEnvironmentVariable, settings);
        var mqtt = MqttSettings.From(Environment.GetEnvironmentVariable, settings.MqttPort, settings.Listen, settings.Cluster) with { Certificate = tls.Mqtt is { } shown ? () => shown.Own : null };
        FreePorts.Require([
            (settings.HttpPort, "--http-port"),
            (settings.GrpcPort, "--grpc-port"),
            .. mqtt.External is null ? [(settings.MqttPort, "--mqtt-port")] : Array.Empty<(int, string)>(),
            .. settings.Cluster is { } silos ? [(silos.SiloPort, "--silo-port")] : Array.Empty<(int, string)>()]);
        using var folder = settings.Cluster is null ? DataFolder.Occupy(settings.DataFolder) : null;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Quieten(builder.Logging);
        Write(builder.Services);
        // From a build the console's files lie in their own projects; in a published folder this changes nothing.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings, tls));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(tls);
        builder.Services.AddHostedService<CertificateWatch>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new ServerIdentity(
            services.GetRequiredService<ILocalSiloDetails>().Name, services.GetRequiredService<TimeProvider>().GetUtcNow()));
        builder.Services.AddSingleton<CityCatalog>();
        builder.Services.AddSingleton<ICityCatalog>(services => services.GetRequiredService<CityCatalog>());
        builder.Services.AddSingleton<CityInForce>();
        Telemetry.Add(builder.Services);
        builder.UseOrleans(silo => AddSilo(silo, settings, tls, historyKeptFor));
        builder.Services.AddCityTwinIngest(mqtt);
        builder.Services.AddCityTwinView();
        builder.Services.AddCityTwinPublishing();
        ApiSources.Add(builder.Services);
        SiloAccess.Add(builder.Services, access, settings);
        builder.Services.AddCityTwinApi();
        builder.Services.AddCityTwinConsole();
        builder.Services.AddHostedService<FeedService>();
        builder.Services.AddSingleton<ReadyCheck>();
        builder.Services.AddSingleton<SelfWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SelfWatch>());
        builder.Services.AddSingleton<HealthInstruments>();
        builder.Services.AddSingleton(services => new SiloSelf(services.GetRequiredService<SelfWatch>().Look));
        builder.Services.AddHealthChecks().AddCheck<BrokerHealth>("mqtt").AddCheck<ReadyCheck>("silo", tags: [ReadyCheck.Tag]);

        await using var app = builder.Build();
        // Before anything that measures is made: what it counts at once would be lost.
        app.Services.GetRequiredService<MeterProvider>();
        app.Services.GetRequiredService<HealthInstruments>();
        Map(app);
        await app.Services.GetRequiredService<CityInForce>().Settle(settings, cancellation);
        LetGoOfReading();
        // Made now, because it says when this silo started.
        app.Services.GetRequiredService<ServerIdentity>();
        var link = SiloAccess.OpenToOperator(app.Services, access, settings);
        await Start(app, cancellation);
        var city = app.Services.GetRequiredService<CityCatalog>().Current.City;
        Welcome.Print(System.Console.Out, city, settings, link);
        await UntilStopped(app, cancellation);
    }

    private static async Task Start(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (DbException fault)
        {
            // It was there a moment ago: the providers of Orleans tell it as it comes.
            throw new StorageUnusableException($"the database was lost while the silo started: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    private static void Map(WebApplication app)
    {
        app.MapCityTwinApi();
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new Guarded(AccessActions.Metrics));
        app.MapHealthChecks("/healthz").WithMetadata(new Guarded(AccessActions.Health));
        app.MapHealthChecks("/readyz", new() { Predicate = check => check.Tags.Contains(ReadyCheck.Tag) }).WithMetadata(new Guarded(AccessActions.Health));
        // It answers: no more is asked of the living.
        app.MapHealthChecks("/livez", new() { Predicate = _ => false }).WithMetadata(new Guarded(AccessActions.Health));
        app.MapCityTwinConsole(Guarded.Page);
    }

    /// <summary>The files of a city of a million sensors are half a gigabyte, and what came of reading them as much again: the collector would keep the room.</summary>
    private static void LetGoOfReading()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private static async Task UntilStopped(WebApplication app, CancellationToken cancellation)
    {
        var storage = app.Services.GetRequiredService<GroupCommitter>();
        try
        {
            await app.WaitForShutdownAsync(cancellation);
        }
        catch (Exception) when (storage.Fault is not null)
        {
            // Without storage much fails while the silo stops; the reason is told below.
        }

        if (storage.Fault is { } fault)
        {
            throw new StorageUnusableException($"the storage has broken down, and the silo stopped: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    private static void AddSilo(ISiloBuilder silo, SiloSettings settings, TlsSettings tls, TimeSpan historyKeptFor)
    {
        if (settings.Cluster is { } cluster)
        {
            cluster.AddTo(silo, historyKeptFor);
            if (tls.Silos is { } between)
            {
                SiloTls.Use(silo, between);
            }
        }
        else
        {
            silo.UseLocalhostClustering(FreePorts.Any(), ClusterSettings.NoGateway, serviceId: "citytwin", clusterId: "citytwin");
            SiloTls.LetNobodyIn(silo, TimeProvider.System);
            silo.AddCityTwinSqliteStorage(new SqliteOptions { DataPath = settings.DataFolder, HistoryKeptFor = historyKeptFor });
        }

        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromHours(1));
        Telemetry.Add(silo);
        silo.AddCityTwinGrains();
    }

    /// <summary>Two ports, because without TLS one port speaks one HTTP version.</summary>
    private static void Listen(KestrelServerOptions kestrel, SiloSettings settings, TlsSettings tls)
    {
        kestrel.Listen(settings.Listen, settings.HttpPort, listen => TlsSettings.Serve(listen, HttpProtocols.Http1, tls.Http));
        kestrel.Listen(settings.Listen, settings.GrpcPort, listen => TlsSettings.Serve(listen, HttpProtocols.Http2, tls.Grpc));
        kestrel.AddServerHeader = false;
    }

    private static void Quieten(ILoggingBuilder logging) => logging
        .AddFilter("Orleans", LogLevel.Warning)
        .AddFilter("Microsoft", LogLevel.Warning)
        // It warns that session keys lie unencrypted in the data folder, as all that the city is does.
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        .AddFilter("Grpc", LogLevel.Warning)
        .AddFilter("Polly", LogLevel.Warning);

    /// <summary>A line each for people; for programs (<c>Logging__Console__FormatterName=json</c>) an object each, with its time and its trace.</summary>
    private static void Write(IServiceCollection services) => services
        .Configure<SimpleConsoleFormatterOptions>(console => console.SingleLine = true)
        .Configure<JsonConsoleFormatterOptions>(console =>
        {
            (console.IncludeScopes, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "O");
        });
}
