using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>How the adversary goes from step to step.</summary>
public sealed partial class BreachRun
{
    private readonly StepProgress[] _steps;
    private readonly StepProgress[] _beginning; // of the steps, as runs begin
    private readonly List<int> _waiting = []; // cyber steps that are open and have no hand
    private readonly PhysicalWays _ways;
    private readonly bool[] _isStopped = new bool[2]; // of each kind of step
    private int _busyHands;
    private int _targetsLeft;
    private int _standsIn;
    private int _underWay; // the physical step under way, -1 = none
    private int _lastTaken; // in person, -1 = none
    private readonly Stack<int> _marking = new();

    private void ResetSteps()
    {
        _beginning.CopyTo(_steps);
        _waiting.Clear();
        _isStopped.AsSpan().Clear();
        (_busyHands, _targetsLeft, _standsIn, _underWay) = (0, _tables.Targets.Length, _tables.StartArea, -1);
        _lastTaken = -1;
        _ways.Forget();
    }

    /// <summary>Entries that no defence takes away are there before anything follows from one of them: what it opens may be another.</summary>
    private void BeginCyber()
    {
        foreach (var entry in _tables.Entries)
        {
            _steps[entry].State = Exists(entry) ? StepState.Reached : Impossible(entry);
        }

        foreach (var entry in _tables.Entries)
        {
            if (_steps[entry].State == StepState.Reached)
            {
                Follow(entry);
            }
        }

        UseHands();
    }

    private void BeginPhysical()
    {
        if (_standsIn >= 0)
        {
            foreach (var step in _tables.OpenOnTheSpot)
            {
                Open(step);
            }

            Walk();
        }
    }

    private bool Exists(int step)
    {
        var plan = _tables.Steps[step];
        return plan.Exists >= 1 || (plan.Exists > 0 && _chance.Unit(plan.Key, Purpose.Exists) < plan.Exists);
    }

    private StepState Impossible(int step)
    {
        TellStep(StoryKind.Impossible, step);
        return StepState.Impossible;
    }

    /// <summary>A step's parents are there.</summary>
    private void Open(int step)
    {
        if (_steps[step].State != StepState.Closed)
        {
            return;
        }

        if (!Exists(step))
        {
            _steps[step].State = Impossible(step);
            return;
        }

        _steps[step].State = StepState.Open;
        if (_tables.Steps[step].Kind == StepKind.Physical)
        {
            _ways.Forget();
            return;
        }

        _waiting.Add(step);
    }

    /// <summary>Free hands take what is nearest to a target.</summary>
    private void UseHands()
    {
        while (_busyHands < _tables.Hands && _waiting.Count > 0 && !_isStopped[(int)StepKind.Cyber])
        {
            var best = 0;
            for (var place = 1; place < _waiting.Count; place++)
            {
                var (a, b) = (_tables.Steps[_waiting[place]].ToGoTicks, _tables.Steps[_waiting[best]].ToGoTicks);
                if (a < b || (a == b && _waiting[place] < _waiting[best]))
                {
                    best = place;
                }
            }

            var step = _waiting[best];
            _waiting[best] = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            _busyHands++;
            BeginStep(step);
        }
    }

    /// <summary>In person, the adversary goes on with the next step of the way.</summary>
    private void Walk()
    {
        if (_standsIn < 0 || _underWay >= 0 || _isStopped[(int)StepKind.Physical] || Outcome.SucceededAt is not null)
        {
            return;
        }

        _underWay = _ways.Next(_standsIn, _steps);
        if (_underWay >= 0)
        {
            _steps[_underWay].Before = _lastTaken;
            BeginStep(_underWay);
        }
    }

