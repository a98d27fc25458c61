using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>Where a step stands in a run.</summary>
internal enum StepState : byte
{
    Closed,
    Open,
    UnderWay,
    Reached,

    /// <summary>It cannot be taken in this run.</summary>
    Impossible,

    /// <summary>Responders put an end to it.</summary>
    Stopped,
}

/// <summary>
/// Which step is taken next in person: of the known way as long as that is open, else the first of the quickest way, by mean
/// times, to something worth doing. A way is kept until the next step opens or the way is at its end.
/// </summary>
internal sealed class PhysicalWays
{
    private readonly PlanTables _tables;
    private readonly PhysicalTask[] _goals;
    private readonly PhysicalTask[][] _movesFrom; // of each area
    private readonly double[] _ticks;     // of each area, the quickest there
    private readonly int[] _by;           // of each area, the step that leads there
    private readonly bool[] _isDone;
    private readonly Stack<int> _way = new();

    public PhysicalWays(PlanTables tables)
    {
        _tables = tables;
        var tasks = tables.StepsOf[(int)StepKind.Physical].Select(step => PhysicalTask.Of(step, tables.Steps[step])).ToArray();
        _goals = [.. tasks.Where(task => tables.Steps[task.Step].IsGoal)];
        _movesFrom = [.. tables.Areas.Select((_, area) => tasks.Where(task => tables.Steps[task.Step].IsMove && task.From == area).ToArray())];
        _ticks = new double[tables.Areas.Length];
        _by = new int[tables.Areas.Length];
        _isDone = new bool[tables.Areas.Length];
    }

    /// <summary>Other steps are open now: the way is looked for again.</summary>
    public void Forget() => _way.Clear();

    /// <returns>-1 when there is nothing to do.</returns>
    public int Next(int area, BreachRun.StepProgress[] steps)
    {
        if (_way.Count == 0)
        {
            Find(area, steps);
        }

        return _way.TryPop(out var step) ? step : -1;
    }

    private void Find(int area, BreachRun.StepProgress[] steps)
    {
        if (NextOfKnownWay(steps) is >= 0 and var next && steps[next].State == StepState.Open && _tables.Steps[next].From == area)
        {
            _way.Push(next); // each step of the known way may open the next: one is taken at a time
            return;
        }

        Spread(area, steps);
        var (best, bestTicks) = (-1, double.MaxValue);
        foreach (var goal in _goals)
        {
            if (steps[goal.Step].State == StepState.Open && _ticks[goal.From] < double.MaxValue)
            {
                var ticks = _ticks[goal.From] + goal.MeanTicks + goal.ToGoTicks;
                (best, bestTicks) = ticks < bestTicks ? (goal.Step, ticks) : (best, bestTicks);
            }
        }

        if (best < 0)
        {
            return;
        }

        _way.Push(best);
        for (var at = _tables.Steps[best].From; at != area; at = _tables.Steps[_by[at]].From)
        {
            _way.Push(_by[at]);
        }
    }

    /// <returns>-1 when it has been gone to its end.</returns>
    private int NextOfKnownWay(BreachRun.StepProgress[] steps)
    {
        foreach (var step in _tables.KnownWay)
        {
            if (steps[step].State != StepState.Reached)
            {
                return step;
            }
        }

        return -1;
    }

    /// <summary>The quickest way to each area, over moves that are open (Dijkstra 1959; there are few areas).</summary>
    private void Spread(int area, BreachRun.StepProgress[] steps)
    {
        Array.Fill(_ticks, double.MaxValue);
        Array.Clear(_isDone);
        _ticks[area] = 0;
        while (Nearest() is >= 0 and var at)
        {
            _isDone[at] = true;
            foreach (var move in _movesFrom[at])
            {
                if (steps[move.Step].State == StepState.Open && _ticks[at] + move.MeanTicks < _ticks[move.To])
                {
                    (_ticks[move.To], _by[move.To]) = (_ticks[at] + move.MeanTicks, move.Step);
                }
            }
        }
    }

    private int Nearest()
    {
        var nearest = -1;
        for (var area = 0; area < _ticks.Length; area++)
        {
            if (!_isDone[area] && _ticks[area] < double.MaxValue && (nearest < 0 || _ticks[area] < _ticks[nearest]))
            {
                nearest = area;
            }
        }

        return nearest;
    }

    /// <summary>What of a physical step its choice depends on: a run looks at all of them again and again.</summary>
    private readonly record struct PhysicalTask(int Step, int From, int To, double MeanTicks, double ToGoTicks)
    {
        public static PhysicalTask Of(int place, PlanStep step) => new(place, step.From, step.To, step.Duration.MeanTicks, step.ToGoTicks);
    }
}
