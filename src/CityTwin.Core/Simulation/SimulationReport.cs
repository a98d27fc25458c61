using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>
/// What a scenario did to a city, beside the same run without its events. Everything is an integer, and every list has
/// one order, so that the same scenario on the same state gives the same bytes.
/// </summary>
/// <param name="StartedAt">Ticks since 1970-01-01 UTC; all other times count from there.</param>
/// <param name="Timeline">Every change of a segment's level, by time and id.</param>
/// <param name="IsTimelineCut">True when there were more changes than <see cref="TimelineMax"/>; nothing else is cut.</param>
/// <param name="Services">Each service of each zone, by zone and service.</param>
/// <param name="FirstCritical">The first service that fell below its critical level and did not without the events.</param>
/// <param name="LostThousandthHours">People-hours lost more than without the events, all services together, in thousandths.</param>
public sealed record SimulationReport(
    string Scenario,
    CityHash City,
    long StartedAt,
    long HorizonTicks,
    ulong Seed,
    ImmutableArray<TimelineEntry> Timeline,
    bool IsTimelineCut,
    ImmutableArray<ServiceOutcome> Services,
    CriticalFailure? FirstCritical,
    long LostThousandthHours)
{
    public const int SchemaVersion = 1;

    /// <summary>The most changes a timeline tells.</summary>
    public const int TimelineMax = 100_000;
}

/// <summary>A segment's level changed.</summary>
public readonly record struct TimelineEntry(long AfterTicks, SegmentId Segment, int BeforePermille, int AfterPermille);

/// <summary>What became of one service of one zone.</summary>
/// <param name="Levels">Its level from each tick on, the first at 0.</param>
/// <param name="LevelsWithout">The same without the events.</param>
/// <param name="LostThousandthHours">People-hours without the service, in thousandths; half of it missing counts half.</param>
/// <param name="LostThousandthHoursWithout">The same without the events.</param>
/// <param name="LowestPermille">Its lowest level in the run.</param>
/// <param name="LowestAfterTicks">When it first was there.</param>
/// <param name="Causes">Why, at that moment; empty when it was never lower than without the events.</param>
public sealed record ServiceOutcome(
    ZoneId Zone,
    ServiceId Service,
    ImmutableArray<LevelStep> Levels,
    ImmutableArray<LevelStep> LevelsWithout,
    long LostThousandthHours,
    long LostThousandthHoursWithout,
    int LowestPermille,
    long LowestAfterTicks,
    ImmutableArray<CauseChain> Causes);

/// <summary>A level from a tick on.</summary>
public readonly record struct LevelStep(long AfterTicks, int LevelPermille);

/// <summary>A service fell below the level at which its failure is critical.</summary>
public sealed record CriticalFailure(
    long AfterTicks, ZoneId Zone, ServiceId Service, int LevelPermille, int CriticalBelowPermille, ImmutableArray<CauseChain> Causes);
