using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Which part of a segment's rule holds its level where it is.</summary>
public enum CauseTerm
{
    /// <summary>Nothing: it is at full level.</summary>
    None,

    /// <summary>A cause of its ceiling.</summary>
    Ceiling,

    /// <summary>What it cannot work without.</summary>
    Needs,

    /// <summary>What feeds it.</summary>
    Supply,

    /// <summary>What feeds it, after its backup ran empty.</summary>
    EmptyBackup,

    /// <summary>It lives on its backup, which gives no more than its cover.</summary>
    Backup,

    /// <summary>No wider path leads to it through its network.</summary>
    Network,

    /// <summary>Its input is back, and it is restarting.</summary>
    Restart,

    /// <summary>It is a link of a ring whose members wait for each other: nothing outside holds it, and only a start lifts it.</summary>
    Ring,

    /// <summary>Told elsewhere in this chain.</summary>
    Told,

    /// <summary>Not followed further: the chain is at its limit.</summary>
    Limit,
}

/// <summary>Why a segment is at its level: the part of its rule that decides, and the segments behind that.</summary>
/// <param name="Cause">Of <see cref="CauseTerm.Ceiling"/>: the cause that holds it lowest.</param>
/// <param name="Until">Of <see cref="CauseTerm.Restart"/>: the tick at which more comes through.</param>
/// <param name="Because">Who is responsible; each would have to give more, or one of several where alternatives exist.</param>
public sealed record CauseChain(
    SegmentId Segment,
    int LevelPermille,
    CauseTerm Term,
    Cause? Cause,
    long? Until,
    ImmutableArray<CauseChain> Because)
{
    /// <summary>The most segments one explanation names.</summary>
    public const int SegmentsMax = 256;

    /// <summary>Explains a segment's level. The same state gives the same chain.</summary>
    /// <param name="causesOf">The causes of a segment's ceiling.</param>
    public static CauseChain Explain(KernelState state, Func<SegmentId, ImmutableArray<Cause>> causesOf, SegmentId segment) =>
        new CauseSearch(state, causesOf).Explain(segment);

    /// <summary>Explains what an expression over segment levels gives, such as a zone's service.</summary>
    public static ImmutableArray<CauseChain> Explain(
        KernelState state, Func<SegmentId, ImmutableArray<Cause>> causesOf, Expression expression) =>
        new CauseSearch(state, causesOf).Explain(expression);

    /// <summary>Where the chain ends: the first segment that is not held by another one.</summary>
    public CauseChain Head => Because.IsEmpty ? this : Because[0].Head;
}
