using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CsCheck;

namespace CityTwin.Core.Tests.Breaches.Exact;

/// <summary>Small AND/OR graphs, circles and useless steps among them.</summary>
internal static class RandomStepGraph
{
    private static readonly double[] Chances = [0, 0.1, 0.25, 0.5, 0.9, 1];

    public static Gen<StepGraph> Gen { get; } =
        from count in CsCheck.Gen.Int[1, 9]
        from steps in Step(count).Array[count]
        from starts in CsCheck.Gen.Int[0, count - 1].Array[0, 2]
        select new StepGraph([.. steps], [.. starts]);

    /// <summary>When each step is reached where exactly these exist, by going on until nothing changes.</summary>
    public static double?[] Times(StepGraph graph, Func<int, bool> exists)
    {
        var times = new double?[graph.Steps.Length];
        foreach (var start in graph.Starts)
        {
            times[start] = 0;
        }

        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            for (var step = 0; step < times.Length; step++)
            {
                if (!graph.Starts.Contains(step) && exists(step) && Opens(graph.Steps[step], times) + graph.Steps[step].DurationSeconds is { } time
                    && !(times[step] <= time))
                {
                    times[step] = time;
                    isChanged = true;
                }
            }
        }

        return times;
    }

    private static double? Opens(GraphStep step, double?[] times)
    {
        var parents = step.Parents.Select(parent => times[parent]).ToArray();
        return step.Logic == StepLogic.Any ? parents.Min() : parents.Length > 0 && parents.All(time => time is not null) ? parents.Max() : null;
    }

    private static Gen<GraphStep> Step(int count) =>
        from logic in CsCheck.Gen.Enum<StepLogic>()
        from parents in CsCheck.Gen.Int[0, count - 1].Array[0, 3]
        from chance in CsCheck.Gen.Int[0, Chances.Length - 1]
        from duration in CsCheck.Gen.Int[0, 9]
        select new GraphStep("step", logic, [.. parents], Chances[chance], duration);
}
