using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;
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

    /// <summary>The cause that an isolated conduit owns on the segments it carried.</summary>
    public static string IsolationCause(ConduitId conduit) => "isolation:" + conduit.Value;

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

    /// <summary>
    /// A status sensor says where its switch stands, or whether its machine runs. Of a tie's position the newest word
    /// counts, an order's or a sensor's; that they differ is told as a disagreement, never settled in silence.
    /// </summary>
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
                Evidence = Says(state.Evidence, observed.Sensor, observed.LevelPermille),
            },
            cause);
    }

    /// <summary>A conduit that carried something for this segment was isolated or rejoined.</summary>
    public static Step<SegmentState, SegmentEffect> Carry(SegmentState state, ConduitSwitched switched)
    {
        var source = IsolationCause(switched.Conduit);
        if (state.Heard.TryGetValue(source, out var heard) && heard >= switched.Version)
        {
            return new(state, []);
        }

        return Apply(
            state with { Heard = state.Heard.SetItem(source, switched.Version) },
            new(source, switched.LevelPermille, switched.By, switched.Reason, switched.At));
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

        return state with
        {
            Heard = state.Heard.SetItem(source, observed.Sequence),
            Evidence = Says(state.Evidence, observed.Sensor, observed.LevelPermille),
        };
    }

    /// <summary>A sensor's newest word. Since when it contradicts stays: a meter that trembles contradicts all the same.</summary>
    private static ImmutableArray<SegmentEvidence> Says(ImmutableArray<SegmentEvidence> evidence, SensorId sensor, int? levelPermille)
    {
        var others = evidence.RemoveAll(item => item.Sensor == sensor);
        return levelPermille is { } level
            ? others.Add(new(sensor, level, evidence.FirstOrDefault(item => item.Sensor == sensor)?.ContradictsSince))
                .Sort((a, b) => a.Sensor.CompareTo(b.Sensor))
            : others;
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

/// <summary>Its disagreement begins or ends.</summary>
public sealed record DisagreementSignalled(AlertSignal Signal) : SegmentEffect;

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

/// <summary>A conduit tells a segment what is left of what it carried.</summary>
/// <param name="Version">Counts up per conduit; lower ones are old.</param>
/// <param name="LevelPermille">The most the segment may give, 0..1000; 1000 = the conduit carries again.</param>
[GenerateSerializer, Alias("conduit-switched"), Immutable]
public sealed record ConduitSwitched(ConduitId Conduit, long Version, int LevelPermille, string By, string Reason, DateTimeOffset At);
