using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>
/// When each step of an AND/OR graph can be reached at the earliest, where every step can be taken that has any chance to
/// exist: D. E. Knuth's generalisation of Dijkstra's algorithm (Inf. Proc. Letters 6, 1977). Steps are settled in order of
/// time, so an OR step opens with the first of its parents that is settled and an AND step with the last; what waits for
/// itself in a circle is never settled.
/// </summary>
public sealed class EarliestTimes
{
    private const int None = -1;

    private readonly StepGraph _graph;
    private readonly double[] _seconds; // infinite = never
    private readonly int[] _last;       // of each step, the last that it waited for

    private EarliestTimes(StepGraph graph)
    {
        _graph = graph;
        _seconds = new double[graph.Steps.Length];
        Array.Fill(_seconds, double.PositiveInfinity);
        _last = new int[graph.Steps.Length];
        Array.Fill(_last, None);
    }

    /// <returns>Seconds by step; null = never.</returns>
    public static ImmutableArray<double?> Of(StepGraph graph) =>
        [.. From(graph, graph.Starts.Select(start => (start, 0.0)), _ => false)._seconds.Select(at => double.IsPositiveInfinity(at) ? (double?)null : at)];

    /// <param name="reached">Steps that are reached already, with when that was; before now is negative. The graph's own starts do not count.</param>
    /// <param name="isClosed">Whether a step cannot be taken.</param>
    internal static EarliestTimes From(StepGraph graph, IEnumerable<(int Step, double Seconds)> reached, Func<int, bool> isClosed)
    {
        var times = new EarliestTimes(graph);
        var parentsLeft = graph.Steps.Select(step => step.Logic == StepLogic.Any ? 1 : step.Parents.Length).ToArray();
        var open = new PriorityQueue<int, (double At, int Step)>();
        foreach (var (step, seconds) in reached)
        {
            parentsLeft[step] = 0;
            open.Enqueue(step, (seconds, step));
        }

        while (open.TryDequeue(out var step, out var key))
        {
            times._seconds[step] = Math.Min(times._seconds[step], key.At);
            foreach (var child in graph.Children[step])
            {
                if (graph.Steps[child].Exists > 0 && !isClosed(child) && --parentsLeft[child] == 0)
                {
                    times._last[child] = step;
                    open.Enqueue(child, (key.At + graph.Steps[child].DurationSeconds, child));
                }
            }
        }

        return times;
    }

    /// <summary>In seconds; infinite for a step that cannot be reached.</summary>
    internal double At(int step) => _seconds[step];

    /// <summary>The last links of the quickest way to a step, from a reached one.</summary>
    internal ImmutableArray<int> WayTo(int step)
    {
        var way = new List<int>();
        for (var at = step; at != None; at = _last[at])
        {
            way.Add(at);
        }

        way.Reverse();
        return [.. way];
    }

    /// <summary>The chance that all steps that the quickest way rests on can be taken, every parent of an AND step among them.</summary>
    internal double ChanceOf(int step)
    {
        var (chance, seen, open) = (1.0, new HashSet<int>(), new Stack<int>([step]));
        while (open.TryPop(out var at))
        {
            // A reached step rests on nothing: it is there, whatever the chance was.
            if (_last[at] == None || !seen.Add(at))
            {
                continue;
            }

            chance *= _graph.Steps[at].Exists;
            foreach (var needed in _graph.Steps[at].Logic == StepLogic.All ? _graph.Steps[at].Parents : [_last[at]])
            {
                open.Push(needed);
            }
        }

        return chance;
    }
}
