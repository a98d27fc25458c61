using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// Holds what sensors say against what stands: a measurement against the inferred level, a switch against the position
/// that was ordered. Commanded, observed and inferred stay side by side; nobody is silently believed.
/// </summary>
public static class DisagreementRules
{
    /// <summary>The word of the alert of a segment that disagrees.</summary>
    public const string AlertCause = "disagrees";

    /// <summary>How long a switch may take to be seen where it was ordered. Driven ones move, and say so, within seconds.</summary>
    public static readonly TimeSpan PositionDisagreesAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After what sensors say, what is ordered or what is decided has changed, or a deadline has come. A segment
    /// disagrees when somebody has contradicted it for longer than the set time; agreement ends that at once.
    /// </summary>
    /// <param name="state">With the newest evidence, causes and commit in it.</param>
    /// <param name="segment">As the definition in force has it.</param>
    /// <param name="find">The definition's sensors.</param>
    /// <param name="now">When this is.</param>
    /// <returns>The very same state when nothing has changed; its <see cref="SegmentState.DueAt"/> says when to look again.</returns>
    public static Step<SegmentState, SegmentEffect> Compare(
        SegmentState state, Segment segment, Func<SensorId, Sensor?> find, DateTimeOffset now)
    {
        if (state is { Evidence.IsEmpty: true, DueAt: null, Facts.Disagreement: null })
        {
            // Nobody says anything, and nobody did: most segments have no sensor.
            return new(state, []);
        }

        var inferred = state.Decided.LevelPermille;
        var ordered = OrderedPosition(state, segment);
        Disagreement? disagreement = null;
        DateTimeOffset? dueAt = null;
        var compared = ImmutableArray.CreateBuilder<SegmentEvidence>(state.Evidence.Length);
        foreach (var evidence in state.Evidence)
        {
            if (TermsOf(find(evidence.Sensor), inferred, ordered) is not { } terms)
            {
                continue;
            }

            var contradicts = terms.AgainstPermille is { } against && Math.Abs(evidence.LevelPermille - against) > terms.TolerancePermille;
            DateTimeOffset? since = contradicts ? Earlier(evidence.ContradictsSince, now) : null;
            compared.Add(evidence with { ContradictsSince = since });
            if (since + terms.After is not { } due)
            {
                continue;
            }

            disagreement ??= due <= now
                ? new(evidence.Sensor, evidence.LevelPermille, inferred, since!.Value, terms.IsPosition ? ordered : null) : null;
            dueAt = due > now ? Earlier(dueAt, due) : dueAt;
        }

        var next = disagreement == state.Facts.Disagreement && dueAt == state.DueAt && compared.SequenceEqual(state.Evidence)
            ? state
            : state with { Evidence = compared.ToImmutable(), DueAt = dueAt };
        return Tell(next, segment, disagreement, now);
    }

    /// <summary>The definition no longer has the segment: its alert is cleared, because nobody else could.</summary>
    public static ImmutableArray<SegmentEffect> Retire(SegmentState state, DateTimeOffset now) =>
        state.Facts.Disagreement is null ? [] : [Cleared(state.Facts.Id, now, NextVersion(state, now))];

    private static Step<SegmentState, SegmentEffect> Tell(
        SegmentState state, Segment segment, Disagreement? disagreement, DateTimeOffset now)
    {
        if (state.Facts.Disagreement == disagreement)
        {
            return new(state, []);
        }

        var next = state with { Facts = state.Facts with { Disagreement = disagreement } };
        if (state.Facts.Disagreement is not null && disagreement is not null)
        {
            return new(next, []);
        }

        var version = NextVersion(state, now);
        return new(
            next with { AlertVersion = version },
            [disagreement is null ? Cleared(segment.Id, now, version) : Raised(segment, disagreement, now, version)]);
    }

    private static DisagreementSignalled Raised(Segment segment, Disagreement disagreement, DateTimeOffset now, long version)
    {
        var (sensor, observed) = (disagreement.Sensor, disagreement.ObservedPermille);
        var text = disagreement.OrderedPermille is { } ordered
            ? $"{segment.Name}: {sensor} sees it at {observed} per mille, the order is {ordered}."
            : $"{segment.Name}: {sensor} speaks for {observed} per mille, the rules infer {disagreement.InferredPermille}.";
        return new(new AlertRaised(AlertId.For(AlertCause, segment.Id), now, version, AlertSeverity.Warning, segment.Zone, text));
    }

    private static DisagreementSignalled Cleared(SegmentId segment, DateTimeOffset now, long version) =>
        new(new AlertCleared(AlertId.For(AlertCause, segment), now, version));

    // It grows also when the clock is set back; and by the clock, so that it is not old after the segment was forgotten.
    private static long NextVersion(SegmentState state, DateTimeOffset now) =>
        Math.Max(state.AlertVersion + 1, now.ToUnixTimeMilliseconds());

    /// <summary>Null where nobody ordered any: a switch that is closed by design may trip.</summary>
    private static int? OrderedPosition(SegmentState state, Segment segment) =>
        state.Facts.Causes.FirstOrDefault(cause => cause.Name == SegmentRules.PositionCause)?.LevelPermille
        ?? (segment.NormallyOpen ? 1000 : null);

    private static Terms? TermsOf(Sensor? sensor, int inferred, int? ordered) => sensor switch
    {
        { Role: SensorRole.Status } => new(ordered, 0, PositionDisagreesAfter, true),
        { Evidence: { } evidence } => new(inferred, evidence.TolerancePermille, TimeSpan.FromMilliseconds(evidence.DisagreeAfterMilliseconds), false),
        _ => null,
    };

    private static DateTimeOffset Earlier(DateTimeOffset? a, DateTimeOffset b) => a < b ? a.Value : b;

    /// <summary>What a sensor's word is held against, and how strictly.</summary>
    private readonly record struct Terms(int? AgainstPermille, int TolerancePermille, TimeSpan After, bool IsPosition);
}
