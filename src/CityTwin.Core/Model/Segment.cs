using System.Collections.Immutable;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Model;

/// <summary>A piece of a utility, transport or telecom grid, or of what serves people: it has a level 0..1000 per mille.</summary>
/// <param name="Kind">What it is, such as <c>substation</c>, <c>feeder</c>, <c>tie</c>, <c>pump</c>, <c>cell-site</c>; for display and for choosing segments, no rule depends on it.</param>
/// <param name="Path">Empty (no place of its own), one point, or a line of two or more points.</param>
/// <param name="NormallyOpen">True for a tie that starts with its <c>position</c> cause at 0; only <c>:open</c>, <c>:close</c> and its status sensor move it.</param>
public sealed record Segment(
    SegmentId Id,
    string Name,
    string Kind,
    ServiceId Service,
    ZoneId? Zone,
    ImmutableArray<LonLat> Path,
    SegmentRule Rule,
    bool NormallyOpen);
