using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>Lays out a town: splits its two banks into districts and zones, names them, and sets sites and parks.</summary>
internal static class TownPlanner
{
    private const double ZonesPerRootOfResidents = 0.165;
    private const int ZonesMin = 6;

    public static TownPlan Plan(GeneratorOptions options)
    {
        var chance = new Chance(options.Seed);
        var names = new PlaceNames(chance);
        var zoneCount = Math.Max(ZonesMin, (int)Math.Round(ZonesPerRootOfResidents * Math.Sqrt(options.Population)));
        var mesh = StreetMeshBuilder.Build(chance, options.Population, zoneCount);
        var centre = CentreOf(mesh);

        var districtCells = Split(
            chance,
            mesh,
            centre,
            [new(0, 0, mesh.RiverColumn, mesh.Rows), new(mesh.RiverColumn + 1, 0, mesh.Columns - mesh.RiverColumn - 1, mesh.Rows)],
            Math.Max(4, (int)Math.Round(1.2 * Math.Sqrt(zoneCount))));
        var districts = NameDistricts(mesh, centre, districtCells, names);
        var zones = NameZones(chance, mesh, centre, districts, zoneCount, names);
        var roads = RoadPlanner.Plan(mesh, names);
        var sites = SitePlanner.Plan(chance, options.Population, mesh, centre, zones, names);
        var parks = SitePlanner.Parks(chance, mesh, zones, sites, names);
        var streets = new StreetRouter(mesh, RoadPlanner.BridgeRows(mesh));
        return new(chance, options, mesh, centre, districts, zones, roads, sites, parks, streets);
    }

    /// <summary>The old centre lies on the river's west bank, a little inland from the coast.</summary>
    private static Metres CentreOf(StreetMesh mesh) => mesh.Inside(mesh.RiverColumn - 1, mesh.Rows * 2 / 5, 0.5, 0.5);

    /// <summary>Splits the largest rectangle until there are enough; ground counts more near the centre, so that blocks there are smaller.</summary>
    private static ImmutableArray<CellRectangle> Split(
        Chance chance, StreetMesh mesh, Metres centre, ImmutableArray<CellRectangle> whole, int count)
    {
        var parts = whole.ToList();
        var reach = mesh.Corner(0, 0).DistanceTo(mesh.Corner(mesh.Columns, mesh.Rows)) / 2;
        while (parts.Count < count)
        {
            var largest = parts.Where(part => part.Width * part.Height > 1).MaxBy(part => Weight(mesh, centre, reach, part));
            if (largest == default)
            {
                break;
            }

            parts.Remove(largest);
            var (first, second) = Halve(chance, mesh, largest);
            parts.Add(first);
            parts.Add(second);
        }

        return [.. parts];
    }

    private static double Weight(StreetMesh mesh, Metres centre, double reach, CellRectangle part)
    {
        var far = Math.Min(1, mesh.MiddleOf(part).DistanceTo(centre) / reach);
        return mesh.AreaOf(part) * (1.6 - far);
    }

    private static (CellRectangle First, CellRectangle Second) Halve(Chance chance, StreetMesh mesh, CellRectangle part)
    {
        var across = mesh.Corner(part.Left, part.Bottom).DistanceTo(mesh.Corner(part.Right, part.Bottom));
        var up = mesh.Corner(part.Left, part.Bottom).DistanceTo(mesh.Corner(part.Left, part.Top));
        var key = part.ToString();
        var share = chance.Between(0.42, 0.58, key, "halve");
        return (across >= up && part.Width > 1) || part.Height == 1
            ? part.SplitAcross(Math.Clamp((int)Math.Round(part.Width * share), 1, part.Width - 1))
            : part.SplitUp(Math.Clamp((int)Math.Round(part.Height * share), 1, part.Height - 1));
    }

    private static ImmutableArray<PlannedDistrict> NameDistricts(
        StreetMesh mesh, Metres centre, ImmutableArray<CellRectangle> cells, PlaceNames names)
    {
        var oldTown = cells.MinBy(part => mesh.MiddleOf(part).DistanceTo(centre));
        var mouth = mesh.Inside(mesh.RiverColumn, 0, 0.5, 0);
        var harbour = cells.Where(part => part.Bottom == 0 && part != oldTown).MinBy(part => mesh.MiddleOf(part).DistanceTo(mouth));
        var industry = cells
            .Where(part => part.Bottom == 0 && part != oldTown && part != harbour)
            .OrderByDescending(part => mesh.MiddleOf(part).DistanceTo(centre))
            .FirstOrDefault();
        return
        [
            .. cells.Select(part =>
            {
                var use = part == oldTown ? LandUse.Centre
                    : part == harbour ? LandUse.Harbour
                    : part == industry ? LandUse.Industry
                    : LandUse.Residential;
                var compass = PlaceNames.Compass(centre, mesh.MiddleOf(part));
                var name = use switch
                {
                    LandUse.Centre => names.Wanted("Old Town"),
                    LandUse.Harbour => names.Wanted("Harbour"),
                    LandUse.Industry => names.Wanted("Dockside Works"),
                    _ => names.Wanted(DistrictNames(compass)),
                };
                return new PlannedDistrict(PlaceNames.Slug(name), name, part, use);
            }),
        ];
    }

    private static string[] DistrictNames(string compass) => compass switch
    {
        "north" => ["Northgate", "Upper Town", "Northfields"],
        "south" => ["Southshore", "Seaview", "Southfields"],
        "east" => ["Eastbank", "Sunrise Quarter", "Eastfields"],
        "west" => ["Westmere", "Station Quarter", "Westfields"],
        "north-east" => ["University Quarter", "Monks Hill", "Highlands"],
        "north-west" => ["Green Hills", "Observatory", "Heathlands"],
        "south-east" => ["New Quay", "Dunes", "Saltmarsh"],
        _ => ["Fishers End", "Beach Quarter", "Windmill Flats"],
    };

    private static ImmutableArray<PlannedZone> NameZones(
        Chance chance, StreetMesh mesh, Metres centre, ImmutableArray<PlannedDistrict> districts, int count, PlaceNames names)
    {
        var parts = Split(chance, mesh, centre, [.. districts.Select(district => district.Cells)], count);
        return
        [
            .. parts
                .OrderBy(part => mesh.MiddleOf(part).DistanceTo(centre))
                .Select(part =>
                {
                    var district = districts.First(candidate => candidate.Cells.Contains(part.Left, part.Bottom));
                    var name = names.Zone(district.Use);
                    return new PlannedZone(PlaceNames.Slug(name), name, district, part, mesh.MiddleOf(part), mesh.AreaOf(part));
                }),
        ];
    }
}
