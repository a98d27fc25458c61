using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>A what-if: what happens when, to a city that may be patched first.</summary>
/// <param name="City">The definition it was written for; null = any city that has the segments it names.</param>
/// <param name="StartsAt">When a run begins that does not start from a snapshot; null = <see cref="SimulationStart.DefaultAt"/>.</param>
/// <param name="HorizonTicks">How long a run lasts, at least 1.</param>
/// <param name="Events">Sorted by time; one cause of one segment is set at most once in an instant.</param>
/// <param name="Seed">Names the draws of events left to chance. Nothing draws yet; a report repeats it, because a report names everything it depends on.</param>
public sealed record Scenario(
    string Name,
    CityHash? City,
    DateTimeOffset? StartsAt,
    long HorizonTicks,
    ImmutableArray<ScenarioEvent> Events,
    CityPatch Patch,
    ulong Seed)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The most events in one scenario.</summary>
    public const int EventsMax = 10_000;

    /// <summary>The longest run: 366 days.</summary>
    public const long HorizonTicksMax = 366L * 24 * 3600 * SegmentRule.TicksPerSecond;
}

/// <summary>Something that happens in a scenario: <see cref="CeilingEvent"/> or <see cref="StartEvent"/>.</summary>
/// <param name="AfterTicks">Since the run began; 0 = one tick after it.</param>
[GenerateSerializer, Alias("scenario-event"), Immutable]
public abstract record ScenarioEvent(long AfterTicks);

/// <summary>Sets a named cause of a segment's ceiling; at 1000 it is lifted, which is a repair.</summary>
/// <param name="Cause">As in the live city: setting <c>command</c> here replaces what <c>command</c> set there.</param>
[GenerateSerializer, Alias("ceiling-event"), Immutable]
public sealed record CeilingEvent(long AfterTicks, SegmentId Target, int LevelPermille, string Cause) : ScenarioEvent(AfterTicks);

/// <summary>Starts segments together, one tick after everything else of its instant.</summary>
[GenerateSerializer, Alias("start-event"), Immutable]
public sealed record StartEvent(long AfterTicks, ImmutableArray<SegmentId> Segments) : ScenarioEvent(AfterTicks);

/// <summary>What a scenario builds before it begins.</summary>
/// <param name="Backups">A backup given to a segment, in place of the one it has.</param>
/// <param name="Feeds">One more alternative in a segment's supply: a feeder tie outside networks.</param>
/// <param name="Links">One more link in a network: a feeder tie inside one.</param>
public sealed record CityPatch(
    ImmutableArray<BackupPatch> Backups,
    ImmutableArray<FeedPatch> Feeds,
    ImmutableArray<LinkPatch> Links)
{
    public static readonly CityPatch None = new([], [], []);
}

/// <summary>Gives a segment outside networks, or a source, this backup.</summary>
public sealed record BackupPatch(SegmentId Target, Backup Backup);

/// <summary>Lets a segment outside networks, or a source, be fed by another one as well.</summary>
public sealed record FeedPatch(SegmentId Target, SegmentId From);

/// <summary>A new link between two nodes of one network, closed from the beginning.</summary>
public sealed record LinkPatch(SegmentId Id, SegmentId A, SegmentId B);
