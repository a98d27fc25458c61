using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Guarding;

/// <summary>
/// The roads and bridges of a city as a graph that guards drive on. A road at half its level takes twice the time, one at
/// 0 is closed. Who starts or ends beside the roads goes there in a straight line.
/// </summary>
public sealed class RoadGraph
{
    /// <summary>A walking pace, for the last resort: where no road leads, a guard goes on foot.</summary>
    private const double WalkingMetresPerSecond = 1.4;

    /// <summary>How much longer a way through streets is than the straight line (Newell 1980: about 1.2 to 1.4); assumed.</summary>
    private const double Detour = 1.3;

    private const double MetresPerDegree = 6_371_008.8 * Math.PI / 180;
    private const double GridPerDegree = 1e6;
    private static readonly string[] Kinds = ["road", "bridge"];

    private readonly LonLat[] _corners;
    private readonly int[] _first;      // of each corner, its first edge
    private readonly int[] _to;
    private readonly double[] _metres;
    private readonly int[] _road;       // of each edge, the segment's index in the kernel

    private RoadGraph(LonLat[] corners, int[] first, int[] to, double[] metres, int[] road) =>
        (_corners, _first, _to, _metres, _road) = (corners, first, to, metres, road);

    /// <summary>Corners in all.</summary>
    public int Corners => _corners.Length;

    public static RoadGraph Of(City city, Kernel kernel)
    {
        var places = new Dictionary<(long, long), int>();
        var corners = new List<LonLat>();
        var edges = new List<(int From, int To, double Metres, int Road)>();
        foreach (var segment in city.Segments.Where(segment => Kinds.Contains(segment.Kind) && segment.Path.Length > 1))
        {
            var road = kernel.IndexOf(segment.Id);
            for (var i = 1; i < segment.Path.Length; i++)
            {
                var (a, b) = (CornerOf(segment.Path[i - 1]), CornerOf(segment.Path[i]));
                var metres = Metres(corners[a], corners[b]);
                edges.Add((a, b, metres, road));
                edges.Add((b, a, metres, road));
            }
        }

        var sorted = edges.OrderBy(edge => edge.From).ToArray();
        var first = new int[corners.Count + 1];
        foreach (var edge in sorted)
        {
            first[edge.From + 1]++;
        }

        for (var corner = 0; corner < corners.Count; corner++)
        {
            first[corner + 1] += first[corner];
        }

        return new(
            [.. corners],
            first,
            [.. sorted.Select(edge => edge.To)],
            [.. sorted.Select(edge => edge.Metres)],
            [.. sorted.Select(edge => edge.Road)]);

        int CornerOf(LonLat place)
        {
            var key = ((long)Math.Round(place.Longitude * GridPerDegree), (long)Math.Round(place.Latitude * GridPerDegree));
            if (!places.TryGetValue(key, out var corner))
            {
                places[key] = corner = corners.Count;
                corners.Add(place);
            }

            return corner;
        }
    }

    /// <summary>The roads, as segments of the kernel.</summary>
    public ImmutableHashSet<int> Roads => [.. _road];

    /// <summary>The corner nearest to a place; -1 in a city without roads.</summary>
    public int Nearest(LonLat place)
    {
        var (nearest, least) = (-1, double.MaxValue);
        for (var corner = 0; corner < _corners.Length; corner++)
        {
            var metres = Metres(_corners[corner], place);
            if (metres < least)
            {
                (nearest, least) = (corner, metres);
            }
        }

        return nearest;
    }

    /// <summary>
    /// Metres at full speed from every corner to one, as the roads are now; infinite where no road leads (Dijkstra 1959).
    /// </summary>
    /// <param name="distances">As long as there are corners; overwritten.</param>
    public void DistancesTo(int corner, KernelState state, double[] distances, PriorityQueue<int, (double Metres, int Corner)> open)
    {
        Array.Fill(distances, double.PositiveInfinity);
        open.Clear();
        if (corner < 0)
        {
            return;
        }

        distances[corner] = 0;
        open.Enqueue(corner, (0, corner));
        while (open.TryDequeue(out var at, out var reached))
        {
            if (reached.Metres > distances[at])
            {
                continue;
            }

            for (var edge = _first[at]; edge < _first[at + 1]; edge++)
            {
                var level = state.LevelOf(_road[edge]);
                var metres = level == 0 ? double.PositiveInfinity : reached.Metres + (_metres[edge] * 1000 / level);
                if (metres < distances[_to[edge]])
                {
                    distances[_to[edge]] = metres;
                    open.Enqueue(_to[edge], (metres, _to[edge]));
                }
            }
        }
    }

    /// <summary>How long a guard takes from a place to another: by road, or on foot where that is quicker or no road leads.</summary>
    /// <param name="fromCorner">The corner nearest to <paramref name="from"/>.</param>
    /// <param name="roadMetres">From that corner to the corner nearest to <paramref name="to"/>, at full speed.</param>
    public double Seconds(LonLat from, int fromCorner, LonLat to, int toCorner, double roadMetres, double speedMetresPerSecond) =>
        Approach(from, fromCorner, to, toCorner, speedMetresPerSecond).Seconds(roadMetres, speedMetresPerSecond);

    /// <summary>What of a way does not depend on the state of the roads.</summary>
    public RoadApproach Approach(LonLat from, int fromCorner, LonLat to, int toCorner, double speedMetresPerSecond)
    {
        var straight = Metres(from, to) * Detour;
        return fromCorner < 0 || toCorner < 0
            ? new(straight / speedMetresPerSecond, double.PositiveInfinity)
            : new(straight / Math.Min(speedMetresPerSecond, WalkingMetresPerSecond), Metres(from, _corners[fromCorner]) + Metres(_corners[toCorner], to));
    }

    /// <summary>On a plane that touches the earth between the two: within 0.1 % over a city.</summary>
    private static double Metres(LonLat a, LonLat b)
    {
        var x = (a.Longitude - b.Longitude) * Math.Cos((a.Latitude + b.Latitude) * (Math.PI / 360));
        var y = a.Latitude - b.Latitude;
        return Math.Sqrt((x * x) + (y * y)) * MetresPerDegree;
    }
}

/// <summary>What of a guard's way to a place does not depend on the state of the roads.</summary>
/// <param name="OnFootSeconds">Without any road.</param>
/// <param name="AccessMetres">To the first corner and from the last; infinite in a city without roads.</param>
public readonly record struct RoadApproach(double OnFootSeconds, double AccessMetres)
{
    /// <param name="roadMetres">Between the corners, at full speed.</param>
    public double Seconds(double roadMetres, double speedMetresPerSecond) =>
        Math.Min(OnFootSeconds, (AccessMetres + roadMetres) / speedMetresPerSecond);
}
