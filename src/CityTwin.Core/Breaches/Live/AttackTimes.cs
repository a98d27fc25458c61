using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// When each step can be reached at the earliest from steps already reached, with mean durations, every open step worked
/// on at once: Dijkstra's algorithm as Knuth generalised it (1977), with the latest parent for AND and the earliest for OR.
/// A physical step is taken only where a reached physical step has brought the adversary.
/// </summary>
internal sealed class AttackTimes
{
    private const int None = -1;

    private readonly AttackGraph _graph;
    private readonly double[] _seconds;
    private readonly int[] _via;        // of each node, the one that was the last it waited for
    private readonly int[] _waits;
    private readonly List<int>?[] _because; // of each node, all that it waited for
    private readonly PriorityQueue<int, (double Seconds, int Node)> _open = new();

    private AttackTimes(AttackGraph graph)
    {
        _graph = graph;
        _seconds = new double[graph.NodeCount];
        Array.Fill(_seconds, double.PositiveInfinity);
        _via = new int[graph.NodeCount];
        Array.Fill(_via, None);
        _because = new List<int>?[graph.NodeCount];
        _waits = [.. Enumerable.Range(0, graph.NodeCount).Select(graph.WaitsFor)];
    }

    /// <param name="reached">Places of reached steps, with when that was, in seconds; before now is negative.</param>
    /// <param name="isClosed">Of each step, whether it cannot be taken.</param>
    public static AttackTimes Of(AttackGraph graph, IEnumerable<(int Step, double Seconds)> reached, bool[] isClosed)
    {
        var times = new AttackTimes(graph);
        var isSource = new bool[graph.NodeCount];
        foreach (var (step, seconds) in reached)
        {
            isSource[step] = true;
            times.Offer(step, seconds, None);
        }

        times.Run(isClosed, isSource);
        return times;
    }

    /// <summary>Seconds from now; infinite for a step that cannot be reached.</summary>
    public double Of(int step) => _seconds[step];

    /// <summary>The last links of the quickest way to a step, from a reached one.</summary>
    public ImmutableArray<StepId> WayTo(int step)
    {
        var way = new List<StepId>();
        for (var node = step; node != None; node = _via[node])
        {
            if (node < _graph.Steps.Length)
            {
                way.Add(_graph.Steps[node].Id);
            }
        }

        way.Reverse();
        return [.. way];
    }

    /// <summary>The chance that all steps that the quickest way rests on can be taken, every parent of an AND step among them.</summary>
    public double ChanceOf(int step)
    {
        var (chance, seen, open) = (1.0, new HashSet<int>(), new Stack<int>([step]));
        while (open.TryPop(out var node))
        {
            // A reached step rests on nothing: it is there, whatever the chance was.
            if (_because[node] is { } because && seen.Add(node))
            {
                chance *= node < _graph.Steps.Length ? _graph.Steps[node].Exists.Value : 1;
                foreach (var needed in because)
                {
                    open.Push(needed);
                }
            }
        }

        return chance;
    }

    private void Run(bool[] isClosed, bool[] isSource)
    {
        var isDone = new bool[_graph.NodeCount];
        while (_open.TryDequeue(out var node, out _))
        {
            if (isDone[node])
            {
                continue;
            }

            isDone[node] = true;
            foreach (var (next, condition) in _graph.Followers(node))
            {
                if (isDone[next] || isSource[next] || (next < _graph.Steps.Length && isClosed[next]))
                {
                    continue;
                }

                if (!Meets(next, condition))
                {
                    continue;
                }

                (_because[next] ??= []).Add(node);
                if (_waits[next] == 0)
                {
                    // Nodes come in rising order: whoever fulfils the last condition is the latest of those that count.
                    Offer(next, _seconds[node] + _graph.SecondsOf(next), node);
                }
            }
        }
    }

    /// <returns>False where nothing is met any more: by the second parent of an OR step, or the second way to an area.</returns>
    private bool Meets(int node, int condition)
    {
        if (condition == AttackGraph.EachCounts)
        {
            _waits[node] -= AttackGraph.OneParent;
            return true;
        }

        var isMet = (_waits[node] & condition) != 0;
        _waits[node] &= ~condition;
        return isMet;
    }

    private void Offer(int node, double seconds, int via)
    {
        if (seconds < _seconds[node])
        {
            (_seconds[node], _via[node]) = (seconds, via);
            _open.Enqueue(node, (seconds, node));
        }
    }
}
