using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Guarding;

namespace CityTwin.Core.Breaches.Running;

/// <summary>Who notices, who is told, who comes, and what comes of that.</summary>
public sealed partial class BreachRun
{
    private readonly long[] _guardFreeAt;
    private readonly double[] _distances;
    private readonly double[]?[] _openDistances; // of each area, by road, as long as no road has another level than in the beginning
    private readonly RoadApproach[]?[] _approaches; // of each area, of each guard
    private readonly PriorityQueue<int, (double, int)> _openCorners = new();
    private readonly int[] _attempts = new int[2];  // of each kind of step
    private readonly bool[] _areComing = new bool[2];

    /// <summary>What the course's clock went on in searches of the roads.</summary>
    internal long ClockInRouting { get; private set; }

    private void ResetResponse()
    {
        _guardFreeAt.AsSpan().Clear();
        _attempts.AsSpan().Clear();
        _areComing.AsSpan().Clear();
    }

    private void Detect(int step, int number)
    {
        if (_steps[step].State == StepState.Stopped)
        {
            return;
        }

        var (plan, detection) = (_tables.Steps[step], _tables.Steps[step].Detections[number]);
        if (_chance.Unit(detection.Key, Purpose.Detected) >= detection.Probability * Working(detection))
        {
            if (_story is not null)
            {
                TellUnseen(step, detection, WhyNot(detection));
            }

            return;
        }

        Outcome.DetectedAt ??= _now;
        Tell(StoryKind.Detected, SensorOf(detection), _tables.StepIds[step].Value);
        var response = ResponseTo(plan.Kind);
        var channel = response.IsOneCommunication ? _tables.ProfileKey + (ulong)plan.Kind : detection.Key;
        if (_chance.Unit(channel, Purpose.Communicated) >= response.Communication)
        {
            Tell(StoryKind.Lost, SensorOf(detection), _tables.StepIds[step].Value);
            return;
        }

        var latency = response.Transmit.Draw(_chance, detection.Key, Purpose.Transmit) + response.Assess.Draw(_chance, detection.Key, Purpose.Assess);
        Expect(_now + latency, BreachEventKind.Alarmed, (int)plan.Kind, step);
    }

    /// <summary>The share of a detection's chance that is left at this moment.</summary>
    private double Working(PlanDetection detection)
    {
        var share = detection.Schedule < 0 ? 1 : _tables.Schedules[detection.Schedule].ShareAt(_ground.LocalStart + _now);
        return detection.Sensor < 0 ? share
            : _isBlind[detection.Sensor] ? 0
            : _tables.Sensors[detection.Sensor].Program is >= 0 and var program
                ? share * _course.State.Evaluate(_tables.SensorCode, program) / 1000
            : share;
    }

    private UnseenBecause WhyNot(PlanDetection detection) =>
        detection.Sensor < 0 ? UnseenBecause.Hour
        : _isBlind[detection.Sensor] ? UnseenBecause.Blind
        : _tables.Sensors[detection.Sensor].Program is >= 0 and var program && _course.State.Evaluate(_tables.SensorCode, program) < 1000 ? UnseenBecause.Dark
        : UnseenBecause.Hour;

    private void TellUnseen(int step, PlanDetection detection, UnseenBecause why) =>
        _story?.Add(new(_now, StoryKind.Unseen, SensorOf(detection), _tables.StepIds[step].Value) { Why = why });

    private string SensorOf(PlanDetection detection) => detection.Sensor < 0 ? "" : _tables.Sensors[detection.Sensor].Id.Value;

    private PlanResponse ResponseTo(StepKind kind) => kind == StepKind.Cyber ? _tables.Cyber : _tables.Physical;

    private void Alarm(StepKind kind, int step)
    {
        Outcome.AlarmedAt ??= _now;
        TellStep(StoryKind.Alarmed, step);
        if (_isStopped[(int)kind] || _areComing[(int)kind] || Outcome.SucceededAt is not null)
        {
            return;
        }

        if (ResponseTo(kind).Respond is { } respond)
        {
            var attempt = _attempts[(int)kind]++;
            Send(kind, respond.Draw(_chance, _tables.ProfileKey + (ulong)kind, Purpose.Respond, attempt), "");
        }
        else if (kind == StepKind.Physical)
        {
            Dispatch(_tables.Steps[step].From);
        }
    }

