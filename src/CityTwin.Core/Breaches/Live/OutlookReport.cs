using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// What a live compromise leads to next, given that somebody goes on with it: the quickest an adversary of this profile
/// can be with mean durations, every way worked on at once, and nothing put back within the horizon. It is a bound to
/// decide by, not a forecast.
/// </summary>
/// <param name="At">From when it looks ahead, in ticks.</param>
/// <param name="HorizonTicks">How far it looks.</param>
/// <param name="From">The reached steps that it goes on from, by asset and step; none = nothing is compromised, and nothing follows.</param>
/// <param name="Targets">The next steps that do something, soonest first, at most <see cref="Outlook.TargetsMax"/>.</param>
/// <param name="Harm">If nobody contains anything.</param>
/// <param name="Containments">Single containments, the one that helps most first, at most <see cref="Outlook.ContainmentsMax"/>.</param>
public sealed record OutlookReport(
    ProfileId Profile,
    long At,
    long HorizonTicks,
    ImmutableArray<OutlookSource> From,
    ImmutableArray<OutlookTarget> Targets,
    Harm Harm,
    ImmutableArray<Containment> Containments)
{
    /// <summary>The containment to order, if there is only one; null when none leaves less harm than doing nothing.</summary>
    public Containment? Best => !Containments.IsEmpty && Containments[0].Harm.CompareTo(Harm) < 0 ? Containments[0] : null;
}

/// <summary>A reached step of a compromised asset.</summary>
/// <param name="SinceTicks">When it was observed.</param>
public sealed record OutlookSource(AssetId Asset, StepId Step, long SinceTicks);

/// <summary>A step with effects that may be reached next.</summary>
/// <param name="AtTicks">The earliest; not later than now where an unseen adversary could be there already.</param>
/// <param name="Chance">That all steps of the quickest way can be taken at all, 0..1.</param>
/// <param name="Way">The quickest way to it, from a reached step to itself.</param>
/// <param name="Harm">Of this step alone, within the horizon after it.</param>
/// <param name="Dark">The services that it would darken, soonest first, at most <see cref="Outlook.DarkMax"/>.</param>
public sealed record OutlookTarget(
    StepId Step,
    AssetId Asset,
    long AtTicks,
    double Chance,
    ImmutableArray<StepId> Way,
    Harm Harm,
    ImmutableArray<DarkService> Dark);

/// <summary>A service of a zone that goes dark, or below the level that it must not fall below.</summary>
/// <param name="LevelPermille">The lowest it comes to.</param>
/// <param name="AtTicks">When it goes dark.</param>
/// <param name="People">How many are in the zone at that hour.</param>
public sealed record DarkService(ZoneId Zone, ServiceId Service, int LevelPermille, long AtTicks, int People);

/// <summary>What an attack, or a containment, takes; the less the better, by people-hours, then people, records and targets.</summary>
/// <param name="PeopleThousandthHours">Thousandths of people-hours without a service, beyond what is lost anyway.</param>
/// <param name="PeopleDarkened">In zones with a service that goes dark or critical; each zone counts once.</param>
/// <param name="Records">Records disclosed.</param>
/// <param name="Targets">Steps with effects that are reached.</param>
public readonly record struct Harm(long PeopleThousandthHours, int PeopleDarkened, long Records, int Targets) : IComparable<Harm>
{
    public int CompareTo(Harm other) =>
        PeopleThousandthHours != other.PeopleThousandthHours ? PeopleThousandthHours.CompareTo(other.PeopleThousandthHours)
        : PeopleDarkened != other.PeopleDarkened ? PeopleDarkened.CompareTo(other.PeopleDarkened)
        : Records != other.Records ? Records.CompareTo(other.Records)
        : Targets.CompareTo(other.Targets);
}

/// <summary>
/// One asset contained or one conduit isolated, from now on: exactly one of the two is named. Whoever may have moved on by
/// now, though nobody has seen it, is not stopped where the attack began.
/// </summary>
/// <param name="Harm">What is left with it, its own cost included.</param>
/// <param name="Cost">What it takes by itself, attack or not: all zero for an asset.</param>
public sealed record Containment(AssetId? Asset, ConduitId? Conduit, Harm Harm, Harm Cost);
