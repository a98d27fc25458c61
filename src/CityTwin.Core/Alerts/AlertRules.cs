using System.Collections.Frozen;
using CityTwin.Core.Model;

namespace CityTwin.Core.Alerts;

/// <summary>Why a command to an alert was refused.</summary>
public enum AlertFault
{
    /// <summary>No alert was ever raised under this id.</summary>
    NotFound,

    /// <summary>The cause is gone: there is nothing to acknowledge or shelve.</summary>
    AlreadyCleared,

    /// <summary>It would be shelved until a time that has passed.</summary>
    ShelvedInThePast,

    /// <summary>It would be shelved for longer than <see cref="AlertRules.ShelveMax"/>.</summary>
    ShelvedTooLong,
}

/// <summary>A command's outcome: the state that follows, and why nothing followed.</summary>
public readonly record struct AlertDecision(AlertState State, AlertFault? Fault);

/// <summary>
/// What signals and people do to an alert. Signals may be repeated and come late; commands may be repeated:
/// what is already so stays as it is, with the first principal and time.
/// </summary>
public static class AlertRules
{
    /// <summary>The longest an alert may be kept out of sight; longer needs planned work.</summary>
    public static readonly TimeSpan ShelveMax = TimeSpan.FromDays(7);

    /// <summary>How long a cleared alert can still be read; then it is forgotten, so that alerts do not grow with the years.</summary>
    public static readonly TimeSpan ClearedKeptFor = TimeSpan.FromDays(7);

    /// <summary>
    /// The causes that work on instruments and grids brings about by itself. What a sensor noticed (a forced door, an
    /// intrusion, fire) is never among them: a building site is where somebody would try.
    /// </summary>
    private static readonly FrozenSet<string> ExplainedByWork =
        FrozenSet.Create(StringComparer.Ordinal, "above-limit", "below-limit", "disagrees", "offline", "out-of-range", "stuck");

    /// <summary>A command once: a repeated request changes nothing, one that was refused may be tried again.</summary>
    public static AlertDecision Once(AlertState state, string request, Func<AlertState, AlertDecision> command)
    {
        if (RecentRequests.Knows(state.RecentRequests, request))
        {
            return new(state, null);
        }

        var decision = command(state);
        return decision.Fault is not null ? decision
            : new(decision.State with { RecentRequests = RecentRequests.With(state.RecentRequests, request) }, null);
    }

    /// <summary>The source says the cause is there, or gone.</summary>
    public static AlertState Signal(AlertState state, AlertSignal signal) =>
        signal.Version <= state.Version ? state
        : signal switch
        {
            AlertRaised raised => state with { Version = raised.Version, Status = Raise(state.Status, raised) },
            _ => state with { Version = signal.Version, Status = ClearedBy(state.Status, new("system", signal.At, "The cause is gone.")) },
        };

    /// <summary>Somebody takes note.</summary>
    public static AlertDecision Acknowledge(AlertState state, string by, string note, DateTimeOffset at) =>
        Active(state, status => status.Phase == AlertPhase.Acknowledged
            ? status
            : status with { Phase = AlertPhase.Acknowledged, Acknowledged = new(by, at, note) });

    /// <summary>Somebody keeps it out of sight for a while; when the time has passed it shows again by itself.</summary>
    public static AlertDecision Shelve(AlertState state, string by, string reason, DateTimeOffset until, DateTimeOffset at) =>
        until <= at ? new(state, AlertFault.ShelvedInThePast)
        : until - at > ShelveMax ? new(state, AlertFault.ShelvedTooLong)
        : Active(state, status => status.ShelvedUntil == until
            ? status
            : status with { ShelvedUntil = until, Shelved = new(by, at, reason), Unshelved = null });

    /// <summary>Somebody brings it back into sight.</summary>
    public static AlertDecision Unshelve(AlertState state, string by, string reason, DateTimeOffset at) =>
        Known(state, status => status.ShelvedUntil is null
            ? status
            : status with { ShelvedUntil = null, Shelved = null, Unshelved = new(by, at, reason) });

    /// <summary>Somebody clears it: for events, which have no end of their own. If the cause is told again, it is raised again.</summary>
    public static AlertDecision Clear(AlertState state, string by, string reason, DateTimeOffset at) =>
        Known(state, status => ClearedBy(status, new(by, at, reason))!);

    /// <summary>
    /// What time and planned work make of an alert: shelving runs out, and work explains it as long as it goes on. One
    /// that is cleared is left alone until it is raised again or forgotten: all of them would otherwise be written with
    /// every work.
    /// </summary>
    /// <param name="work">The zone whose planned work covers it; null when none does.</param>
    /// <returns>Null = it is forgotten.</returns>
    public static AlertStatus? Review(AlertStatus status, ZoneId? work, DateTimeOffset now)
    {
        if (status.Phase == AlertPhase.Cleared)
        {
            return status.Cleared?.At + ClearedKeptFor <= now ? null : status;
        }

        var suppressed = work is { } zone && ExplainedByWork.Contains(status.Id.Cause) ? zone.Value : null;
        var isOver = status.ShelvedUntil <= now;
        return !isOver && status.SuppressedBy == suppressed ? status
            : status with
            {
                SuppressedBy = suppressed,
                ShelvedUntil = isOver ? null : status.ShelvedUntil,
                Shelved = isOver ? null : status.Shelved,
            };
    }

    /// <summary>
    /// As <see cref="Review(AlertStatus, ZoneId?, DateTimeOffset)"/>, of an alert that may never have been raised. The version
    /// outlives a forgotten one: what its source said before must not raise it again.
    /// </summary>
    public static AlertState Review(AlertState state, ZoneId? work, DateTimeOffset now) =>
        state.Status is not { } status || ReferenceEquals(Review(status, work, now), status) ? state
        : state with { Status = Review(status, work, now) };

    private static AlertStatus Raise(AlertStatus? before, AlertRaised raised)
    {
        if (before is { Phase: not AlertPhase.Cleared })
        {
            return before with
            {
                Severity = raised.Severity > before.Severity ? raised.Severity : before.Severity,
                Text = raised.Text,
                LastAt = raised.At > before.LastAt ? raised.At : before.LastAt,
                Count = before.Count + 1,
            };
        }

        // A shelf holds back new occurrences too, but never those after its end.
        var isShelved = before?.ShelvedUntil > raised.At;
        return new(
            raised.Id, AlertPhase.Raised, raised.Severity, raised.Zone, raised.Text, raised.At, raised.At, 1,
            Acknowledged: null, isShelved ? before?.ShelvedUntil : null, isShelved ? before?.Shelved : null, Cleared: null,
            before?.SuppressedBy);
    }

    private static AlertStatus? ClearedBy(AlertStatus? status, AlertNote note) =>
        status is null or { Phase: AlertPhase.Cleared }
            ? status
            : status with { Phase = AlertPhase.Cleared, Cleared = note };

    private static AlertDecision Active(AlertState state, Func<AlertStatus, AlertStatus> change) =>
        state.Status is { Phase: AlertPhase.Cleared } ? new(state, AlertFault.AlreadyCleared) : Known(state, change);

    private static AlertDecision Known(AlertState state, Func<AlertStatus, AlertStatus> change)
    {
        if (state.Status is not { } status)
        {
            return new(state, AlertFault.NotFound);
        }

        var next = change(status);
        return next == status ? new(state, null) : new(state with { Status = next }, null);
    }
}
