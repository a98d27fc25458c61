using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;

namespace CityTwin.Silo.Probes;

/// <summary>
/// Whether callers should be sent to this silo: the others count it in, its copy of the city keeps up with the change log,
/// and it is not about to stop.
/// </summary>
internal sealed class ReadyCheck(
    ISiloStatusOracle membership, IChangeLog log, LiveView live, IHostApplicationLifetime lifetime, TimeProvider time) : IHealthCheck
{
    /// <summary>Of the checks that a load balancer asks for.</summary>
    public const string Tag = "ready";

    /// <summary>The log is polled every second; what a large cascade wrote takes a while to read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CaughtUp _caughtUp = new(Patience, time);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Trouble() is { } trouble ? HealthCheckResult.Unhealthy(trouble) : HealthCheckResult.Healthy());

    private string? Trouble() =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "The silo is stopping."
        : membership.CurrentStatus is not SiloStatus.Active ? $"The cluster counts this silo as {membership.CurrentStatus}."
        : live.Current is not { } city ? "The city is not read yet."
        : !_caughtUp.Look(log.Head, city.Seq) ? $"The copy of the city stays behind the change log: {city.Seq} of {log.Head}."
        : null;
}
