namespace CityTwin.Import.Generation;

/// <summary>Joins places to a root as a power or water company would: each to the nearest one already joined.</summary>
internal static class RadialTree
{
    /// <summary>(place, joined to) in the order of joining; -1 stands for the root, which only the first is joined to.</summary>
    public static IEnumerable<(int Place, int JoinedTo)> Grow(Metres root, IReadOnlyList<Metres> places)
    {
        var waiting = Enumerable.Range(0, places.Count).ToList();
        var first = waiting.MinBy(place => places[place].DistanceTo(root));
        var joined = new List<int> { first };
        waiting.Remove(first);
        yield return (first, -1);

        while (waiting.Count > 0)
        {
            var (next, to) = waiting
                .SelectMany(place => joined.Select(other => (place, other)))
                .MinBy(pair => places[pair.place].DistanceTo(places[pair.other]));
            waiting.Remove(next);
            joined.Add(next);
            yield return (next, to);
        }
    }
}
