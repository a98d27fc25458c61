using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>A named reason why a segment may give no more than a level. A segment's ceiling is the least of its causes.</summary>
/// <param name="Name">Who owns it: <c>command</c>, <c>position</c>, <c>sensor:&lt;id&gt;</c>, <c>breach:&lt;id&gt;</c> ...; a name appears once in a segment.</param>
/// <param name="LevelPermille">0..1000.</param>
/// <param name="By">The principal or sensor that set it.</param>
[GenerateSerializer, Alias("cause"), Immutable]
public sealed record Cause(string Name, int LevelPermille, string By, string Reason, DateTimeOffset Since);

/// <summary>A segment's new ceiling as the coordinator takes it: the whole ceiling, and what changed it last.</summary>
/// <param name="Version">Counts the changes of this segment's causes; of two offers the higher one wins.</param>
/// <param name="CeilingPermille">The least of all its causes after the change, 1000 without causes.</param>
/// <param name="Cause">The cause that changed last; at 1000 it was lifted.</param>
[GenerateSerializer, Alias("ceiling-change"), Immutable]
public sealed record CeilingChange(SegmentId Segment, long Version, int CeilingPermille, Cause Cause);

/// <summary>An order to restart segments from black: before the batch settles, each counts as fully up with an empty restart window.</summary>
/// <param name="Request">The caller's id of this order: repeating it does nothing.</param>
[GenerateSerializer, Alias("start-order"), Immutable]
public sealed record StartOrder(string Request, ImmutableArray<SegmentId> Segments, string By, string Reason, DateTimeOffset At);
