using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Core.Zones;

/// <summary>How well a service works, as a word for its level; better first.</summary>
public enum ServiceHealth
{
    /// <summary>Level 1000.</summary>
    Normal,

    /// <summary>Level 1..999, not below its critical threshold.</summary>
    Degraded,

    /// <summary>Level 1..999, below its critical threshold.</summary>
    Critical,

    /// <summary>Level 0.</summary>
    Dark,
}

/// <summary>One service of a zone, derived.</summary>
/// <param name="PeopleAffected">People of the zone who lack some of it: all of them below 1000, else nobody.</param>
/// <param name="Cause">Where the chain of causes begins; null at 1000.</param>
public sealed record ServiceStatus(
    ServiceId Service,
    int LevelPermille,
    ServiceHealth Health,
    int? CriticalBelowPermille,
    int PeopleAffected,
    CauseHead? Cause);

/// <summary>The two ends of a chain of causes.</summary>
/// <param name="Segment">The one that the zone's service reads and that holds it down.</param>
/// <param name="Root">The other end: a segment that is down for a reason of its own.</param>
/// <param name="RootCause">That reason, when it is a ceiling cause; null when an empty backup, a restart or a ring holds it.</param>
public sealed record CauseHead(SegmentId Segment, int LevelPermille, SegmentId Root, Cause? RootCause);
