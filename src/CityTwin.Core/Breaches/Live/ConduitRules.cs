using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// How a conduit is isolated and rejoined. Isolated it lets no attack through, and costs what it carried: each carried
/// segment gets the cause <see cref="SegmentRules.IsolationCause"/>, which only this conduit sets and lifts.
/// </summary>
public static class ConduitRules
{
    /// <summary>The cause of the alert of an isolated conduit.</summary>
    public const string IsolatedCause = "isolated";

    private const int Whole = 1000;

    /// <summary>Somebody cuts it. What already is isolated stays so, with the first principal.</summary>
    public static Step<ConduitState, ConduitEffect> Isolate(
        ConduitState state, Conduit conduit, string request, string by, string reason, DateTimeOffset now) =>
        Once(state, request, () => state.Status.Isolated is not null ? new(state, []) : Signal(
            Tell(
                state with { Status = new(conduit.Id, state.Status.Version + 1, new(by, reason, now), state.Status.Rejoined) },
                LevelsOf(conduit), by, reason, now),
            version => new AlertRaised(
                AlertId.For(IsolatedCause, conduit.Id), now, version, AlertSeverity.Warning, null, $"{conduit.Name} is isolated by {by}: {reason}"),
            now));

    /// <summary>Somebody joins it again: what it holds down is lifted.</summary>
    public static Step<ConduitState, ConduitEffect> Rejoin(
        ConduitState state, Conduit conduit, string request, string by, string reason, DateTimeOffset now) =>
        Once(state, request, () => state.Status.Isolated is null ? new(state, []) : Signal(
            Tell(
                state with { Status = new(conduit.Id, state.Status.Version + 1, null, new(by, reason, now)) },
                [], by, reason, now),
            version => new AlertCleared(AlertId.For(IsolatedCause, conduit.Id), now, version),
            now));

    /// <summary>The definition changed what it carries: while it is isolated, its segments are told anew.</summary>
    public static Step<ConduitState, ConduitEffect> Redefine(ConduitState state, Conduit conduit, DateTimeOffset now) =>
        state.Status.Isolated is not { } isolated ? new(state, []) : Tell(state, LevelsOf(conduit), isolated.By, isolated.Reason, now);

    /// <summary>
    /// The definition no longer has the conduit: it holds nothing down any more. Its versions and requests are kept: should
    /// it come back, what it says must not look old.
    /// </summary>
    public static Step<ConduitState, ConduitEffect> Retire(ConduitState state, DateTimeOffset now)
    {
        var (id, wasIsolated) = (state.Status.Id, state.Status.Isolated is not null);
        var lifted = Tell(state with { Status = ConduitStatus.New(id) }, [], "definition", "the conduit is no more", now);
        return wasIsolated ? Signal(lifted, version => new AlertCleared(AlertId.For(IsolatedCause, id), now, version), now) : lifted;
    }

    private static ImmutableArray<CarriedLevel> LevelsOf(Conduit conduit) =>
    [
        .. conduit.Carries.GroupBy(carried => carried.Segment).OrderBy(group => group.Key)
            .Select(group => new CarriedLevel(group.Key, group.Min(carried => carried.LevelPermille))),
    ];

    /// <summary>Tells each segment whose level differs from what it was told last; those no longer held are lifted.</summary>
    private static Step<ConduitState, ConduitEffect> Tell(
        ConduitState state, ImmutableArray<CarriedLevel> levels, string by, string reason, DateTimeOffset now)
    {
        var before = state.Told.ToDictionary(told => told.Segment, told => told.LevelPermille);
        var after = levels.ToDictionary(told => told.Segment, told => told.LevelPermille);
        var changed = before.Keys.Union(after.Keys).Order()
            .Where(segment => before.GetValueOrDefault(segment, Whole) != after.GetValueOrDefault(segment, Whole)).ToList();
        if (changed.Count == 0)
        {
            return new(state with { Told = levels }, []);
        }

        var version = state.ToldVersion + 1;
        return new(
            state with { Told = levels, ToldVersion = version },
            [
                .. changed.Select(segment => new CarriedSwitched(segment, new(
                    state.Status.Id, version, after.GetValueOrDefault(segment, Whole), by, reason, now))),
            ]);
    }

    private static Step<ConduitState, ConduitEffect> Signal(
        Step<ConduitState, ConduitEffect> step, Func<long, AlertSignal> signal, DateTimeOffset now)
    {
        var version = Math.Max(step.State.AlertVersion + 1, now.ToUnixTimeMilliseconds());
        return new(step.State with { AlertVersion = version }, step.Effects.Add(new IsolationSignalled(signal(version))));
    }

    private static Step<ConduitState, ConduitEffect> Once(ConduitState state, string request, Func<Step<ConduitState, ConduitEffect>> command)
    {
        if (RecentRequests.Knows(state.RecentRequests, request))
        {
            return new(state, []);
        }

        var step = command();
        return step with { State = step.State with { RecentRequests = RecentRequests.With(state.RecentRequests, request) } };
    }
}

/// <summary>What a conduit tells others.</summary>
public abstract record ConduitEffect;

/// <summary>A segment that it carried, or carries again, is told its ceiling.</summary>
public sealed record CarriedSwitched(SegmentId Segment, ConduitSwitched Switched) : ConduitEffect;

/// <summary>Its alert is raised or cleared.</summary>
public sealed record IsolationSignalled(AlertSignal Signal) : ConduitEffect;
