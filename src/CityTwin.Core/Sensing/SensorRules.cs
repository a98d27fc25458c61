using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>
/// What a reading, an event or the passing of time does to a sensor. Total: whatever comes in, a state comes
/// out; what is refused, repeated or late returns the very same state and no effect.
/// </summary>
/// <remarks>
/// Order: readings numbered by (boot, sequence) are ordered by it, whatever their clock says; all others by
/// observed-at. A late reading never replaces a later one. A sensor with a wrong clock should leave the time
/// out, so that arrival counts. A lower boot than before is late, unless the sensor was offline and says something newer:
/// then another device has taken its place and counts from its own beginning.
/// </remarks>
public static class SensorRules
{
    /// <summary>A clock may be ahead of ours by this much; a reading from further on is refused.</summary>
    public static readonly TimeSpan FutureMax = TimeSpan.FromMinutes(5);

    /// <summary>A reading older than this many report intervals is stale.</summary>
    public const int StaleAfterIntervals = 3;

    /// <summary>The largest magnitude a value may have; far beyond any instrument, far inside what arithmetic bears.</summary>
    public const double NumberMax = 1e15;

    /// <summary>This many identities of events are remembered, so that a redelivered event is known again.</summary>
    public const int EventsRememberedMax = 128;

    /// <summary>
    /// How many event classes that nobody here knows may have alerts of their own, the first that come; a sensor that
    /// invents words raises no more alerts than that.
    /// </summary>
    public const int EventClassesMax = 16;

    /// <summary>An event reported with less confidence is kept but raises no alert.</summary>
    public const double AlertConfidenceMin = 0.5;

    /// <summary>Why this reading cannot be believed at all, or null. The border asks this once; the rule asks again.</summary>
    public static ReadingFault? Check(Sensor sensor, Reading reading, DateTimeOffset now)
    {
        if (reading.ObservedAt - now > FutureMax)
        {
            return ReadingFault.FromTheFuture;
        }

        if (reading.Unit is not null && !string.Equals(reading.Unit, sensor.Unit, StringComparison.Ordinal))
        {
            return ReadingFault.WrongUnit;
        }

        if (reading.Value.Number is { } number)
        {
            return !double.IsFinite(number) || Math.Abs(number) > NumberMax ? ReadingFault.NotANumber
                : sensor.Role == SensorRole.Status && number is < 0 or > 1000 ? ReadingFault.NotALevel
                : null;
        }

        return sensor.Role == SensorRole.Measurement || reading.Value.Word is null ? ReadingFault.NotANumber
            : StatusWords.LevelOf(sensor.Kind, reading.Value.Word) is null ? ReadingFault.UnknownWord
            : null;
    }

    /// <summary>Why this event cannot be believed at all, or null.</summary>
    public static ReadingFault? Check(SensorEvent reported, DateTimeOffset now) =>
        reported.ObservedAt - now > FutureMax ? ReadingFault.FromTheFuture
        : reported.Confidence is >= 0 and <= 1 ? null
        : ReadingFault.NotAnEvent;

    /// <summary>Why a reading would change nothing; null when it is news.</summary>
    public static SensorRefusal? RefusalOf(Sensor sensor, SensorState state, Reading reading, DateTimeOffset now)
    {
        if (Check(sensor, reading, now) is not null)
        {
            return SensorRefusal.Unbelievable;
        }

        if (reading.IsPast)
        {
            return SensorRefusal.Late;
        }

        var known = Renewed(state, reading.Boot, reading.ObservedAt);
        return IsNews(known, reading, now) ? null
            : reading.IsNumbered && known.Boot is not null
                ? (reading.Boot, reading.Sequence) == (known.Boot, known.Sequence) ? SensorRefusal.Repeated : SensorRefusal.Late
                : reading.ObservedAt == known.Latest?.ObservedAt ? SensorRefusal.Repeated : SensorRefusal.Late;
    }

    /// <summary>Why an event would change nothing; null when it counts.</summary>
    public static SensorRefusal? RefusalOf(SensorState state, SensorEvent reported, DateTimeOffset now) =>
        Check(reported, now) is not null ? SensorRefusal.Unbelievable
        : !IsKnown(Renewed(state, reported.Boot, reported.ObservedAt).Events, reported.Identity) ? null
        : state.Events.Contains(reported.Identity) ? SensorRefusal.Repeated
        : SensorRefusal.Late;

    /// <summary>A reading arrived.</summary>
    /// <param name="now">When it arrived.</param>
    public static Step<SensorState, SensorEffect> Observe(Sensor sensor, SensorState state, Reading reading, DateTimeOffset now)
    {
        if (RefusalOf(sensor, state, reading, now) is not null)
        {
            return new(state, []);
        }

        var known = Renewed(state, reading.Boot, reading.ObservedAt);
        var alike = known.Latest?.Value == reading.Value ? Math.Min(known.Alike, int.MaxValue - 1) + 1 : 1;
        var draft = new SensorDraft(sensor, known with
        {
            Latest = reading,
            Boot = reading.IsNumbered ? reading.Boot : known.Boot,
            Sequence = reading.IsNumbered ? reading.Sequence : known.Sequence,
            ReceivedAt = now,
            Alike = alike,
        });
        draft.Become(Judge(sensor, reading, alike, now), now);
        draft.TellPosition();
        draft.TellEvidence();
        draft.WatchLimits(reading.ObservedAt);
        return draft.Step();
    }

