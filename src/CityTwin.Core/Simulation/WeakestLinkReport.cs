using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>What the failure of any one segment would do to each service of each zone (N-1).</summary>
/// <param name="Services">By zone and service.</param>
public sealed record WeakestLinkReport(CityHash City, long HorizonTicks, int FailuresTried, ImmutableArray<ServiceWeakness> Services)
{
    public const int SchemaVersion = 1;
}

/// <summary>A service's level now, and the single failure that would hurt it most.</summary>
/// <param name="Worst">Null when no single failure lowers it.</param>
public sealed record ServiceWeakness(ZoneId Zone, ServiceId Service, int LevelPermille, SingleFailure? Worst);

/// <summary>
/// One segment's failure and what follows. Worse is: a lower level in the end, then getting there sooner, then more
/// segments fallen, then the smaller id.
/// </summary>
/// <param name="LevelAtOncePermille">The service's level the moment it fails, while batteries and tanks still hold.</param>
/// <param name="LevelFinallyPermille">Its lowest level within the horizon.</param>
/// <param name="LowestAfterTicks">When it gets there.</param>
/// <param name="DarkAfterTicks">When it is at 0; null = not within the horizon.</param>
/// <param name="FallenCount">How many other segments are lower in the end than without the failure.</param>
/// <param name="Fallen">Their ids, sorted, the first <see cref="FallenMax"/>.</param>
public sealed record SingleFailure(
    SegmentId Segment,
    int LevelAtOncePermille,
    int LevelFinallyPermille,
    long LowestAfterTicks,
    long? DarkAfterTicks,
    int FallenCount,
    ImmutableArray<SegmentId> Fallen)
{
    public const int FallenMax = 50;
}
