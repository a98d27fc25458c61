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

    /// <summary>The cause that a status sensor owns.</summary>
    public static string SensorCause(SensorId sensor) => "sensor:" + sensor.Value;

    /// <summary>What a segment of the definition begins with, before anything happened.</summary>
    public static ImmutableArray<Cause> FoundingCauses(Segment segment) =>
        segment.NormallyOpen ? [new(PositionCause, 0, "definition", "normally open", DateTimeOffset.UnixEpoch)] : [];

    /// <summary>A command sets or lifts a cause; the same request twice does nothing.</summary>
    public static Step<SegmentState, SegmentEffect> Command(SegmentState state, SegmentCommand command, DateTimeOffset now)
    {
        if (state.RecentRequests.Contains(command.Request))
        {
            return new(state, []);
        }

        var requests = state.RecentRequests.Add(command.Request);
        var remembered = requests.Length <= SegmentState.RecentRequestsMax ? requests : requests[1..];
        var cause = new Cause(command.Cause, command.LevelPermille, command.By, command.Reason, now);
        return Apply(state with { RecentRequests = remembered }, cause);
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
