using System.Collections.Immutable;

namespace CityTwin.Core.Alerts;

/// <summary>What is kept of an alert.</summary>
/// <param name="Version">Of the last signal taken from its source; lower ones are old.</param>
/// <param name="Status">Null before the first signal, and again when it was cleared long ago.</param>
/// <param name="RecentRequests">See <see cref="Core.RecentRequests"/>.</param>
[GenerateSerializer, Alias("alert-state"), Immutable]
public sealed record AlertState(long Version, AlertStatus? Status, ImmutableArray<string>? RecentRequests = null)
{
    public static AlertState Initial { get; } = new(0, null);
}