    /// <summary>What history keeps of a reading: also of a late one, which changes nothing else. Null when it is not believed, or known.</summary>
    /// <param name="refusal">What <see cref="RefusalOf(Sensor, SensorState, Reading, DateTimeOffset)"/> said.</param>
    /// <param name="after">What <see cref="Observe"/> made of it.</param>
    /// <param name="isForgotten">The state before knew no reading, though there may have been some: the sensor was out of the city.</param>
    public static KeptReading? KeptOf(
        Sensor sensor, SensorRefusal? refusal, SensorState after, Reading reading, bool isForgotten, DateTimeOffset now) => refusal switch
    {
        null => new(reading, now, after.Condition, isForgotten),
        SensorRefusal.Late => new(reading, now, Judge(sensor, reading, 1, now), MayBeKept: true),
        _ => null,
    };

    /// <summary>An event was reported. Each event counts once, in whatever order events come.</summary>
    public static Step<SensorState, SensorEffect> Report(Sensor sensor, SensorState state, SensorEvent reported, DateTimeOffset now)
    {
        if (RefusalOf(state, reported, now) is not null)
        {
            return new(state, []);
        }

        var known = Renewed(state, reported.Boot, reported.ObservedAt);
        var draft = new SensorDraft(sensor, known with
        {
            ReceivedAt = now,
            Events = Remember(known.Events, reported.Identity),
            EventCount = state.EventCount + 1,
            LastEvent = reported,
        });
        if (state.Condition is SensorCondition.NeverReported or SensorCondition.Offline)
        {
            draft.Become(state.Latest is { } latest ? Judge(sensor, latest, state.Alike, now) : SensorCondition.Good, now);
            draft.TellEvidence();
        }

        if (reported.Confidence >= AlertConfidenceMin)
        {
            draft.RaiseEvent(reported);
        }

        return draft.Step();
    }

    /// <summary>Time has passed: is the latest reading stale, the sensor silent, a delayed alert due?</summary>
    /// <param name="listeningSince">Since when we listen without a break: silence before that was ours, not the sensor's.</param>
    public static Step<SensorState, SensorEffect> CheckSilence(
        Sensor sensor, SensorState state, DateTimeOffset now, DateTimeOffset listeningSince)
    {
        var draft = new SensorDraft(sensor, state);
        if (OfflineAt(sensor, state, listeningSince) <= now)
        {
            draft.Become(SensorCondition.Offline, now);
            draft.TellEvidence();
        }
        else if (StaleAt(sensor, state, listeningSince) <= now)
        {
            draft.Become(SensorCondition.Stale, now);
        }

        draft.WatchLimits(now);
        return draft.Step();
    }

    /// <summary>
    /// Whoever speaks for the sensor has gone, or says that it cannot be believed now: it is offline at once, and does not
    /// wait to be silent for long enough. What it said last stays known, and is evidence no longer.
    /// </summary>
    public static Step<SensorState, SensorEffect> Lose(Sensor sensor, SensorState state, DateTimeOffset now)
    {
        var draft = new SensorDraft(sensor, state);
        draft.Become(SensorCondition.Offline, now, $"{sensor.Name} has been given up by whoever speaks for it.");
        draft.TellEvidence();
        return draft.Step();
    }

    /// <summary>
    /// Whoever speaks for the sensor is there again. It need not have said anything new: what it says again it stands by, and
    /// its silence is counted from now.
    /// </summary>
    public static Step<SensorState, SensorEffect> Regain(Sensor sensor, SensorState state, DateTimeOffset now)
    {
        if (state.Condition != SensorCondition.Offline)
        {
            return new(state, []);
        }

        var draft = new SensorDraft(sensor, state with { ReceivedAt = now });
        draft.Become(state.Latest is { } latest ? Judge(sensor, latest, state.Alike, now) : SensorCondition.NeverReported, now);
        draft.TellEvidence();
        return draft.Step();
    }

    /// <summary>The definition moved the sensor to another segment or role: what it says is told anew, to whom it concerns now.</summary>
    public static Step<SensorState, SensorEffect> Redefine(Sensor sensor, SensorState state)
    {
        var draft = new SensorDraft(sensor, state with { ToldPosition = null, ToldEvidence = null });
        draft.TellPosition();
        draft.TellEvidence();
        return draft.Step();
    }

    /// <summary>
    /// The definition no longer has the sensor: the alerts of its conditions and limits are cleared, because nobody else
    /// could, and all is forgotten but the version: should it come back, what it says must not look old.
    /// </summary>
    public static Step<SensorState, SensorEffect> Retire(Sensor sensor, SensorState state, DateTimeOffset now)
    {
        var draft = new SensorDraft(sensor, state);
        draft.ClearAll(now);
        var cleared = draft.Step();
        return new(SensorState.Initial with { Version = cleared.State.Version }, cleared.Effects);
    }

