using System.Collections.Immutable;

namespace CityTwin.Core.Model;

/// <summary>A guard (a person or a patrol) with a post to return to.</summary>
/// <param name="Skills">What it can do, such as <c>armed</c>, <c>k9</c>, <c>technical</c>, <c>first-aid</c>.</param>
/// <param name="SpeedMetresPerSecond">Mean travel speed on an open road.</param>
public sealed record Guard(
    GuardId Id,
    string Name,
    LonLat Post,
    ZoneId Zone,
    ImmutableArray<string> Skills,
    double SpeedMetresPerSecond);
