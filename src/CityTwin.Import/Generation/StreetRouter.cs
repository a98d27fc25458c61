using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>Finds ways along the streets; cables, mains and rails follow them and cross the river on bridges.</summary>
internal sealed class StreetRouter
{
    private readonly StreetMesh _mesh;
    private readonly HashSet<int> _bridgeRows;
    private readonly Dictionary<int, int[]> _treesByStart = [];

    public StreetRouter(StreetMesh mesh, IEnumerable<int> bridgeRows)
    {
        _mesh = mesh;
        _bridgeRows = [.. bridgeRows];
    }

    /// <summary>The line from one place to another by street, at least two points.</summary>
    public ImmutableArray<LonLat> Line(Metres from, Metres to)
    {
        var line = new List<LonLat> { from.OnEarth() };
        line.AddRange(Corners(from, to).Select(corner => _mesh.Corner(corner.Column, corner.Row).OnEarth()));
        line.Add(to.OnEarth());
        return Distinct(line);
    }

    public ImmutableArray<LonLat> Line(IEnumerable<(int Column, int Row)> corners) =>
        Distinct([.. corners.Select(corner => _mesh.Corner(corner.Column, corner.Row).OnEarth())]);

    /// <summary>The corners passed on the shortest way by street, from the corner nearest the one to that nearest the other.</summary>
    public IReadOnlyList<(int Column, int Row)> Corners(Metres from, Metres to)
    {
        var start = NearestCorner(from);
        if (!_treesByStart.TryGetValue(start, out var cameFrom))
        {
            cameFrom = ShortestWaysFrom(start);
            _treesByStart.Add(start, cameFrom);
        }

        var way = new List<(int, int)>();
        for (var corner = NearestCorner(to); corner >= 0; corner = cameFrom[corner])
        {
            way.Add((ColumnOf(corner), RowOf(corner)));
        }

        way.Reverse();
        return way;
    }

    private int[] ShortestWaysFrom(int start)
    {
        var count = (_mesh.Columns + 1) * (_mesh.Rows + 1);
        var distances = new double[count];
        var cameFrom = new int[count];
        Array.Fill(distances, double.MaxValue);
        Array.Fill(cameFrom, -1);
        distances[start] = 0;

        // The corner's number breaks ties, or equal ways could depend on the queue's inner order.
        var queue = new PriorityQueue<int, (double, int)>();
        queue.Enqueue(start, (0, start));
        while (queue.TryDequeue(out var corner, out var priority))
        {
            if (priority.Item1 > distances[corner])
            {
                continue;
            }

            foreach (var next in NeighboursOf(corner))
            {
                var distance = distances[corner] + Place(corner).DistanceTo(Place(next));
                if (distance < distances[next])
                {
                    distances[next] = distance;
                    cameFrom[next] = corner;
                    queue.Enqueue(next, (distance, next));
                }
            }
        }

        return cameFrom;
    }

    private IEnumerable<int> NeighboursOf(int corner)
    {
        var (column, row) = (ColumnOf(corner), RowOf(corner));
        if (row > 0)
        {
            yield return corner - _mesh.Columns - 1;
        }

        if (row < _mesh.Rows)
        {
            yield return corner + _mesh.Columns + 1;
        }

        if (column > 0 && (column - 1 != _mesh.RiverColumn || _bridgeRows.Contains(row)))
        {
            yield return corner - 1;
        }

        if (column < _mesh.Columns && (column != _mesh.RiverColumn || _bridgeRows.Contains(row)))
        {
            yield return corner + 1;
        }
    }

    private int NearestCorner(Metres place)
    {
        var nearest = 0;
        var nearestDistance = double.MaxValue;
        for (var corner = 0; corner < (_mesh.Columns + 1) * (_mesh.Rows + 1); corner++)
        {
            var distance = Place(corner).DistanceTo(place);
            if (distance < nearestDistance)
            {
                (nearest, nearestDistance) = (corner, distance);
            }
        }

        return nearest;
    }

    private static ImmutableArray<LonLat> Distinct(List<LonLat> line)
    {
        var points = ImmutableArray.CreateBuilder<LonLat>(line.Count);
        foreach (var point in line)
        {
            if (points.Count == 0 || points[^1] != point)
            {
                points.Add(point);
            }
        }

        return points.ToImmutable();
    }

    private int ColumnOf(int corner) => corner % (_mesh.Columns + 1);

    private int RowOf(int corner) => corner / (_mesh.Columns + 1);

    private Metres Place(int corner) => _mesh.Corner(ColumnOf(corner), RowOf(corner));
}
