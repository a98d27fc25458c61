using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CityTwin.Silo;

/// <summary>Metrics at <c>/metrics</c>; traces and metrics to a collector where OTEL_EXPORTER_OTLP_ENDPOINT names one.</summary>
internal static class Telemetry
{
    private const string Ours = "CityTwin.*";

    public static void Add(IServiceCollection services)
    {
        var hasCollector = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("citytwin-silo"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Ours, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddPrometheusExporter();
                if (hasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            })
            .WithTracing(traces =>
            {
                traces.AddSource(Ours, "Microsoft.Orleans.Application", "Microsoft.AspNetCore");
                if (hasCollector)
                {
                    traces.AddOtlpExporter();
                }
            });
    }
}
