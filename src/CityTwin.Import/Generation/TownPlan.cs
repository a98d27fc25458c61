using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>What most of a district's ground is used for; it decides who is there by day and by night.</summary>
internal enum LandUse
{
    Centre,
    Harbour,
    Industry,
    Residential,
}

/// <summary>The ground of a town before anything is built on it: streets, districts, zones, roads, sites and parks.</summary>
internal sealed record TownPlan(
    Chance Chance,
    GeneratorOptions Options,
    StreetMesh Mesh,
    Metres Centre,
    ImmutableArray<PlannedDistrict> Districts,
    ImmutableArray<PlannedZone> Zones,
    ImmutableArray<PlannedRoad> Roads,
    ImmutableArray<PlannedSite> Sites,
    ImmutableArray<PlannedPark> Parks,
    StreetRouter Streets)
{
    public IEnumerable<PlannedSite> SitesOf(string kind) => Sites.Where(site => site.Kind == kind);
}

internal sealed record PlannedDistrict(string Slug, string Name, CellRectangle Cells, LandUse Use);

/// <param name="Area">In square metres.</param>
internal sealed record PlannedZone(string Slug, string Name, PlannedDistrict District, CellRectangle Cells, Metres Middle, double Area)
{
    private const double UsualSideMetres = 400;

    public LandUse Use => District.Use;

    /// <summary>A place beside the middle, closer to it in a small zone; in metres for a zone of the usual size.</summary>
    public Metres Beside(double east, double north) => Middle + (new Metres(east, north) * Math.Min(1, Math.Sqrt(Area) / UsualSideMetres));
}

/// <summary>A site takes the inner part of one cell, so that it lies well inside its zone.</summary>
internal sealed record PlannedSite(string Kind, string Slug, string Name, PlannedZone Zone, int Column, int Row, Metres Middle)
{
    public const double Margin = 0.16;
}

/// <summary>An arterial road or bridge along corners of the mesh.</summary>
internal sealed record PlannedRoad(string Slug, string Name, bool IsBridge, ImmutableArray<(int Column, int Row)> Corners);

/// <summary>A cell kept green.</summary>
internal sealed record PlannedPark(string Name, int Column, int Row);
