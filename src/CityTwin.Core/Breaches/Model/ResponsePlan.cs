using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Model;

/// <summary>What happens once something is noticed, and how what was switched is put back.</summary>
/// <param name="Switching">How long it takes to switch a segment back from afar.</param>
/// <param name="Crew">How long it takes a crew to do it on the spot, travel included.</param>
/// <param name="Turnout">How long a guard needs from the order until moving.</param>
/// <param name="GuardsOnDuty">The share of guards that is on duty at an hour; null = all.</param>
public sealed record ResponsePlan(
    Response Cyber, Response Physical, Duration Switching, Duration Crew, Duration Turnout, ScheduleId? GuardsOnDuty)
{
    /// <summary>Nobody comes.</summary>
    public static ResponsePlan None { get; } = new(
        Response.None, Response.None, Duration.Constant(300), Duration.Constant(7_200), Duration.Constant(60), null);
}

/// <summary>From a detection to responders who are there.</summary>
/// <param name="Communication">The chance that an alarm gets through (P_C), 0..1.</param>
/// <param name="IsOneCommunication">True: drawn once for the whole attack, as in Garcia's EASI; false: for each alarm.</param>
/// <param name="Transmit">From the detection until the alarm is shown.</param>
/// <param name="Assess">From then until it is believed.</param>
/// <param name="Respond">From then until responders are there. Of physical steps null = a guard drives there; of cyber steps null = nobody comes.</param>
public sealed record Response(
    Estimate Communication, bool IsOneCommunication, Duration Transmit, Duration Assess, Duration? Respond)
{
    public static Response None { get; } = new(Estimate.Zero, false, Duration.None, Duration.None, null);
}

/// <summary>A share that depends on hour and weekday, in local time.</summary>
/// <param name="Otherwise">The share outside all spans, 0..1.</param>
public sealed record Schedule(ScheduleId Id, string Name, ImmutableArray<ScheduleSpan> Spans, Estimate Otherwise);

/// <summary>A span of a week.</summary>
/// <param name="Days">On which weekdays it begins.</param>
/// <param name="FromMinute">Minutes after midnight, 0..1439.</param>
/// <param name="ToMinute">1..1440; not after <paramref name="FromMinute"/> = until that time on the day after.</param>
/// <param name="Share">0..1; of spans that overlap the first counts.</param>
public sealed record ScheduleSpan(ImmutableArray<DayOfWeek> Days, int FromMinute, int ToMinute, Estimate Share);