    /// <summary>When <see cref="CheckSilence"/> next has something to say; null when only a message can change anything.</summary>
    public static DateTimeOffset? NextDeadline(Sensor sensor, SensorState state, DateTimeOffset listeningSince) =>
        Earlier(
            Earlier(OfflineAt(sensor, state, listeningSince), StaleAt(sensor, state, listeningSince)),
            SensorDraft.LimitDeadline(sensor, state));

    /// <summary>
    /// How long after a start a sensor must be asked though nobody has heard of it: as soon as any of its limits can have
    /// passed. Null when no time matters to it.
    /// </summary>
    public static TimeSpan? GraceOf(SensorLimits limits)
    {
        long? shortest = null;
        foreach (var limit in (ReadOnlySpan<long>)[limits.OfflineAfterMilliseconds, StaleAfterIntervals * limits.ReportIntervalMilliseconds, limits.AlertDelayMilliseconds])
        {
            shortest = limit > 0 && !(shortest <= limit) ? limit : shortest;
        }

        return shortest is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    /// <summary>
    /// The state to judge by. What an offline sensor says newer under a lower boot comes from another device: the numbers
    /// of the old one are forgotten. What is older may have been long on its way, and is late as ever.
    /// </summary>
    private static SensorState Renewed(SensorState state, long? boot, DateTimeOffset observedAt)
    {
        if (state.Condition != SensorCondition.Offline || boot is null
            || observedAt <= state.Latest?.ObservedAt || observedAt <= state.LastEvent?.ObservedAt)
        {
            return state;
        }

        var highestOfEvents = state.Events.LastOrDefault(known => known.IsNumbered).Boot;
        return boot < state.Boot || boot < highestOfEvents
            ? state with { Boot = null, Sequence = null, Events = state.Events.RemoveAll(known => known.IsNumbered) }
            : state;
    }

    private static bool IsNews(SensorState state, Reading reading, DateTimeOffset now)
    {
        if (state.Latest is not { } latest)
        {
            return true;
        }

        // A latest from further ahead than any could be taken was stamped by a clock, ours perhaps, that was set back since.
        var isLater = reading.ObservedAt > latest.ObservedAt || latest.ObservedAt - now > FutureMax;
        if (!reading.IsNumbered || state.Boot is null)
        {
            return isLater;
        }

        var isNext = reading.Boot > state.Boot || (reading.Boot == state.Boot && reading.Sequence > state.Sequence);
        return isNext && (latest.IsNumbered || isLater);
    }

    // Once the memory is full, whatever is older than all it holds counts as known: better to drop an event that
    // comes very late than to count a redelivered one twice.
    private static bool IsKnown(ImmutableArray<EventIdentity> events, EventIdentity identity) =>
        events.Contains(identity)
        || (events.Length >= EventsRememberedMax
            && identity.IsNumbered == events[0].IsNumbered
            && identity.CompareTo(events[0]) < 0);

    private static ImmutableArray<EventIdentity> Remember(ImmutableArray<EventIdentity> events, EventIdentity identity)
    {
        var kept = events.Length < EventsRememberedMax ? events : events.RemoveAt(0);
        var place = kept.Length;
        while (place > 0 && kept[place - 1].CompareTo(identity) > 0)
        {
            place--;
        }

        return kept.Insert(place, identity);
    }

    private static SensorCondition Judge(Sensor sensor, Reading reading, int alike, DateTimeOffset now)
    {
        var limits = sensor.Limits;
        return reading.Value.Number is { } number && (number < limits.Minimum || number > limits.Maximum)
                ? SensorCondition.OutOfRange
            : limits.StuckAfterReadings > 0 && alike >= limits.StuckAfterReadings ? SensorCondition.Stuck
            : StaleAt(limits, reading.ObservedAt) <= now ? SensorCondition.Stale
            : SensorCondition.Good;
    }

    private static DateTimeOffset? OfflineAt(Sensor sensor, SensorState state, DateTimeOffset listeningSince) =>
        sensor.Limits.OfflineAfterMilliseconds > 0 && state.Condition != SensorCondition.Offline && state.ReceivedAt is { } heard
            ? Later(heard, listeningSince).AddMilliseconds(sensor.Limits.OfflineAfterMilliseconds)
            : null;

    private static DateTimeOffset? StaleAt(Sensor sensor, SensorState state, DateTimeOffset listeningSince) =>
        state.Condition == SensorCondition.Good && state.Latest is { } latest
            ? StaleAt(sensor.Limits, Later(latest.ObservedAt, listeningSince))
            : null;

    private static DateTimeOffset? StaleAt(SensorLimits limits, DateTimeOffset from) =>
        limits.ReportIntervalMilliseconds > 0
            ? from.AddMilliseconds(StaleAfterIntervals * limits.ReportIntervalMilliseconds)
            : null;

    private static DateTimeOffset Later(DateTimeOffset? a, DateTimeOffset b) => a > b ? a.Value : b;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null ? b : b is null ? a : a < b ? a : b;
}
