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
    private readonly int[] _physical;
    private readonly int[][] _movesFrom; // of each area
    private readonly double[] _ticks; // of each area, the quickest there
    private readonly int[] _by;       // of each area, the step that leads there
    private readonly bool[] _isDone;
    private readonly Stack<int> _way = new();

    public PhysicalWays(PlanTables tables)
    {
        _tables = tables;
        _physical = [.. Enumerable.Range(0, tables.Steps.Length).Where(step => tables.Steps[step].Kind == StepKind.Physical)];
        _movesFrom = [.. tables.Areas.Select((_, area) => _physical.Where(step => tables.Steps[step].IsMove && tables.Steps[step].From == area).ToArray())];
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
        // Each step of the known way may open the next: one is taken at a time.
        var known = Array.FindIndex(_tables.KnownWay, step => steps[step].State != StepState.Reached);
        if (known >= 0 && _tables.KnownWay[known] is var next && steps[next].State == StepState.Open && _tables.Steps[next].From == area)
        {
            _way.Push(next);
            return;
        }

        Spread(area, steps);
        var (best, bestTicks) = (-1, double.MaxValue);
        foreach (var step in _physical)
        {
            var plan = _tables.Steps[step];
            if (plan.IsGoal && steps[step].State == StepState.Open && _ticks[plan.From] < double.MaxValue)
            {
                var ticks = _ticks[plan.From] + plan.Duration.MeanTicks + plan.ToGoTicks;
                (best, bestTicks) = ticks < bestTicks ? (step, ticks) : (best, bestTicks);
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

    /// <summary>The quickest way to each area, over moves that are open (Dijkstra 1959; there are few areas).</summary>
    private void Spread(int area, BreachRun.StepProgress[] steps)
    {
        Array.Fill(_ticks, double.MaxValue);
        Array.Clear(_isDone);
        _ticks[area] = 0;
        while (Nearest() is >= 0 and var at)
        {
            _isDone[at] = true;
            foreach (var step in _movesFrom[at])
            {
                var plan = _tables.Steps[step];
                if (steps[step].State == StepState.Open && _ticks[at] + plan.Duration.MeanTicks < _ticks[plan.To])
                {
                    (_ticks[plan.To], _by[plan.To]) = (_ticks[at] + plan.Duration.MeanTicks, step);
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
}
