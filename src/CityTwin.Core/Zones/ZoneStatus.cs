using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Zones;

/// <summary>How much a zone's sensors see, so that "all well" is never confused with "blind".</summary>
public enum Coverage
{
    /// <summary>The zone has no sensors.</summary>
    None,

    /// <summary>No sensor of the zone reports.</summary>
    Blind,

    /// <summary>Some report, some do not.</summary>
    Partial,

    /// <summary>All report.</summary>
    Full,
}

/// <summary>
/// How a zone is at one version of the city: derived, never stored. Services and people are the zone's own; sensors,
/// alerts and guards are those in it and in the zones nested in it.
/// </summary>
/// <param name="WorstPermille">The least level of its services, 1000 without services.</param>
/// <param name="WorstService">The service with the least level; null when all are at 1000.</param>
/// <param name="PeopleAffected">People with at least one service below 1000.</param>
/// <param name="Seq">The place in the change log that this is the status of.</param>
/// <param name="AsOf">When that row was committed; null before the first.</param>
public sealed record ZoneStatus(
    ZoneId Id,
    ImmutableArray<ServiceStatus> Services,
    int WorstPermille,
    ServiceId? WorstService,
    ServiceHealth Health,
    int PeopleAffected,
    SecurityPosture Posture,
    DateTimeOffset? PlannedWorkUntil,
    ZoneTally Tally,
    Coverage Coverage,
    DateTimeOffset? NewestObservedAt,
    long Seq,
    DateTimeOffset? AsOf);
