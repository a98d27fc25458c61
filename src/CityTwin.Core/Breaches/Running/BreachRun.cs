using System.Globalization;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Guarding;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// One adversary against one city, on the virtual clock: steps, detections, responders, and what falls. The same object
/// runs again and again; it belongs to one thread. A run depends on plan, seed and its number alone.
/// </summary>
public sealed partial class BreachRun
{
    /// <summary>Grows whenever the same scenario may come to other numbers; every report names it.</summary>
    public const int RulesVersion = 2;

    private readonly BreachPlan _plan;
    private readonly PlanTables _tables;
    private readonly BreachGround _ground;
    private readonly CityCourse _course;
    private readonly PriorityQueue<BreachEvent, BreachEvent> _queue = new();
    private List<StoryLine>? _story;
    private KeyedChance _chance;
    private long _now;

    public BreachRun(BreachPlan plan)
    {
        (_plan, _tables, _ground) = (plan, plan.Tables, plan.Ground);
        _course = new(_ground, CeilingByLevers);
        Outcome = new(_tables.Steps.Length, _tables.Targets.Length, _tables.RecordClasses.Length);
        _beginning = [.. _tables.Steps.Select(step => new StepProgress { Missing = step.ParentsNeeded, FirstParent = -1, Before = -1 })];
        _steps = new StepProgress[_beginning.Length];
        _isLeverPulled = new bool[_tables.Levers.Length];
        _isBlind = new bool[_tables.Sensors.Length];
        _guardFreeAt = new long[_tables.Guards.Length];
        _distances = new double[_ground.Roads.Corners];
        _openDistances = [.. _tables.Areas.Select(_ => (double[]?)null)];
        _approaches = new RoadApproach[]?[_tables.Areas.Length];
        _ways = new(_tables);
    }

    public RunOutcome Outcome { get; }

    internal CityCourse Course => _course;

    /// <summary>Runs number <paramref name="run"/>; the outcome is in <see cref="Outcome"/> until the next.</summary>
    /// <param name="story">Gets what happens, line by line; null = nobody wants to know.</param>
    public void Go(long run, List<StoryLine>? story = null)
    {
        _story = story;
        _course.Told = story is null ? null : [];
        _chance = new(_plan.Scenario.Seed, run);
        Reset(run);
        Begin();
        while (true)
        {
            var next = _queue.TryPeek(out var first, out _) ? first.AfterTicks : long.MaxValue;
            var due = _course.NextTimer;
            if (Math.Min(next, due) > _ground.HorizonTicks)
            {
                break;
            }

            if (due < next)
            {
                _course.AdvanceOne();
                _now = due;
            }
            else
            {
                TakeInstant(next);
            }

            TellServices();
        }

        Finish();
    }

    /// <summary>Person-hours that the last run lost beyond those of the city without an attack, in thousandths.</summary>
    public long LostThousandthHours()
    {
        Int128 lost = 0;
        foreach (var service in _course.Touched)
        {
            lost += _course.Lost(service) - _ground.Without.Lost[service];
        }

        return PeopleRules.ThousandthHours(lost);
    }

    private void Reset(long run)
    {
        Outcome.Reset(run);
        _course.Reset();
        _queue.Clear();
        _now = 0;
        ResetSteps();
        ResetResponse();
        ResetEffects();
    }

    private void Begin()
    {
        for (var number = 0; number < _ground.Events.Length; number++)
        {
            Expect(_ground.Events[number].AfterTicks, BreachEventKind.City, number);
        }

        BeginCyber();
        BeginPhysical();
        _course.Settle(_now);
        TellServices();
    }

    /// <summary>
    /// All that falls into one instant is one batch: it settles once. Only who looks at the city meets it as what came
    /// before in the same instant left it: a camera whose power was cut does not see the next step begin.
    /// </summary>
    private void TakeInstant(long at)
    {
        _now = at;
        while (_queue.TryPeek(out var happening, out _) && happening.AfterTicks == at)
        {
            _queue.Dequeue();
            if (happening.Kind is BreachEventKind.Detected or BreachEventKind.Alarmed)
            {
                _course.Settle(at);
            }

            Take(happening);
        }

        _course.Settle(at);
    }

    private void Take(BreachEvent happening)
    {
        Outcome.Events++;
        switch (happening.Kind)
        {
            case BreachEventKind.City:
                _course.Queue(_ground.Events[happening.A]);
                TellCity(_ground.Events[happening.A]);
                break;
            case BreachEventKind.Reached:
                Complete(happening.A);
                break;
            case BreachEventKind.Detected:
                Detect(happening.A, happening.B);
                break;
            case BreachEventKind.Alarmed:
                Alarm((StepKind)happening.A, happening.B);
                break;
            case BreachEventKind.Arrived:
                Arrive((StepKind)happening.A, happening.B);
                break;
            case BreachEventKind.Misled:
                Mislead(happening.A);
                break;
            case BreachEventKind.Restored:
                LetGo(happening.A, happening.B == 1);
                break;
        }
    }

    private void Finish()
    {
        _course.End();
        (Outcome.RestoredAt, Outcome.HasFallen) = (_course.RestoredAt, _course.HasFallen);
        Outcome.Evaluations = _course.Evaluations;
        if (Outcome.SucceededAt is not null)
        {
            MarkTheWay();
        }
    }

    private void Expect(long at, BreachEventKind kind, int a, int b = 0)
    {
        if (at <= _ground.HorizonTicks)
        {
            var happening = new BreachEvent(at, kind, a, b);
            _queue.Enqueue(happening, happening);
        }
    }

    private void TellCity(CityEvent happening)
    {
        foreach (var (segment, ceiling) in happening.Ceilings)
        {
            TellSegment(StoryKind.City, segment, ceiling);
        }
    }

    private void Tell(StoryKind kind, string subject, string detail = "") => _story?.Add(new(_now, kind, subject, detail));

    private void Tell(StoryKind kind, string subject, long number) =>
        _story?.Add(new(_now, kind, subject, number.ToString(CultureInfo.InvariantCulture)));

    // Most runs tell nobody: they are spared the look-up of names.
    private void TellStep(StoryKind kind, int step)
    {
        if (_story is not null)
        {
            Tell(kind, _tables.StepIds[step].Value);
        }
    }

    private void TellSegment(StoryKind kind, int segment)
    {
        if (_story is not null)
        {
            Tell(kind, _ground.Kernel.Segments[segment].Value);
        }
    }

    private void TellSegment(StoryKind kind, int segment, int levelPermille)
    {
        if (_story is not null)
        {
            Tell(kind, _ground.Kernel.Segments[segment].Value, levelPermille);
        }
    }
}
