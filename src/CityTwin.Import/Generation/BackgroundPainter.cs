using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>What the map shows under the city: sea, river, streets, parks and buildings.</summary>
internal sealed class BackgroundPainter(TownPlan plan, CityDraft draft)
{
    private const double LotMetres = 85;
    private const int LotsPerSideMax = 6;
    private const double SeaReach = 0.6;

    public void Paint()
    {
        PaintSea();
        PaintRiver();
        foreach (var park in plan.Parks)
        {
            draft.Add(new BackgroundFeature("park", park.Name, true, [plan.Mesh.PartOf(park.Column, park.Row, 0.06, 0.06, 0.94, 0.94)]));
        }

        PaintStreets();
        PaintBuildings();
    }

    /// <summary>The coast is the mesh's southern edge, continued a little to both sides, then closed far out at sea.</summary>
    private void PaintSea()
    {
        var mesh = plan.Mesh;
        var (west, east) = (mesh.Corner(0, 0), mesh.Corner(mesh.Columns, 0));
        var along = east - west;
        var out0 = new Metres(along.North, -along.East) * SeaReach;
        var ring = ImmutableArray.CreateBuilder<LonLat>();
        ring.Add((west - (along * SeaReach) + (out0 * 0.18)).OnEarth());
        for (var column = 0; column <= mesh.Columns; column++)
        {
            ring.Add(mesh.Corner(column, 0).OnEarth());
        }

        ring.Add((east + (along * SeaReach) + (out0 * 0.18)).OnEarth());
        ring.Add((east + (along * SeaReach) + out0).OnEarth());
        ring.Add((west - (along * SeaReach) + out0).OnEarth());
        ring.Add(ring[0]);
        ring.Reverse();
        draft.Add(new BackgroundFeature("water", "Sea", true, [ring.ToImmutable()]));
    }

    private void PaintRiver()
    {
        var (mesh, column) = (plan.Mesh, plan.Mesh.RiverColumn);
        var ring = ImmutableArray.CreateBuilder<LonLat>();
        var upstream = (mesh.Corner(column, mesh.Rows) - mesh.Corner(column, mesh.Rows - 2)) * 0.9;
        for (var row = 0; row <= mesh.Rows; row++)
        {
            ring.Add(mesh.Corner(column + 1, row).OnEarth());
        }

        ring.Add((mesh.Corner(column + 1, mesh.Rows) + upstream).OnEarth());
        ring.Add((mesh.Corner(column, mesh.Rows) + upstream).OnEarth());
        for (var row = mesh.Rows; row >= 0; row--)
        {
            ring.Add(mesh.Corner(column, row).OnEarth());
        }

        ring.Add(ring[0]);
        draft.Add(new BackgroundFeature("water", "River", true, [ring.ToImmutable()]));
    }

    private void PaintStreets()
    {
        var mesh = plan.Mesh;
        var (columns, rows) = (Enumerable.Range(0, mesh.Columns + 1).ToArray(), Enumerable.Range(0, mesh.Rows + 1).ToArray());
        var river = mesh.RiverColumn;
        foreach (var column in columns)
        {
            Street([.. rows.Select(row => (column, row))]);
        }

        foreach (var row in rows)
        {
            Street([.. columns.Where(column => column <= river).Select(column => (column, row))]);
            Street([.. columns.Where(column => column > river).Select(column => (column, row))]);
        }

        foreach (var (column, row) in Land())
        {
            var lanes = Lanes(column, row).ToImmutableArray();
            if (!lanes.IsEmpty)
            {
                draft.Add(new BackgroundFeature("street", null, false, lanes));
            }
        }
    }

    private void Street(ImmutableArray<(int Column, int Row)> corners) =>
        draft.Add(new BackgroundFeature("street", null, false, [plan.Streets.Line(corners)]));

    /// <summary>Lanes cut a block into lots; parks and sites have none.</summary>
    private IEnumerable<ImmutableArray<LonLat>> Lanes(int column, int row)
    {
        var (across, up) = LotsOf(column, row);
        for (var lane = 1; lane < across; lane++)
        {
            var share = (double)lane / across;
            yield return [plan.Mesh.Inside(column, row, share, 0).OnEarth(), plan.Mesh.Inside(column, row, share, 1).OnEarth()];
        }

        for (var lane = 1; lane < up; lane++)
        {
            var share = (double)lane / up;
            yield return [plan.Mesh.Inside(column, row, 0, share).OnEarth(), plan.Mesh.Inside(column, row, 1, share).OnEarth()];
        }
    }

    private void PaintBuildings()
    {
        foreach (var zone in plan.Zones)
        {
            var buildings = zone.Cells.Cells().Where(cell => !IsPark(cell)).SelectMany(cell => Buildings(zone, cell)).ToImmutableArray();
            if (!buildings.IsEmpty)
            {
                draft.Add(new BackgroundFeature("building", null, true, buildings));
            }
        }

        foreach (var site in plan.Sites)
        {
            draft.Add(new BackgroundFeature("building", site.Name, true, [plan.Mesh.PartOf(site.Column, site.Row, 0.3, 0.3, 0.7, 0.62)]));
        }
    }

    private IEnumerable<ImmutableArray<LonLat>> Buildings(PlannedZone zone, (int Column, int Row) cell)
    {
        var (across, up) = LotsOf(cell.Column, cell.Row);
        if (IsSite(cell))
        {
            yield break;
        }

        var built = zone.Use switch { LandUse.Centre => 1.0, LandUse.Harbour => 0.8, LandUse.Industry => 0.7, _ => 0.88 };
        for (var lot = 0; lot < across * up; lot++)
        {
            var key = $"{cell.Column},{cell.Row},{lot}";
            if (plan.Chance.Unit(key, "built") < built)
            {
                var (west, south) = ((lot % across) / (double)across, (lot / across) / (double)up);
                var (wide, deep) = (1.0 / across, 1.0 / up);
                yield return plan.Mesh.PartOf(
                    cell.Column, cell.Row,
                    west + (wide * plan.Chance.Between(0.13, 0.28, key, "west")),
                    south + (deep * plan.Chance.Between(0.13, 0.28, key, "south")),
                    west + (wide * plan.Chance.Between(0.62, 0.87, key, "east")),
                    south + (deep * plan.Chance.Between(0.62, 0.87, key, "north")));
            }
        }
    }

    private (int Across, int Up) LotsOf(int column, int row)
    {
        if (IsPark((column, row)) || IsSite((column, row)))
        {
            return (1, 1);
        }

        var mesh = plan.Mesh;
        var across = mesh.Corner(column, row).DistanceTo(mesh.Corner(column + 1, row));
        var up = mesh.Corner(column, row).DistanceTo(mesh.Corner(column, row + 1));
        return (Math.Clamp((int)Math.Round(across / LotMetres), 1, LotsPerSideMax), Math.Clamp((int)Math.Round(up / LotMetres), 1, LotsPerSideMax));
    }

    private IEnumerable<(int Column, int Row)> Land() => plan.Zones.SelectMany(zone => zone.Cells.Cells());

    private bool IsPark((int Column, int Row) cell) => plan.Parks.Any(park => (park.Column, park.Row) == cell);

    private bool IsSite((int Column, int Row) cell) => plan.Sites.Any(site => (site.Column, site.Row) == cell);
}
