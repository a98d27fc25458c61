using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>
/// When each step of an AND/OR graph can be reached at the earliest, where every step can be taken that has any chance to
/// exist: D. E. Knuth's generalisation of Dijkstra's algorithm (Inf. Proc. Letters 6, 1977). Steps are settled in order of
/// time, so an OR step opens with the first of its parents that is settled and an AND step with the last; what waits for
/// itself in a circle is never settled.
/// </summary>
public static class EarliestTimes
{
    /// <returns>Seconds by step; null = never.</returns>
    public static ImmutableArray<double?> Of(StepGraph graph)
    {
        var times = new double?[graph.Steps.Length];
        var parentsLeft = graph.Steps.Select(step => step.Logic == StepLogic.Any ? 1 : step.Parents.Length).ToArray();
        var open = new PriorityQueue<int, (double At, int Step)>();
        foreach (var start in graph.Starts)
        {
            parentsLeft[start] = 0;
            open.Enqueue(start, (0, start));
        }

        while (open.TryDequeue(out var step, out var key))
        {
            times[step] = key.At;
            foreach (var child in graph.Children[step])
            {
                if (graph.Steps[child].Exists > 0 && --parentsLeft[child] == 0)
                {
                    open.Enqueue(child, (key.At + graph.Steps[child].DurationSeconds, child));
                }
            }
        }

        return [.. times];
    }
}
