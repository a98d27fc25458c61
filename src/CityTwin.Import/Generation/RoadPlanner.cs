using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>Chooses the arterial roads among the streets: cross-town roads with a bridge each, quays, and a ring.</summary>
internal static class RoadPlanner
{
    private const int RowsPerCrossTownRoad = 4;
    private const int ColumnsPerAvenue = 8;

    /// <summary>The rows of corners whose street crosses the river; the last is the northern ring.</summary>
    public static IEnumerable<int> BridgeRows(StreetMesh mesh)
    {
        var bridges = Math.Max(2, (int)Math.Round((double)mesh.Rows / RowsPerCrossTownRoad));
        return Enumerable.Range(1, bridges).Select(bridge => (int)Math.Round(bridge * (mesh.Rows - 1.0) / bridges)).Distinct();
    }

    public static ImmutableArray<PlannedRoad> Plan(StreetMesh mesh, PlaceNames names)
    {
        var roads = ImmutableArray.CreateBuilder<PlannedRoad>();
        var ring = mesh.Rows - 1;
        foreach (var row in BridgeRows(mesh))
        {
            var name = row == ring ? "North Ring" : names.Road();
            var (from, to) = row == ring ? (1, mesh.Columns - 1) : (0, mesh.Columns);
            roads.Add(Road($"{name} West", Along(from, mesh.RiverColumn, row)));
            roads.Add(Road($"{name} East", Along(mesh.RiverColumn + 1, to, row)));
            var bridge = names.Bridge();
            roads.Add(new(PlaceNames.Slug(bridge), bridge, true, [(mesh.RiverColumn, row), (mesh.RiverColumn + 1, row)]));
        }

        roads.Add(Road("West Quay", Up(mesh.RiverColumn, 0, ring)));
        roads.Add(Road("East Quay", Up(mesh.RiverColumn + 1, 0, ring)));
        roads.Add(Road("West Ring", Up(1, 0, ring)));
        roads.Add(Road("East Ring", Up(mesh.Columns - 1, 0, ring)));
        foreach (var column in Avenues(mesh))
        {
            var name = names.Wanted("Linden Avenue", "Republic Avenue", "Museum Avenue", "Opera Avenue");
            roads.Add(Road($"{name} South", Up(column, 0, ring / 2)));
            roads.Add(Road($"{name} North", Up(column, ring / 2, ring)));
        }

        return roads.ToImmutable();
    }

    private static IEnumerable<int> Avenues(StreetMesh mesh)
    {
        for (var column = 1 + ColumnsPerAvenue; column < mesh.Columns - 3; column += ColumnsPerAvenue)
        {
            if (Math.Abs(column - mesh.RiverColumn) > 2)
            {
                yield return column;
            }
        }
    }

    private static PlannedRoad Road(string name, ImmutableArray<(int Column, int Row)> corners) =>
        new("road-" + PlaceNames.Slug(name), name, false, corners);

    private static ImmutableArray<(int Column, int Row)> Along(int from, int to, int row) =>
        [.. Enumerable.Range(from, to - from + 1).Select(column => (column, row))];

    private static ImmutableArray<(int Column, int Row)> Up(int column, int from, int to) =>
        [.. Enumerable.Range(from, to - from + 1).Select(row => (column, row))];
}
