using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// What signs and orders do to an asset; the effects are the words to its alerts. When a sign is proof is
/// <see cref="SignRules"/>'s. A posture only worsens by itself: people contain and clear.
/// </summary>
public static class AssetRules
{
    /// <summary>How many signs are kept; the oldest go first.</summary>
    public const int SignsMax = 16;

    /// <summary>The cause of the alert of an asset under suspicion.</summary>
    public const string SuspectedCause = "suspected";

    /// <summary>The cause of the alert of a compromised asset.</summary>
    public const string CompromisedCause = "compromised";

    /// <summary>A sensor of the asset took an event.</summary>
    /// <param name="steps">The asset's own steps.</param>
    /// <param name="from">The sender; with <paramref name="sequence"/> it tells repeats.</param>
    public static Step<AssetState, AlertSignal> Hear(
        AssetState state, Asset asset, ImmutableArray<AttackStep> steps, string from, long sequence, SignReported reported, DateTimeOffset now)
    {
        if (state.Heard.TryGetValue(from, out var heard) && heard >= sequence)
        {
            return new(state, []);
        }

        var next = state with { Heard = state.Heard.SetItem(from, sequence) };
        var told = reported.Event;
        if (SignRules.WeightOf(told.Class, told.Confidence, steps) == SignWeight.None)
        {
            return new(next, []);
        }

        var sign = new Sign(told.Sensor, told.Class, told.Confidence, told.ObservedAt, told.Evidence);
        var status = state.Status with { Version = state.Status.Version + 1, Signs = Remember(state.Status.Signs, sign) };
        var isProof = SignRules.IsProof(sign, state.Status.Signs, steps);
        status = isProof ? Compromise(status, sign, steps) : status;
        var posture = isProof ? AssetPosture.Compromised : AssetPosture.Suspected;
        if (posture > status.Posture)
        {
            // Since when it is known: a sign may have been long on its way.
            status = status with { Posture = posture, Since = now };
        }

        return Alert(next with { Status = status }, asset, posture > next.Alerted ? posture : next.Alerted, Text(asset, sign, isProof), now);
    }

    /// <summary>Somebody cuts it off: its steps open nothing from now on. What already is contained stays so.</summary>
    public static Step<AssetState, AlertSignal> Contain(AssetState state, string request, string by, string reason, DateTimeOffset now) =>
        Once(state, request, () => state.Status.Posture == AssetPosture.Contained ? new(state, []) : new(
            state with
            {
                Status = state.Status with
                {
                    Version = state.Status.Version + 1,
                    Posture = AssetPosture.Contained,
                    Since = now,
                    Contained = new(by, reason, now),
                },
            },
            []));

    /// <summary>Somebody found nothing, or mended it: signs, reached steps and containment are over, its alerts cleared.</summary>
    public static Step<AssetState, AlertSignal> Clear(AssetState state, Asset asset, string request, string by, string reason, DateTimeOffset now) =>
        Once(state, request, () => state.Status is { Posture: AssetPosture.Clear, Signs.IsEmpty: true } ? new(state, []) : Alert(
            state with
            {
                Status = new(asset.Id, state.Status.Version + 1, AssetPosture.Clear, now, [], [], null, new(by, reason, now)),
            },
            asset, AssetPosture.Clear, "", now));

    /// <summary>The definition changed: steps that the asset no longer has were not reached.</summary>
    public static AssetState Redefine(AssetState state, ImmutableArray<AttackStep> steps)
    {
        var reached = state.Status.Reached.RemoveAll(step => steps.All(known => known.Id != step.Step));
        return reached.Length == state.Status.Reached.Length ? state
            : state with { Status = state.Status with { Version = state.Status.Version + 1, Reached = reached } };
    }

    /// <summary>The definition no longer has the asset: its alerts are cleared, because nobody else could.</summary>
    public static Step<AssetState, AlertSignal> Retire(AssetState state, Asset asset, DateTimeOffset now) =>
        Alert(state with { Status = AssetStatus.New(asset.Id) }, asset, AssetPosture.Clear, "", now);

    private static AssetStatus Compromise(AssetStatus status, Sign sign, ImmutableArray<AttackStep> steps) =>
        SignRules.StepReached(sign.Class, steps) is { } step && status.Reached.All(reached => reached.Step != step)
            ? status with { Reached = status.Reached.Add(new(step, sign.At, sign.Sensor, sign.Evidence)) }
            : status;

    private static ImmutableArray<Sign> Remember(ImmutableArray<Sign> signs, Sign sign) =>
        (signs.Length < SignsMax ? signs : signs.RemoveAt(0)).Add(sign);

    private static Step<AssetState, AlertSignal> Once(AssetState state, string request, Func<Step<AssetState, AlertSignal>> command)
    {
        if (RecentRequests.Knows(state.RecentRequests, request))
        {
            return new(state, []);
        }

        var step = command();
        return step with { State = step.State with { RecentRequests = RecentRequests.With(state.RecentRequests, request) } };
    }

    /// <summary>One alert stands at a time, for the worst that was found; each further sign is told to it.</summary>
    private static Step<AssetState, AlertSignal> Alert(AssetState state, Asset asset, AssetPosture posture, string text, DateTimeOffset now)
    {
        var signals = ImmutableArray.CreateBuilder<AlertSignal>();
        var version = state.AlertVersion;
        if (state.Alerted != posture && CauseOf(state.Alerted) is { } old)
        {
            signals.Add(new AlertCleared(AlertId.For(old, asset.Id), now, Next()));
        }

        if (CauseOf(posture) is { } cause)
        {
            var severity = posture == AssetPosture.Compromised ? AlertSeverity.Serious : AlertSeverity.Warning;
            signals.Add(new AlertRaised(AlertId.For(cause, asset.Id), now, Next(), severity, asset.Place, text));
        }

        return new(state with { Alerted = posture, AlertVersion = version }, signals.ToImmutable());

        // By the clock, so that it is not old after the asset was forgotten; and growing when the clock is set back.
        long Next() => version = Math.Max(version + 1, now.ToUnixTimeMilliseconds());
    }

    private static string? CauseOf(AssetPosture posture) => posture switch
    {
        AssetPosture.Suspected => SuspectedCause,
        AssetPosture.Compromised => CompromisedCause,
        _ => null,
    };

    private static string Text(Asset asset, Sign sign, bool isProof) => string.Create(
        CultureInfo.InvariantCulture,
        $"{asset.Name}: {sign.Class} from {sign.Sensor} (confidence {sign.Confidence:0.##}){(isProof ? ", it is compromised" : "")}.");
}
