using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CityTwin.Silo;

/// <summary>
/// Metrics at <c>/metrics</c>; traces and metrics to a collector where OTEL_EXPORTER_OTLP_ENDPOINT names one. Without one
/// nothing is traced: spans that nobody collects, carried along with every grain call, took about a tenth of the CPU of ingest.
/// </summary>
internal static class Telemetry
{
    private const string Ours = "CityTwin.*";

    private static bool HasCollector { get; } = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };

    public static void Add(IServiceCollection services)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("citytwin-silo"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Ours, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddPrometheusExporter();
                if (HasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (HasCollector)
        {
            telemetry.WithTracing(traces => traces.AddSource(Ours, "Microsoft.Orleans.Application", "Microsoft.AspNetCore").AddOtlpExporter());
        }
    }

    /// <summary>A trace goes on in the grains that it calls.</summary>
    public static void Add(ISiloBuilder silo)
    {
        if (HasCollector)
        {
            silo.AddActivityPropagation();
        }
    }
}
