using CityTwin.Core.Model;

namespace CityTwin.Core.Zones;

/// <summary>How a zone's own facts change.</summary>
public static class ZoneFactRules
{
    /// <summary>The most people that can be counted in one zone.</summary>
    public const int PeopleMax = 10_000_000;

    /// <summary>A zone of which nobody has said anything.</summary>
    public static ZoneFacts New(ZoneId zone) => new(zone, 0, SecurityPosture.Normal, null, null, null, null);

    /// <summary>A command once: a repeated request changes nothing.</summary>
    public static ZoneFacts Once(ZoneFacts facts, string request, Func<ZoneFacts, ZoneFacts> command) =>
        RecentRequests.Knows(facts.RecentRequests, request) ? facts
        : command(facts) with { RecentRequests = RecentRequests.With(facts.RecentRequests, request) };

    /// <summary>Sets how alert the zone's protection is.</summary>
    public static ZoneFacts SetPosture(ZoneFacts facts, SecurityPosture posture, string by, string reason) =>
        facts.Posture == posture ? facts
        : Next(facts with { Posture = posture, PostureBy = by, PostureReason = reason });

    /// <summary>Announces planned work until an instant; null ends it.</summary>
    public static ZoneFacts PlanWork(ZoneFacts facts, DateTimeOffset? until, string by, string reason) =>
        facts.PlannedWorkUntil == until ? facts : Next(facts with { PlannedWorkUntil = until, WorkBy = by, WorkReason = reason });

    /// <summary>Somebody has counted the people present, at least 0.</summary>
    /// <param name="people">Null = the count no longer holds: the census does.</param>
    public static ZoneFacts Count(ZoneFacts facts, int? people, string by) =>
        facts.PeopleCounted == people ? facts : Next(facts with { PeopleCounted = people, CountedBy = by });

    private static ZoneFacts Next(ZoneFacts facts) => facts with { Version = facts.Version + 1 };
}
