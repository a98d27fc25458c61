using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// What a segment's backup and restart remember, as a batch left it. Everything later follows from it by elapsing
/// time, because inputs are constant between batches.
/// </summary>
/// <param name="At">The tick it was settled at.</param>
/// <param name="BackupInputPermille">What feeds the backup from <paramref name="At"/> on.</param>
/// <param name="Charge">The charge at <paramref name="At"/>, 0..full in the integer scale of the backup rules.</param>
/// <param name="Window">
/// What entered the restart, oldest first; a step holds until the next one begins, the last one holds still. Before the
/// first step the input counts as 1000: so an empty window is that of a new city, and a start forgets what was before it.
/// </param>
[GenerateSerializer, Alias("operator-state"), Immutable]
public sealed record OperatorState(long At, int BackupInputPermille, long Charge, ImmutableArray<WindowStep> Window);

/// <summary>The input of a restart from a tick on.</summary>
[GenerateSerializer, Alias("window-step"), Immutable]
public readonly record struct WindowStep(long Since, short InputPermille);
