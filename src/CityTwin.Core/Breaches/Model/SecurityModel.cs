using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Model;

/// <summary>
/// How a city can be attacked, watched and defended: <c>security.json</c> of its folder. Every list is sorted by id.
/// </summary>
/// <param name="PersonsPerConnection">How many residents share one customer connection; more than 0.</param>
/// <param name="Currency">What costs are stated in, as an ISO 4217 code.</param>
public sealed record SecurityModel(
    ImmutableArray<SecurityZone> Zones,
    ImmutableArray<Conduit> Conduits,
    ImmutableArray<Asset> Assets,
    ImmutableArray<Area> Areas,
    ImmutableArray<AttackStep> Steps,
    ImmutableArray<AdversaryProfile> Profiles,
    ImmutableArray<Schedule> Schedules,
    ImmutableArray<Defence> Defences,
    ResponsePlan Response,
    Estimate PersonsPerConnection,
    string Currency)
{
    /// <summary>A city of which nobody has said how it can be attacked.</summary>
    public static SecurityModel None { get; } =
        new([], [], [], [], [], [], [], [], ResponsePlan.None, Estimate.Of(2.1), "EUR");
}

/// <summary>Assets that share security requirements (IEC 62443-1-1).</summary>
/// <param name="TargetLevel">SL-T of IEC 62443-3-3, 0..4.</param>
/// <param name="AchievedLevel">SL-A, 0..4.</param>
/// <param name="Places">The zones of the map that it lies in.</param>
public sealed record SecurityZone(
    SecurityZoneId Id, string Name, int TargetLevel, int AchievedLevel, ImmutableArray<ZoneId> Places);

/// <summary>A path of communication between security zones (IEC 62443-1-1). Isolated, it lets nobody through, and costs what it carried.</summary>
/// <param name="TargetLevel">SL-T, 0..4.</param>
/// <param name="AchievedLevel">SL-A, 0..4.</param>
/// <param name="Carries">What is lost while it is isolated.</param>
public sealed record Conduit(
    ConduitId Id, string Name, SecurityZoneId From, SecurityZoneId To, int TargetLevel, int AchievedLevel, ImmutableArray<Carried> Carries);

/// <summary>A segment that cannot pass a level while a conduit is isolated.</summary>
public sealed record Carried(SegmentId Segment, int LevelPermille);

/// <summary>Something an adversary may get hold of: a controller, a workstation, a site, a vendor's service, a store of records.</summary>
/// <param name="Kind">What it is, such as <c>controller</c>, <c>workstation</c>, <c>vendor</c>, <c>cloud-service</c>, <c>site</c>; of the starter library, or the city's own word.</param>
/// <param name="Place">Where it stands; null = nowhere on the map, as a vendor's service.</param>
/// <param name="Segments">What it controls.</param>
/// <param name="Sensors">What reports of an attack on it; their events step its live state.</param>
public sealed record Asset(
    AssetId Id,
    string Name,
    string Kind,
    SecurityZoneId? Zone,
    ZoneId? Place,
    ImmutableArray<SegmentId> Segments,
    ImmutableArray<SensorId> Sensors);

/// <summary>A place that an adversary can stand in: outside a fence, a yard, a control room.</summary>
/// <param name="Zone">The zone of the map it lies in; guards are sent to <paramref name="Position"/>.</param>
public sealed record Area(AreaId Id, string Name, ZoneId Zone, LonLat Position);

/// <summary>Somebody who tries.</summary>
/// <param name="Kind">Such as <c>insider</c>, <c>vandal</c>, <c>thief</c>, <c>criminal-group</c>, <c>state</c>.</param>
/// <param name="Skill">0..1: steps that need more cannot be taken.</param>
/// <param name="Speed">Every step's time is divided by it; more than 0.</param>
/// <param name="Hands">How many cyber steps are worked on at once; at least 1.</param>
/// <param name="Knowledge">Which way is taken where there are several.</param>
/// <param name="Entries">Cyber steps that are reached at the beginning, whatever their chance and skill; defences that rule them out, or make them rarer, still count.</param>
/// <param name="Start">Where the adversary stands at the beginning; null = never comes in person.</param>
/// <param name="Neutralisation">The chance that responders who come in time stop this adversary (P_N).</param>
/// <param name="GuardSkills">What a guard must be able to do to be sent.</param>
public sealed record AdversaryProfile(
    ProfileId Id,
    string Name,
    string Kind,
    Estimate Skill,
    Estimate Speed,
    int Hands,
    Knowledge Knowledge,
    ImmutableArray<StepId> Entries,
    AreaId? Start,
    Estimate Neutralisation,
    ImmutableArray<string> GuardSkills);

/// <summary>How an adversary chooses.</summary>
public enum Knowledge
{
    /// <summary>Tries whatever is open, also what does not lead to a target; on foot, the way that is quickest by the stated means.</summary>
    None,

    /// <summary>Tries only what leads to a target, on foot by the quickest way.</summary>
    Plans,

    /// <summary>The same, and knows the sensors: on foot, by the way on which interruption is least likely.</summary>
    Defences,
}
