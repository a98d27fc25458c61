using System.Collections.Immutable;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Model;

/// <summary>The three sizes of a zone; each may lie inside a larger one.</summary>
public enum ZoneKind
{
    District,
    Zone,
    Site,
}

/// <summary>A part of the city with people in it who receive services.</summary>
/// <param name="Area">One or more polygons.</param>
/// <param name="PeopleByDay">People present at 12:00 local time in this zone and in no zone nested in it, so that sums count nobody twice.</param>
/// <param name="PeopleByNight">The same at 00:00.</param>
/// <param name="TargetSecurityLevel">IEC 62443-3-2 target security level SL-T, 0..4.</param>
public sealed record Zone(
    ZoneId Id,
    string Name,
    ZoneKind Kind,
    ZoneId? Parent,
    ImmutableArray<Polygon> Area,
    int PeopleByDay,
    int PeopleByNight,
    ImmutableArray<ZoneService> Services,
    int TargetSecurityLevel);

/// <summary>A service that a zone receives, bound to the segments that bring it.</summary>
/// <param name="Level">The service's level in per mille, read from segment levels; it never feeds back.</param>
/// <param name="CriticalBelowPermille">When set, a level below it is a critical failure (a hospital without power).</param>
public sealed record ZoneService(ServiceId Service, Expression Level, int? CriticalBelowPermille);
