using CityTwin.Ingest;
using CityTwin.Ingest.Sparkplug;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CityTwin.Silo;

/// <summary>Degraded while the broker lets nothing in or out: the silo works, and starting it again would not help.</summary>
internal sealed class BrokerHealth(IMqttPublisher broker, SparkplugConnection? edgeNodes = null) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((broker.Trouble ?? edgeNodes?.Trouble) is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy());
}
