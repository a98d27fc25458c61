using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Model;

/// <summary>A breach to be tried many times: who, against what, when, with what already going on.</summary>
/// <param name="About">What it shows, for people.</param>
/// <param name="City">The definition it was written for; null = any city that has what it names.</param>
/// <param name="StartsAt">When a run begins that does not start from a snapshot; hour and weekday follow from it. Null = <see cref="SimulationStart.DefaultAt"/>.</param>
/// <param name="HorizonTicks">How long a run lasts, at least 1.</param>
/// <param name="Entries">Where the attack begins on networks. A scenario that names entries or a start replaces both of the profile's.</param>
/// <param name="Start">Where the adversary stands at the beginning; null = does not come in person, where there are entries.</param>
/// <param name="Targets">The steps it is all about; at least one. An attack has succeeded when all are reached.</param>
/// <param name="Events">What happens to the city meanwhile, such as a storm outage; sorted by time.</param>
/// <param name="Defences">Those in place.</param>
/// <param name="Runs">How many times, 1..<see cref="RunsMax"/>.</param>
/// <param name="InputDraws">How many times the ranges of the inputs are drawn, at least 2; 0 = they stay at their values.</param>
[GenerateSerializer, Alias("breach-scenario"), Immutable]
public sealed record BreachScenario(
    string Name,
    string About,
    CityHash? City,
    DateTimeOffset? StartsAt,
    long HorizonTicks,
    ProfileId Profile,
    ImmutableArray<StepId> Entries,
    AreaId? Start,
    ImmutableArray<StepId> Targets,
    ImmutableArray<ScenarioEvent> Events,
    ImmutableArray<DefenceId> Defences,
    ulong Seed,
    int Runs,
    int InputDraws)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The most runs of one scenario.</summary>
    public const int RunsMax = 1_000_000;

    /// <summary>The most draws of the inputs.</summary>
    public const int InputDrawsMax = 1_000;

    /// <summary>Where the attack begins on networks.</summary>
    public ImmutableArray<StepId> EntriesOf(AdversaryProfile profile) => SaysWhere ? Entries : profile.Entries;

    /// <summary>Where the adversary stands at the beginning; null = does not come in person.</summary>
    public AreaId? StartOf(AdversaryProfile profile) => SaysWhere ? Start : profile.Start;

    private bool SaysWhere => !Entries.IsEmpty || Start is not null;
}
