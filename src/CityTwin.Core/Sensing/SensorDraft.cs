using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Alerts;
using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>A sensor's next state while one decision is being made: each part of the rule changes it and adds its effects.</summary>
internal sealed class SensorDraft(Sensor sensor, SensorState before)
{
    // A meter's level is told when it has moved by more than this share of its tolerance: telling every flutter
    // would write the segment as often as the meter, and an error of a quarter of the tolerance decides nothing.
    private const int EvidenceShareOfTolerance = 4;
    private const string BelowLimit = "below-limit";
    private const string AboveLimit = "above-limit";
    private const string OutOfRange = "out-of-range";
    private const string Stuck = "stuck";
    private const string Offline = "offline";
    private static readonly FrozenSet<string> OwnCauses = FrozenSet.Create(StringComparer.Ordinal, BelowLimit, AboveLimit, OutOfRange, Stuck, Offline);

    private readonly SensorState _before = before;
    private readonly ImmutableArray<SensorEffect>.Builder _effects = ImmutableArray.CreateBuilder<SensorEffect>();
    private SensorState _state = before;

    /// <summary>The decision; the very same state when nothing has changed, so that nobody saves it again.</summary>
    public Step<SensorState, SensorEffect> Step() => new(_state == _before ? _before : _state, _effects.ToImmutable());

    /// <summary>The sensor comes into a condition; the alert of a bad one is raised, that of the one it leaves cleared.</summary>
    /// <param name="why">What the alert says; null = what is usual.</param>
    public void Become(SensorCondition condition, DateTimeOffset now, string? why = null)
    {
        var left = _state.Condition;
        if (condition == left)
        {
            return;
        }

        _state = _state with { Condition = condition, Since = now };
        if (CauseOf(left) is { } old)
        {
            Clear(old, now);
        }

        if (CauseOf(condition) is { } cause)
        {
            Raise(cause, AlertSeverity.Warning, why ?? Explain(condition), now);
        }
    }

    /// <summary>A status sensor's latest word becomes the ceiling of its segment; told only when it changes.</summary>
    public void TellPosition()
    {
        if (sensor is not { Role: SensorRole.Status, Segment: { } segment } || _state.Latest is not { } latest
            || LevelOf(latest.Value) is not { } level || level == _state.ToldPosition)
        {
            return;
        }

        _state = _state with { ToldPosition = level, Version = _state.Version + 1 };
        _effects.Add(new PositionSeen(
            segment, sensor.Id, level, latest.Value.ToString(), latest.ObservedAt, _state.Version));
    }

    /// <summary>A measurement's believed value becomes evidence for its segment; a disbelieved one is withdrawn.</summary>
    public void TellEvidence()
    {
        if (sensor is not { Role: SensorRole.Measurement, Segment: { } segment, Evidence: { } evidence }
            || _state.Latest is not { } latest)
        {
            return;
        }

        var isBelieved = _state.Condition is SensorCondition.Good or SensorCondition.Stale;
        int? level = isBelieved && latest.Value.Number is { } number ? EvidenceRules.LevelOf(evidence, number) : null;
        if (level == _state.ToldEvidence || IsFlutter(evidence, level, _state.ToldEvidence))
        {
            return;
        }

        _state = _state with { ToldEvidence = level, Version = _state.Version + 1 };
        _effects.Add(new EvidenceGiven(segment, sensor.Id, level, latest.ObservedAt, _state.Version));
    }

    /// <summary>Both alert limits, at the time of a reading or of a deadline.</summary>
    public void WatchLimits(DateTimeOffset at)
    {
        if (_state.Latest?.Value.Number is not { } value || _state.Condition == SensorCondition.OutOfRange)
        {
            return;
        }

        var limits = sensor.Limits;
        if (limits.AlertBelow is { } below)
        {
            var isInside = value >= below + limits.Deadband;
            var watch = Watch(_state.Below, value < below, isInside, BelowLimit, below, value, at);
            _state = _state with { Below = watch };
        }

        if (limits.AlertAbove is { } above)
        {
            var isInside = value <= above - limits.Deadband;
            var watch = Watch(_state.Above, value > above, isInside, AboveLimit, above, value, at);
            _state = _state with { Above = watch };
        }
    }

