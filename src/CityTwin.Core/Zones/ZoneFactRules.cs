using CityTwin.Core.Model;

namespace CityTwin.Core.Zones;

/// <summary>How a zone's own facts change.</summary>
public static class ZoneFactRules
{
    /// <summary>A zone of which nobody has said anything.</summary>
    public static ZoneFacts New(ZoneId zone) => new(zone, 0, SecurityPosture.Normal, null, null, null, null);

    /// <summary>Sets how alert the zone's protection is.</summary>
    public static ZoneFacts SetPosture(ZoneFacts facts, SecurityPosture posture, string by, string reason) =>
        facts.Posture == posture ? facts
        : Next(facts with { Posture = posture, PostureBy = by, PostureReason = reason });

    /// <summary>Announces planned work until an instant; null ends it.</summary>
    public static ZoneFacts PlanWork(ZoneFacts facts, DateTimeOffset? until) =>
        facts.PlannedWorkUntil == until ? facts : Next(facts with { PlannedWorkUntil = until });

    /// <summary>Somebody has counted the people present, at least 0.</summary>
    public static ZoneFacts Count(ZoneFacts facts, int people) =>
        facts.PeopleCounted == people ? facts : Next(facts with { PeopleCounted = people });

    private static ZoneFacts Next(ZoneFacts facts) => facts with { Version = facts.Version + 1 };
}