    private void BeginStep(int step)
    {
        var plan = _tables.Steps[step];
        _steps[step].State = StepState.UnderWay;
        var ticks = plan.Duration.Draw(_chance, plan.Key, Purpose.Duration);
        TellStep(StoryKind.Began, step);
        Expect(_now + ticks, BreachEventKind.Reached, step);
        for (var number = 0; number < plan.Detections.Length; number++)
        {
            var detection = plan.Detections[number];
            if (_chance.Unit(detection.Key, Purpose.Detected) < detection.Probability)
            {
                Expect(_now + At(detection.At, ticks), BreachEventKind.Detected, step, number);
            }
            else if (_story is not null && detection.Probability > 0)
            {
                TellUnseen(step, detection, Working(detection) > 0 ? UnseenBecause.Chance : WhyNot(detection));
            }
        }

        static long At(DetectionPoint point, long ticks) => point switch
        {
            DetectionPoint.Beginning => 0,
            DetectionPoint.Middle => ticks / 2,
            _ => ticks,
        };
    }

    /// <summary>The time of a step has passed.</summary>
    private void Complete(int step)
    {
        if (_steps[step].State != StepState.UnderWay)
        {
            return; // it was stopped
        }

        var plan = _tables.Steps[step];
        if (plan.Kind == StepKind.Physical)
        {
            (_underWay, _lastTaken, _standsIn) = (-1, step, plan.To);
        }
        else
        {
            _busyHands--;
        }

        Reach(step);
        Walk();
    }

    private void Reach(int step)
    {
        if (_steps[step].State == StepState.Reached)
        {
            return;
        }

        _steps[step].State = StepState.Reached;
        Follow(step);
        UseHands();
    }

    /// <summary>What is so once a step is reached.</summary>
    private void Follow(int step)
    {
        Outcome.IsReached[step] = true;
        TellStep(StoryKind.Reached, step);
        foreach (var effect in _tables.Steps[step].Effects)
        {
            Apply(effect);
        }

        CountTarget(step);
        foreach (var child in _tables.Steps[step].Children)
        {
            ref var progress = ref _steps[child];
            if (progress.State != StepState.Closed)
            {
                continue; // who comes later changes nothing, and nothing rests on it
            }

            progress.FirstParent = progress.FirstParent < 0 ? step : progress.FirstParent;
            if (--progress.Missing == 0)
            {
                Open(child);
            }
        }
    }

    private void CountTarget(int step)
    {
        foreach (var target in _tables.Steps[step].AsTargets)
        {
            Outcome.TargetAt[target] = _now;
            if (--_targetsLeft == 0)
            {
                Outcome.SucceededAt = _now;
                Tell(StoryKind.Succeeded, _plan.Scenario.Name);
            }
        }
    }

    /// <summary>Responders put an end to all steps of a kind.</summary>
    private void Stop(StepKind kind)
    {
        _isStopped[(int)kind] = true;
        foreach (var step in _tables.StepsOf[(int)kind])
        {
            if (_steps[step].State is StepState.Open or StepState.UnderWay)
            {
                _steps[step].State = StepState.Stopped;
            }
        }

        if (kind == StepKind.Physical)
        {
            _underWay = -1;
        }
        else
        {
            _waiting.Clear();
            _busyHands = 0;
        }
    }

    /// <summary>Marks the steps that targets were reached through: of an OR step the parent that came first, of an AND step all.</summary>
    private void MarkTheWay()
    {
        foreach (var target in _tables.Targets)
        {
            _marking.Push(target);
        }

        while (_marking.TryPop(out var step))
        {
            if (step < 0 || Outcome.IsOnTheWay[step])
            {
                continue;
            }

            Outcome.IsOnTheWay[step] = true;
            _marking.Push(_steps[step].Before); // of what was taken in person, the way there
            if (!_tables.Steps[step].IsAll || _steps[step].Missing > 0)
            {
                // Something is missing only of what the attack begins with: that rests on nothing.
                _marking.Push(_steps[step].FirstParent);
                continue;
            }

            foreach (var parent in _tables.Steps[step].Parents)
            {
                _marking.Push(parent);
            }
        }
    }

    /// <summary>How far a run is with a step.</summary>
    internal struct StepProgress
    {
        public StepState State;
        public int Missing;
        public int FirstParent;
        public int Before;
    }
}
