using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Zones;

/// <summary>How alert a zone's protection is, lowest first.</summary>
public enum SecurityPosture
{
    Normal,
    Heightened,
    High,
    Lockdown,
}

/// <summary>
/// What only the zone itself knows, published. Its status (levels per service, sensor coverage, guards) is derived from
/// the city's view and never stored.
/// </summary>
/// <param name="PlannedWorkUntil">Until then alerts in this zone that planned work explains are suppressed.</param>
/// <param name="PeopleCounted">Newest count of people present, null when nobody counted.</param>
/// <param name="WorkBy">Who planned that work, or ended it.</param>
/// <param name="CountedBy">Who counted.</param>
/// <param name="RecentRequests">See <see cref="Core.RecentRequests"/>; kept, not published.</param>
[GenerateSerializer, Alias("zone-facts"), Immutable]
public sealed record ZoneFacts(
    ZoneId Id,
    long Version,
    SecurityPosture Posture,
    string? PostureBy,
    string? PostureReason,
    DateTimeOffset? PlannedWorkUntil,
    int? PeopleCounted,
    string? WorkBy = null,
    string? WorkReason = null,
    string? CountedBy = null,
    ImmutableArray<string>? RecentRequests = null);
