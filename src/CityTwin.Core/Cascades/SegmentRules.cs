using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>How a segment's causes change. Levels are not decided here: a new ceiling is offered to the coordinator.</summary>
public static class SegmentRules
{
    /// <summary>The cause that <c>:fail</c> sets and <c>:restore</c> removes.</summary>
    public const string CommandCause = "command";

    /// <summary>The cause of a switch's position: <c>:open</c>, <c>:close</c> and the status sensor of a normally-open tie own it.</summary>
    public const string PositionCause = "position";

    private const string SensorPrefix = "sensor:";

    /// <summary>The cause that a status sensor owns.</summary>
    public static string SensorCause(SensorId sensor) => SensorPrefix + sensor.Value;

    /// <summary>What a segment of the definition begins with, before anything happened.</summary>
    public static ImmutableArray<Cause> FoundingCauses(Segment segment) =>
        segment.NormallyOpen ? [new(PositionCause, 0, "definition", "normally open", DateTimeOffset.UnixEpoch)] : [];

    /// <summary>A normally-open tie as the coordinator takes it into a new city, or into a changed one.</summary>
    internal static CeilingChange FoundingPosition(Segment segment) => new(segment.Id, 0, 0, FoundingCauses(segment)[0]);

    /// <summary>A command sets or lifts a cause; the same request twice does nothing.</summary>
    public static Step<SegmentState, SegmentEffect> Command(SegmentState state, SegmentCommand command, DateTimeOffset now)
    {
        if (RecentRequests.Knows(state.RecentRequests, command.Request))
        {
            return new(state, []);
        }

        return Apply(
            Remember(state, command.Request), new(command.Cause, command.LevelPermille, command.By, command.Reason, now));
    }

    /// <summary>A status sensor says where its switch stands, or whether its machine runs.</summary>
    public static Step<SegmentState, SegmentEffect> Observe(SegmentState state, Segment segment, PositionObserved observed)
    {
        var source = observed.Sensor.Value;
        if (state.Heard.TryGetValue(source, out var heard) && heard >= observed.Sequence)
        {
            return new(state, []);
        }

        var name = segment.NormallyOpen ? PositionCause : SensorCause(observed.Sensor);
        var cause = new Cause(name, observed.LevelPermille, source, observed.Word, observed.At);
        return Apply(
            state with
            {
                Heard = state.Heard.SetItem(source, observed.Sequence),
                Facts = state.Facts with { ObservedPermille = observed.LevelPermille },
            },
            cause);
    }

    /// <summary>What was decided of this segment; older and repeated commits change nothing.</summary>
    public static SegmentState Decide(SegmentState state, SegmentCommit commit) =>
        commit.Batch <= state.Decided.Batch ? state : state with { Decided = commit };

    /// <summary>
    /// The definition changed: what sensors said that no longer watch this segment is lifted, because nobody else could,
    /// and a switch that now begins in another position takes it. The same change twice does nothing.
    /// </summary>
    /// <param name="find">The sensors of the definition in force.</param>
    public static Step<SegmentState, SegmentEffect> Redefine(
        SegmentState state, Segment before, Segment after, CityHash definition, Func<SensorId, Sensor?> find, DateTimeOffset now)
    {
        var request = "definition:" + definition.Value;
        if (state.RecentRequests.Contains(request))
        {
            return new(state, []);
        }

        var next = Remember(state, request) with { Evidence = state.Evidence.RemoveAll(evidence => find(evidence.Sensor)?.Segment != after.Id) };
        var step = new Step<SegmentState, SegmentEffect>(next, []);
        foreach (var cause in state.Facts.Causes.Where(IsOrphaned))
        {
            step = Then(step, cause with { LevelPermille = 1000, By = "definition", Reason = "no longer watched by this sensor", Since = now });
        }

        return before.NormallyOpen == after.NormallyOpen ? step
            : Then(step, new(PositionCause, after.NormallyOpen ? 0 : 1000, "definition", after.NormallyOpen ? "normally open" : "normally closed", now));

        bool IsOrphaned(Cause cause) => cause.Name.StartsWith(SensorPrefix, StringComparison.Ordinal)
            && !(find(new(cause.Name[SensorPrefix.Length..])) is { Role: SensorRole.Status } sensor && sensor.Segment == after.Id);

        static Step<SegmentState, SegmentEffect> Then(Step<SegmentState, SegmentEffect> step, Cause cause)
        {
            var applied = Apply(step.State, cause);
            return new(applied.State, step.Effects.AddRange(applied.Effects));
        }
    }

    /// <summary>A measurement speaks for a level, or no longer for any. It moves no level: it may come to disagree.</summary>
    public static SegmentState Weigh(SegmentState state, EvidenceObserved observed)
    {
        var source = "evidence:" + observed.Sensor.Value;
        if (state.Heard.TryGetValue(source, out var heard) && heard >= observed.Sequence)
        {
            return state;
        }

        var others = state.Evidence.RemoveAll(evidence => evidence.Sensor == observed.Sensor);
        var evidence = observed.LevelPermille is { } level
            ? others.Add(new(observed.Sensor, level, null)).Sort((a, b) => a.Sensor.CompareTo(b.Sensor))
            : others;
        return state with { Heard = state.Heard.SetItem(source, observed.Sequence), Evidence = evidence };
    }

