using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>Finds ground for what stands alone: hospitals, schools, the town hall, plants and substations; and for parks.</summary>
internal static class SitePlanner
{
    public const string Hospital = "hospital";
    public const string School = "school";
    public const string TownHall = "town-hall";
    public const string Police = "police";
    public const string Substation = "substation";
    public const string Waterworks = "waterworks";
    public const string TreatmentPlant = "treatment-plant";

    private const int CellsPerPark = 11;

    public static ImmutableArray<PlannedSite> Plan(
        Chance chance, int population, StreetMesh mesh, Metres centre, ImmutableArray<PlannedZone> zones, PlaceNames names)
    {
        var plan = new Ground(chance, mesh, zones);
        var homes = zones.Where(zone => zone.Use is LandUse.Residential or LandUse.Centre).ToImmutableArray();
        var outskirts = zones.Where(zone => zone.Use == LandUse.Industry).DefaultIfEmpty(zones[^1]).ToImmutableArray();

        plan.Take(TownHall, "town-hall", "Town Hall", zones[0]);
        foreach (var area in Clusters.Of(zones, SubstationCount(population), zones.MaxBy(zone => zone.Middle.North)!.Middle))
        {
            var compass = PlaceNames.Compass(centre, area.Seat.Middle);
            var name = plan.IsFree($"substation-{compass}") ? compass : area.Seat.Slug;
            plan.Take(Substation, $"substation-{name}", $"Substation {Title(name)}", area.Seat);
        }

        plan.Take(Waterworks, "waterworks", "Waterworks", Clusters.Nearest(zones, RiverHead(mesh), zone => zone.Middle));
        plan.Take(TreatmentPlant, "treatment-plant", "Wastewater Treatment Plant", outskirts[^1]);
        foreach (var area in Clusters.Of(homes, HospitalCount(population), homes[^1].Middle))
        {
            var saint = names.Saint();
            plan.Take(Hospital, $"hospital-{PlaceNames.Slug(saint)}", $"{saint} Hospital", area.Seat);
        }

        foreach (var area in Clusters.Of(zones, PoliceCount(population), centre))
        {
            plan.Take(Police, $"police-{area.Seat.Slug}", $"Police Station {area.Seat.Name}", area.Seat);
        }

        foreach (var area in Clusters.Of(homes, SchoolCount(population), homes[0].Middle))
        {
            plan.Take(School, $"school-{area.Seat.Slug}", $"{area.Seat.Name} School", area.Seat);
        }

        return plan.Sites;
    }

    public static ImmutableArray<PlannedPark> Parks(
        Chance chance, StreetMesh mesh, ImmutableArray<PlannedZone> zones, ImmutableArray<PlannedSite> sites, PlaceNames names)
    {
        var parks = ImmutableArray.CreateBuilder<PlannedPark>();
        var built = sites.Select(site => (site.Column, site.Row)).ToHashSet();
        foreach (var zone in zones.Where(zone => zone.Use is LandUse.Residential or LandUse.Centre))
        {
            var free = zone.Cells.Cells().Where(cell => !built.Contains(cell)).ToArray();
            var wanted = (zone.Cells.Width * zone.Cells.Height) + chance.Below(CellsPerPark, zone.Slug, "park");
            if (wanted >= CellsPerPark && free.Length > 1)
            {
                var (column, row) = free[chance.Below(free.Length, zone.Slug, "park-cell")];
                parks.Add(new(names.Wanted($"{zone.Name} Park"), column, row));
            }
        }

        return parks.ToImmutable();
    }

    /// <summary>Two to four for a town, then one for every 50,000 residents.</summary>
    public static int SubstationCount(int population) => Math.Max(Math.Min(4, 2 + (population / 20_000)), population / 50_000);

    private static int HospitalCount(int population) => population < 10_000 ? 1 : Math.Max(2, population / 60_000);

    private static int SchoolCount(int population) => Math.Clamp(population / 8_000, 1, 80);

    private static int PoliceCount(int population) => 1 + Math.Min(20, population / 100_000);

    private static Metres RiverHead(StreetMesh mesh) => mesh.Corner(mesh.RiverColumn, mesh.Rows);

    private static string Title(string slug) =>
        string.Join(' ', slug.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private sealed class Ground(Chance chance, StreetMesh mesh, ImmutableArray<PlannedZone> zones)
    {
        private readonly HashSet<(int Column, int Row)> _taken = [];
        private readonly ImmutableArray<PlannedSite>.Builder _sites = ImmutableArray.CreateBuilder<PlannedSite>();

        public ImmutableArray<PlannedSite> Sites => _sites.ToImmutable();

        public bool IsFree(string slug) => _sites.All(site => site.Slug != slug);

        /// <summary>Takes a free cell of the zone wanted, or of the nearest zone that has one: no town does without.</summary>
        public void Take(string kind, string slug, string name, PlannedZone wanted)
        {
            var (zone, free) = zones
                .OrderBy(zone => zone == wanted ? 0 : 1 + zone.Middle.DistanceTo(wanted.Middle))
                .Select(zone => (zone, Free: zone.Cells.Cells().Where(cell => !_taken.Contains(cell)).ToArray()))
                .First(candidate => candidate.Free.Length > 0);
            var (column, row) = free[chance.Below(free.Length, slug, "site-cell")];
            _taken.Add((column, row));
            _sites.Add(new(kind, slug, name, zone, column, row, mesh.Inside(column, row, 0.5, 0.5)));
        }
    }
}
