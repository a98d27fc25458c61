using System.Diagnostics.Metrics;
using System.Globalization;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CityTwin.Silo;

/// <summary>
/// Metrics at <c>/metrics</c>; traces and metrics to a collector where OTEL_EXPORTER_OTLP_ENDPOINT names one, of which
/// OTEL_TRACES_SAMPLER_ARG is the share of traces that begin here. Without one nothing is traced: spans that nobody collects,
/// carried along with every grain call, took about a tenth of the CPU of ingest.
/// </summary>
internal static class Telemetry
{
    private const string Ours = "CityTwin.*";

    /// <summary>Ten traces a second at 10,000 messages a second: enough to see where time goes, and no load.</summary>
    private const double TracedShareDefault = 0.001;

    /// <summary>In seconds: from a fast commit to a call that was given up. The library's own buckets are for milliseconds.</summary>
    private static readonly double[] Durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>For group sizes and cascades.</summary>
    private static readonly double[] Sizes = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 100_000];

    private static bool HasCollector { get; } = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };

    /// <exception cref="StartRefusedException">The share of traces is none; the message names the setting.</exception>
    public static void Add(IServiceCollection services)
    {
        var share = ShareOf(Environment.GetEnvironmentVariable("OTEL_TRACES_SAMPLER_ARG"));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("citytwin-silo"))
            .WithMetrics(metrics =>
            {
                metrics.AddView(instrument => instrument.Meter.Name.StartsWith("CityTwin.", StringComparison.Ordinal) && instrument.GetType().GetGenericTypeDefinition() == typeof(Histogram<>)
                        ? new ExplicitBucketHistogramConfiguration { Boundaries = instrument.Unit == "s" ? Durations : Sizes } : null)
                    .AddMeter(Ours, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddPrometheusExporter();
                if (HasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (HasCollector)
        {
            telemetry.WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(share)))
                .AddSource(Ours, "Microsoft.Orleans.Application", "Microsoft.AspNetCore").AddOtlpExporter());
        }
    }

    private static double ShareOf(string? text) => string.IsNullOrEmpty(text) ? TracedShareDefault
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share
        : throw new StartRefusedException($"OTEL_TRACES_SAMPLER_ARG is '{text}'; it is the share of traces to keep, 0 to 1.");

    /// <summary>A trace goes on in the grains that it calls.</summary>
    public static void Add(ISiloBuilder silo)
    {
        if (HasCollector)
        {
            silo.AddActivityPropagation();
        }
    }
}
