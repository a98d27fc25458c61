using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>
/// Nothing feeds itself: the supply graph, each network one vertex, has no loop, or a loop could feed itself for
/// ever. Loops through <c>needs</c> are allowed; where rounding operators stand in one, that is worth a warning.
/// </summary>
internal static class SupplyLoopCheck
{
    public static void Run(CityDraft draft, DependencyTables rules)
    {
        var supply = DependencyGraph.Of(draft, withNeeds: false);
        foreach (var (loop, consumer) in Loops(supply, onlyRounded: false))
        {
            draft.Faults.Error(FaultCode.SupplyLoop, rules.Segments[consumer.Value].Place.Member(Names.Supply),
                $"Supply goes round in a circle: {loop}. Say mutual dependence in 'needs', or join what feeds each other in one network.", consumer.Value);
        }

        var all = DependencyGraph.Of(draft, withNeeds: true);
        foreach (var (loop, consumer) in Loops(all, onlyRounded: true))
        {
            draft.Faults.Warning(FaultCode.RoundingLoop, rules.Segments[consumer.Value].Place,
                $"A loop goes through pool or leontief: {loop}. Rounding keeps its levels a little short; prefer min, max or kofn inside loops.", consumer.Value);
        }
    }

    /// <summary>One shortest loop for each knot of vertices, spelled out, and the segment whose rule closes it.</summary>
    private static IEnumerable<(string Loop, SegmentId Consumer)> Loops(DependencyGraph graph, bool onlyRounded)
    {
        var component = Components.Of(graph);
        var told = new HashSet<int>();
        for (var vertex = 0; vertex < graph.Count; vertex++)
        {
            foreach (var edge in graph.From(vertex))
            {
                if (component[edge.To] == component[vertex] && (edge.IsRounded || !onlyRounded) && told.Add(component[vertex]))
                {
                    var way = Way(graph, component, from: edge.To, to: vertex);
                    yield return (string.Join(" -> ", way.Prepend(vertex).Select(graph.NameOf)), edge.Consumer);
                }
            }
        }
    }

    /// <summary>A shortest way inside one component, both ends included.</summary>
    private static List<int> Way(DependencyGraph graph, int[] component, int from, int to)
    {
        var before = new Dictionary<int, int> { [from] = from };
        var queue = new Queue<int>([from]);
        while (!before.ContainsKey(to))
        {
            var vertex = queue.Dequeue();
            foreach (var edge in graph.From(vertex))
            {
                if (component[edge.To] == component[from] && before.TryAdd(edge.To, vertex))
                {
                    queue.Enqueue(edge.To);
                }
            }
        }

        var way = new List<int> { to };
        while (way[^1] != from)
        {
            way.Add(before[way[^1]]);
        }

        way.Reverse();
        return way;
    }
}