    /// <summary>The alert of an event. It stays until somebody clears it: an event has no end of its own.</summary>
    public void RaiseEvent(SensorEvent reported) => Raise(
        AlertClassOf(reported.Class),
        SensorEventClasses.SeverityOf(reported.Class),
        string.Create(CultureInfo.InvariantCulture, $"{sensor.Name}: {reported.Class} (confidence {reported.Confidence:0.##})."),
        reported.ObservedAt);

    /// <summary>Clears every alert of a condition or limit that stands; those of events are for people to clear.</summary>
    public void ClearAll(DateTimeOffset at)
    {
        if (CauseOf(_state.Condition) is { } cause)
        {
            Clear(cause, at);
        }

        if (_state.Below.Raised)
        {
            Clear(BelowLimit, at);
        }

        if (_state.Above.Raised)
        {
            Clear(AboveLimit, at);
        }
    }

    /// <summary>When a delayed limit alert falls due; null when none is pending.</summary>
    public static DateTimeOffset? LimitDeadline(Sensor sensor, SensorState state)
    {
        if (state.Condition == SensorCondition.OutOfRange)
        {
            return null;
        }

        var below = state.Below.Raised ? null : state.Below.BeyondSince;
        var above = state.Above.Raised ? null : state.Above.BeyondSince;
        return (below ?? above)?.AddMilliseconds(sensor.Limits.AlertDelayMilliseconds);
    }

    private LimitWatch Watch(
        LimitWatch watch, bool isBeyond, bool isInside, string cause, double limit, double value, DateTimeOffset at)
    {
        if (watch.Raised)
        {
            if (isInside)
            {
                Clear(cause, at);
                return default;
            }

            return watch;
        }

        if (!isBeyond)
        {
            return default;
        }

        var since = watch.BeyondSince < at ? watch.BeyondSince.Value : at;
        if ((at - since).TotalMilliseconds < sensor.Limits.AlertDelayMilliseconds)
        {
            return new(since, Raised: false);
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{sensor.Name}: {value:G6} {sensor.Unit} is beyond its limit of {limit:G6}.");
        Raise(cause, AlertSeverity.Serious, text, at);
        return new(since, Raised: true);
    }

    private int? LevelOf(ReadingValue value) =>
        value.Word is { } word ? StatusWords.LevelOf(sensor.Kind, word)
        : value.Number is { } number ? (int)Math.Clamp(Math.Floor(number), 0, 1000)
        : null;

    private static bool IsFlutter(Evidence evidence, int? level, int? told) =>
        level is { } now && told is { } before
        && now is not (0 or 1000)
        && Math.Abs(now - before) * EvidenceShareOfTolerance <= evidence.TolerancePermille;

    /// <summary>The class under which an event raises its alert; a condition's own alert is never an event's.</summary>
    private string AlertClassOf(string eventClass)
    {
        var own = _state.EventClasses ?? [];
        if (SensorEventClasses.IsKnown(eventClass) || own.Contains(eventClass))
        {
            return eventClass;
        }

        if (own.Length >= SensorRules.EventClassesMax || OwnCauses.Contains(eventClass))
        {
            return SensorEventClasses.Other;
        }

        _state = _state with { EventClasses = own.Add(eventClass) };
        return eventClass;
    }

    private void Raise(string cause, AlertSeverity severity, string text, DateTimeOffset at)
    {
        _state = _state with { Version = _state.Version + 1 };
        _effects.Add(new AlertSignalled(
            new AlertRaised(AlertId.For(cause, sensor.Id), at, _state.Version, severity, sensor.Zone, text)));
    }

    private void Clear(string cause, DateTimeOffset at)
    {
        _state = _state with { Version = _state.Version + 1 };
        _effects.Add(new AlertSignalled(new AlertCleared(AlertId.For(cause, sensor.Id), at, _state.Version)));
    }

    private static string? CauseOf(SensorCondition condition) => condition switch
    {
        SensorCondition.OutOfRange => OutOfRange,
        SensorCondition.Stuck => Stuck,
        SensorCondition.Offline => Offline,
        _ => null,
    };

    private string Explain(SensorCondition condition) => condition switch
    {
        SensorCondition.OutOfRange => $"{sensor.Name}: {_state.Latest?.Value} {sensor.Unit} is outside what the instrument can give.",
        SensorCondition.Stuck => $"{sensor.Name} has reported {_state.Latest?.Value} {_state.Alike} times in a row.",
        _ => $"{sensor.Name} has been silent for longer than it may.",
    };
}
