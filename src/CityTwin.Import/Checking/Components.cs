namespace CityTwin.Import.Checking;

/// <summary>
/// Strongly connected components after Tarjan (1972), with a stack of its own: a chain of a hundred thousand
/// segments would overflow the machine's.
/// </summary>
internal static class Components
{
    private const int Unseen = -1;

    /// <summary>The component's number for each vertex.</summary>
    public static int[] Of(DependencyGraph graph)
    {
        var component = new int[graph.Count];
        var order = new int[graph.Count];
        var low = new int[graph.Count];
        Array.Fill(component, Unseen);
        Array.Fill(order, Unseen);
        var (seen, found) = (0, 0);
        var open = new Stack<int>();
        var path = new Stack<(int Vertex, int NextEdge)>();
        for (var root = 0; root < graph.Count; root++)
        {
            if (order[root] != Unseen)
            {
                continue;
            }

            path.Push((root, 0));
            while (path.TryPop(out var step))
            {
                var (vertex, next) = step;
                if (next == 0)
                {
                    order[vertex] = low[vertex] = seen++;
                    open.Push(vertex);
                }

                var edges = graph.From(vertex);
                var child = Unseen;
                while (next < edges.Count && child == Unseen)
                {
                    var to = edges[next++].To;
                    if (order[to] == Unseen)
                    {
                        child = to;
                    }
                    else if (component[to] == Unseen)
                    {
                        low[vertex] = Math.Min(low[vertex], order[to]);
                    }
                }

                if (child != Unseen)
                {
                    path.Push((vertex, next));
                    path.Push((child, 0));
                    continue;
                }

                Close(vertex, order, low, component, open, ref found);
                if (path.TryPeek(out var parent))
                {
                    low[parent.Vertex] = Math.Min(low[parent.Vertex], low[vertex]);
                }
            }
        }

        return component;
    }

    private static void Close(int vertex, int[] order, int[] low, int[] component, Stack<int> open, ref int found)
    {
        if (low[vertex] != order[vertex])
        {
            return;
        }

        int member;
        do
        {
            member = open.Pop();
            component[member] = found;
        }
        while (member != vertex);
        found++;
    }
}
