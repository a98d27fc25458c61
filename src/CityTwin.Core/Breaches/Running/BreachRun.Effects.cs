using CityTwin.Core.Breaches.Chances;

namespace CityTwin.Core.Breaches.Running;

/// <summary>What a reached step does to the city, and how that is put right.</summary>
public sealed partial class BreachRun
{
    private readonly bool[] _isLeverPulled;
    private readonly bool[] _isBlind;
    private readonly HashSet<int> _needsCrew = []; // segments that nobody can switch from afar

    private void ResetEffects()
    {
        _isLeverPulled.AsSpan().Clear();
        _isBlind.AsSpan().Clear();
        _needsCrew.Clear();
    }

    private int CeilingByLevers(int segment)
    {
        var ceiling = 1000;
        if (_tables.LeversOf[segment] is { } levers)
        {
            foreach (var lever in levers)
            {
                ceiling = _isLeverPulled[lever] ? Math.Min(ceiling, _tables.Levers[lever].LevelPermille) : ceiling;
            }
        }

        return ceiling;
    }

    private void Apply(PlanEffect effect)
    {
        foreach (var sensor in effect.BlindSensors)
        {
            _isBlind[sensor] = true;
            if (_story is not null)
            {
                Tell(StoryKind.Blinded, _tables.Sensors[sensor].Id.Value, effect.IsLying ? "lies" : "");
            }
        }

        foreach (var segment in effect.LostControl)
        {
            _needsCrew.Add(segment);
            TellSegment(StoryKind.ControlLost, segment);
        }

        if (effect.RecordClass >= 0)
        {
            Outcome.Records[effect.RecordClass] += effect.Records;
            Tell(StoryKind.Disclosed, _tables.RecordClasses[effect.RecordClass], effect.Records);
        }

        if (effect.Lever >= 0)
        {
            PullOrMislead(effect);
        }
    }

    private void PullOrMislead(PlanEffect effect)
    {
        if (!effect.IsForged)
        {
            Pull(effect.Lever);
            return;
        }

        var key = _tables.Levers[effect.Lever].Key;
        if (_chance.Unit(key, Purpose.Believed) < effect.Believed)
        {
            Expect(_now + effect.ActAfter.Draw(_chance, key, Purpose.ActAfter), BreachEventKind.Misled, effect.Lever);
        }
    }

    private void Mislead(int lever)
    {
        TellSegment(StoryKind.Misled, _tables.Levers[lever].Segment);
        Pull(lever);
    }

    private void Pull(int lever)
    {
        var pulled = _tables.Levers[lever];
        _isLeverPulled[lever] = true;
        _course.Touch(pulled.Segment);
        TellSegment(StoryKind.Struck, pulled.Segment, pulled.LevelPermille);
        var byCrew = _needsCrew.Contains(pulled.Segment);
        var ticks = pulled.Repair is { } repair
            ? repair.Draw(_chance, pulled.Key, Purpose.Restored) + (byCrew ? _tables.Crew.Draw(_chance, pulled.Key, Purpose.Restored, 1) : 0)
            : byCrew ? _tables.Crew.Draw(_chance, pulled.Key, Purpose.Restored, 1)
            : _tables.Switching.Draw(_chance, pulled.Key, Purpose.Restored);
        Expect(_now + ticks, BreachEventKind.Restored, lever, byCrew || pulled.Repair is not null ? 1 : 0);
    }

    /// <summary>The time has come to put a segment right; what was to be switched from afar may need a crew by now.</summary>
    private void LetGo(int lever, bool isOnTheSpot)
    {
        var pulled = _tables.Levers[lever];
        if (!isOnTheSpot && _needsCrew.Contains(pulled.Segment))
        {
            Expect(_now + _tables.Crew.Draw(_chance, pulled.Key, Purpose.Restored, 1), BreachEventKind.Restored, lever, 1);
            return;
        }

        _isLeverPulled[lever] = false;
        _course.Touch(pulled.Segment);
        TellSegment(StoryKind.Restored, pulled.Segment);
    }

    private void TellServices()
    {
        if (_story is null || _course.Told is not { } told)
        {
            return;
        }

        foreach (var (service, before, level) in told)
        {
            var (zone, definition) = _ground.Watch.Services[service];
            Tell(StoryKind.Service, $"{zone.Id}/{definition.Service}", level);
            _story[^1] = _story[^1] with { BeforePermille = before };
        }

        told.Clear();
    }
}
