namespace CityTwin.Core.Dependencies;

/// <summary>Edges of a graph as two arrays: those of vertex v lie at start[v] .. start[v+1]-1, in the order given.</summary>
internal static class Adjacency
{
    public static (int[] Start, int[] Targets) Of(int vertices, IReadOnlyCollection<(int From, int To)> edges)
    {
        var start = new int[vertices + 1];
        foreach (var (from, _) in edges)
        {
            start[from + 1]++;
        }

        for (var v = 0; v < vertices; v++)
        {
            start[v + 1] += start[v];
        }

        var next = start.AsSpan(0, vertices).ToArray();
        var targets = new int[edges.Count];
        foreach (var (from, to) in edges)
        {
            targets[next[from]++] = to;
        }

        return (start, targets);
    }
}
