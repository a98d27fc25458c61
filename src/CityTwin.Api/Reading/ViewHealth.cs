using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CityTwin.Api.Reading;

/// <summary>Healthy once the city is read.</summary>
internal sealed class ViewHealth(LiveView live) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(live.Current is null ? HealthCheckResult.Unhealthy("The city is not read yet.") : HealthCheckResult.Healthy());
}
