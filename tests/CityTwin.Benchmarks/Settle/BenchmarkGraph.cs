using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Settle;

/// <summary>Large dependency graphs of components that choose among their suppliers (min, max, k of n), in a shuffled order.</summary>
/// <param name="Suppliers">Of each component, by its place.</param>
/// <param name="Ranks">Which of its suppliers' levels counts, 1 = the largest; 1 is max, all is min.</param>
internal sealed record BenchmarkGraph(string Name, int[][] Suppliers, int[] Ranks)
{
    public const int Components = 100_000;

    /// <summary>Three suppliers each, drawn from all others: most components are in one large ring.</summary>
    public static BenchmarkGraph Random(ulong seed)
    {
        var draws = new Draws(seed);
        return Shuffle("random", draws, place =>
            [.. Enumerable.Range(0, 3).Select(_ => draws.Between(0, Components - 1)).Distinct().Where(supplier => supplier != place)]);
    }

    /// <summary>
    /// Layers as in a city: plants, substations, feeders, stations, then what lives on them. A component is fed by two
    /// of a neighbourhood in the layer above (its feeder and the tie) and needs one of the layer above that (control).
    /// </summary>
    public static BenchmarkGraph CityLike(ulong seed)
    {
        int[] layers = [0, 20, 220, 2_220, 12_220, 42_220, Components];
        var draws = new Draws(seed);
        return Shuffle("city-like", draws, place =>
        {
            var layer = Array.FindLastIndex(layers, start => start <= place);
            if (layer == 0)
            {
                return [];
            }

            int Near(int above)
            {
                var (first, count) = (layers[above], layers[above + 1] - layers[above]);
                var middle = (long)(place - layers[layer]) * count / (layers[layer + 1] - layers[layer]);
                return first + (int)Math.Clamp(middle + draws.Between(-3, 3), 0, count - 1);
            }

            return [.. new[] { Near(layer - 1), Near(layer - 1), Near(Math.Max(layer - 2, 0)) }.Distinct()];
        });
    }

    public int Dependencies => Suppliers.Sum(list => list.Length);

    public ImmutableArray<(SegmentId Segment, SegmentRule Rule)> Rules(Func<int, SegmentRule, SegmentRule>? more = null) =>
        [.. Suppliers.Select((list, place) => (Id(place), more is null ? Rule(place) : more(place, Rule(place))))];

    /// <summary>The graph as numbers, for a peer in another language: count, then of each component rank, supplier count, suppliers.</summary>
    public void WriteTo(TextWriter writer)
    {
        writer.WriteLine(Suppliers.Length.ToString(CultureInfo.InvariantCulture));
        for (var place = 0; place < Suppliers.Length; place++)
        {
            writer.WriteLine(string.Join(' ', [Ranks[place], Suppliers[place].Length, .. Suppliers[place]]));
        }
    }

    private static SegmentId Id(int place) => new($"c{place}");

    private SegmentRule Rule(int place) => new(Needs: Suppliers[place].Length switch
    {
        0 => null,
        1 => new Supplier(Id(Suppliers[place][0])),
        var count when Ranks[place] == 1 => new Greatest([.. Terms(place)]),
        var count when Ranks[place] == count => new Least([.. Terms(place)]),
        _ => new KthLargest(Ranks[place], [.. Terms(place)]),
    });

    private IEnumerable<Expression> Terms(int place) => Suppliers[place].Select(supplier => new Supplier(Id(supplier)));

    /// <summary>No reader profits from the order in which a graph was made.</summary>
    private static BenchmarkGraph Shuffle(string name, Draws draws, Func<int, int[]> suppliersOf)
    {
        var made = Enumerable.Range(0, Components).Select(suppliersOf).ToArray();
        var placeOf = draws.Shuffled([.. Enumerable.Range(0, Components)]);
        var suppliers = new int[Components][];
        var ranks = new int[Components];
        for (var i = 0; i < Components; i++)
        {
            suppliers[placeOf[i]] = [.. made[i].Select(supplier => placeOf[supplier])];
            ranks[placeOf[i]] = Math.Clamp(draws.OneOf([1, 1, 2, 2, 2, 3, 3]), 1, Math.Max(1, made[i].Length));
        }

        return new(name, suppliers, ranks);
    }
}