    /// <summary>
    /// Holds the evidence against the inferred level, after either has changed or a deadline has come. A segment
    /// disagrees when a measurement has contradicted it for longer than its set time; agreement ends that at once.
    /// </summary>
    /// <param name="state">With the newest evidence and commit in it.</param>
    /// <param name="find">The definition's sensors.</param>
    /// <param name="now">When this is.</param>
    /// <returns>The state, and when to look again; null = not before something changes.</returns>
    public static (SegmentState State, DateTimeOffset? LookAgain) Compare(SegmentState state, Func<SensorId, Sensor?> find, DateTimeOffset now)
    {
        var inferred = state.Decided.LevelPermille;
        Disagreement? disagreement = null;
        DateTimeOffset? lookAgain = null;
        var compared = ImmutableArray.CreateBuilder<SegmentEvidence>(state.Evidence.Length);
        foreach (var evidence in state.Evidence)
        {
            if (find(evidence.Sensor)?.Evidence is not { } terms)
            {
                continue;
            }

            var contradicts = Math.Abs(evidence.LevelPermille - inferred) > terms.TolerancePermille;
            DateTimeOffset? since = contradicts ? evidence.ContradictsSince ?? now : null;
            compared.Add(evidence with { ContradictsSince = since });
            if (since?.AddMilliseconds(terms.DisagreeAfterMilliseconds) is not { } due)
            {
                continue;
            }

            disagreement ??= due <= now ? new(evidence.Sensor, evidence.LevelPermille, inferred, since.Value) : null;
            lookAgain = due > now && !(lookAgain <= due) ? due : lookAgain;
        }

        var facts = state.Facts.Disagreement == disagreement ? state.Facts : state.Facts with { Disagreement = disagreement };
        var isSame = ReferenceEquals(facts, state.Facts) && compared.SequenceEqual(state.Evidence);
        return (isSame ? state : state with { Facts = facts, Evidence = compared.ToImmutable() }, lookAgain);
    }

    private static SegmentState Remember(SegmentState state, string request) =>
        state with { RecentRequests = RecentRequests.With(state.RecentRequests, request) };

    private static Step<SegmentState, SegmentEffect> Apply(SegmentState state, Cause cause)
    {
        Invariant.Hold(cause.LevelPermille is >= 0 and <= 1000, "A ceiling lies between 0 and 1000 per mille.");
        var others = state.Facts.Causes.RemoveAll(existing => existing.Name == cause.Name);
        var existing = state.Facts.Causes.FirstOrDefault(candidate => candidate.Name == cause.Name);
        if ((existing?.LevelPermille ?? 1000) == cause.LevelPermille)
        {
            return new(state, []);
        }

        var causes = cause.LevelPermille == 1000 ? others
            : others.Add(cause).Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        var facts = state.Facts with
        {
            CauseVersion = state.Facts.CauseVersion + 1,
            Causes = causes,
            CommandedPermille = Commanded(state.Facts, causes, cause),
        };
        return new(
            state with { Facts = facts },
            [new OfferCeiling(new(facts.Id, facts.CauseVersion, facts.CeilingPermille, cause))]);
    }

    private static int? Commanded(SegmentFacts facts, ImmutableArray<Cause> causes, Cause changed)
    {
        var orders = causes.Where(cause => cause.Name is CommandCause or PositionCause).ToList();
        return orders.Count > 0 ? orders.Min(cause => cause.LevelPermille)
            : facts.CommandedPermille is not null || changed.Name is CommandCause or PositionCause ? 1000
            : null;
    }
}

/// <summary>What a segment tells others.</summary>
public abstract record SegmentEffect;

/// <summary>Its ceiling is new: the coordinator is told until it has taken this version or a later one.</summary>
public sealed record OfferCeiling(CeilingChange Change) : SegmentEffect;

/// <summary>An order to a segment.</summary>
/// <param name="Request">The caller's id of this order: repeating it does nothing.</param>
/// <param name="Cause"><see cref="SegmentRules.CommandCause"/> or <see cref="SegmentRules.PositionCause"/>.</param>
/// <param name="LevelPermille">0..1000; 1000 lifts the cause.</param>
[GenerateSerializer, Alias("segment-command"), Immutable]
public sealed record SegmentCommand(string Request, string Cause, int LevelPermille, string By, string Reason);

/// <summary>A status sensor tells its segment where it stands.</summary>
/// <param name="Sequence">Counts up per sensor; older ones are repeats.</param>
/// <param name="LevelPermille">1000 for closed or running, 0 for open or stopped.</param>
/// <param name="Word">What the sensor said.</param>
[GenerateSerializer, Alias("position-observed"), Immutable]
public sealed record PositionObserved(SensorId Sensor, long Sequence, int LevelPermille, string Word, DateTimeOffset At);

/// <summary>A measurement tells its segment which level it speaks for.</summary>
/// <param name="Sequence">Counts up per sensor; older ones are repeats.</param>
/// <param name="LevelPermille">0..1000; null = it is no longer believed.</param>
[GenerateSerializer, Alias("evidence-observed"), Immutable]
public sealed record EvidenceObserved(SensorId Sensor, long Sequence, int? LevelPermille, DateTimeOffset At);
