using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// What the coordinator keeps beside the decided batches: small, because it is written with every batch. The
/// levels themselves are a fold of the batches.
/// </summary>
/// <param name="Incarnation">Grows with every activation, saved before its first ask.</param>
/// <param name="LastNumber">The last decided batch, 0 before the first.</param>
/// <param name="LastAt">Its instant in ticks.</param>
/// <param name="Open">The batch being settled: saved before its first ask, so that a crash settles it again.</param>
/// <param name="CommittedThrough">Every commit up to this batch is acknowledged.</param>
/// <param name="Untold">Who has yet to be told of the definition in force; null when all have been.</param>
/// <param name="RecentRequests">The newest start orders taken, so that a repeated order does nothing.</param>
[GenerateSerializer, Alias("coordinator-state"), Immutable]
public sealed record CoordinatorState(
    long Incarnation,
    CityHash Definition,
    long LastNumber,
    long LastAt,
    OpenBatch? Open,
    long CommittedThrough,
    ImmutableArray<string> RecentRequests,
    Untold? Untold = null)
{
    /// <summary>How many start orders are remembered.</summary>
    public const int RecentRequestsMax = 256;

    public static CoordinatorState New(CityHash definition, long at) =>
        new(0, definition, 0, at, null, 0, []);
}

/// <summary>A batch that is stamped and saved but not yet decided.</summary>
[GenerateSerializer, Alias("open-batch"), Immutable]
public sealed record OpenBatch(
    long Number,
    long At,
    ImmutableArray<CeilingChange> Changes,
    ImmutableArray<StartOrder> Starts);