    /// <summary>Sends the guard who is there first.</summary>
    private void Dispatch(int area)
    {
        var attempt = _attempts[(int)StepKind.Physical]++;
        var (best, bestTicks) = (-1, long.MaxValue);
        var (approaches, distances) = (Approaches(area), Distances(area));
        for (var guard = 0; guard < _tables.Guards.Length; guard++)
        {
            // Who is farther than the best needs no draws.
            var who = _tables.Guards[guard];
            var travel = (long)((approaches[guard].Seconds(who.Corner < 0 ? double.PositiveInfinity : distances[who.Corner], who.SpeedMetresPerSecond) * 1000) + 0.5);
            if (travel >= bestTicks || _guardFreeAt[guard] > _now || !IsOnDuty(guard))
            {
                continue;
            }

            var ticks = travel + _tables.Turnout.Draw(_chance, who.Key, Purpose.Turnout, attempt);
            (best, bestTicks) = ticks < bestTicks ? (guard, ticks) : (best, bestTicks);
        }

        if (best < 0)
        {
            Tell(StoryKind.NobodyFree, _tables.Areas[area].Id.Value);
            return;
        }

        _guardFreeAt[best] = long.MaxValue;
        Send(StepKind.Physical, bestTicks, _tables.Guards[best].Id.Value);
    }

    private void Send(StepKind kind, long ticks, string who)
    {
        _areComing[(int)kind] = true;
        Tell(StoryKind.Dispatched, who, Word(kind));
        Expect(_now + ticks, BreachEventKind.Arrived, (int)kind, _attempts[(int)kind] - 1);
    }

    private static string Word(StepKind kind) => kind == StepKind.Cyber ? "cyber" : "physical";

    private bool IsOnDuty(int guard) => _tables.GuardsOnDuty < 0
        || _chance.Unit(_tables.Guards[guard].Key, Purpose.OnDuty) < _tables.Schedules[_tables.GuardsOnDuty].ShareAt(_ground.LocalStart + _now);

    private RoadApproach[] Approaches(int area)
    {
        var where = _tables.Areas[area];
        return _approaches[area] ??=
        [
            .. _tables.Guards.Select(guard => _ground.Roads.Approach(guard.Post, guard.Corner, where.Position, where.Corner, guard.SpeedMetresPerSecond)),
        ];
    }

    private int _distancesArea;
    private int _distancesVersion;
    private long _distancesRun;

    /// <summary>By road to an area, over the roads as they are now.</summary>
    private double[] Distances(int area)
    {
        var corner = _tables.Areas[area].Corner;
        if (_course.RoadVersion == 0)
        {
            if (_openDistances[area] is not { } known)
            {
                _openDistances[area] = known = new double[_distances.Length];
                _ground.Roads.DistancesTo(corner, _ground.Start, known, _openCorners);
            }

            return known;
        }

        if ((_distancesArea, _distancesVersion, _distancesRun) != (area, _course.RoadVersion, Outcome.Run + 1))
        {
            (_distancesArea, _distancesVersion, _distancesRun) = (area, _course.RoadVersion, Outcome.Run + 1);
            Outcome.Routings++;
            var began = _course.Clock?.Invoke() ?? 0;
            _ground.Roads.DistancesTo(corner, _course.State, _distances, _openCorners);
            ClockInRouting += (_course.Clock?.Invoke() ?? 0) - began;
        }

        return _distances;
    }

    private void Arrive(StepKind kind, int attempt)
    {
        _areComing[(int)kind] = false;
        Outcome.ArrivedAt ??= _now;
        Tell(StoryKind.Arrived, Word(kind));
        if (Outcome.SucceededAt is not null || _isStopped[(int)kind])
        {
            return;
        }

        Outcome.InterruptedAt ??= _now;
        if (_chance.Unit(_tables.ProfileKey + (ulong)kind, Purpose.Neutralised, attempt) >= _tables.Neutralisation)
        {
            Tell(StoryKind.Overcome, Word(kind));
            return;
        }

        Outcome.NeutralisedAt ??= _now;
        Tell(StoryKind.Neutralised, Word(kind));
        Stop(kind);
    }
}
