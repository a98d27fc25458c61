using CityTwin.Core.Model;
using CityTwin.Import.Generation;
using NetTopologySuite.Geometries;
using Xunit;
using Polygon = NetTopologySuite.Geometries.Polygon;

namespace CityTwin.Import.Tests.Generation;

public sealed class TownPlanTests
{
    private static readonly GeometryFactory Geometry = new();

    public static TheoryData<int, ulong> Towns
    {
        get
        {
            var towns = new TheoryData<int, ulong> { { 1_000_000, 3 } };
            for (var seed = 0UL; seed < 16; seed++)
            {
                towns.Add(1_000, seed);
                towns.Add(24_000, seed);
            }

            return towns;
        }
    }

    [Theory, MemberData(nameof(Towns))]
    public void Zones_tile_their_district_without_gap_or_overlap(int population, ulong seed)
    {
        var city = CityGenerator.Generate(new(population, seed, 50, "Town"));
        var areas = city.Zones.ToDictionary(zone => zone.Id, zone => AreaOf(zone));
        Assert.All(areas, area => Assert.True(area.Value.IsValid, area.Key.Value));
        foreach (var district in city.Zones.Where(zone => zone.Kind == ZoneKind.District))
        {
            var zones = city.Zones.Where(zone => zone.Parent == district.Id).Select(zone => areas[zone.Id]).ToArray();
            var whole = areas[district.Id];

            // The parts lie inside, and their areas add up: so they neither overlap nor leave a gap.
            Assert.All(zones, zone => Assert.True(whole.Covers(zone), district.Id.Value));
            Assert.Equal(1, zones.Sum(zone => zone.Area) / whole.Area, 9);
        }
    }

    [Theory, MemberData(nameof(Towns))]
    public void Districts_do_not_overlap_and_sites_lie_inside_their_zones(int population, ulong seed)
    {
        var city = CityGenerator.Generate(new(population, seed, 50, "Town"));
        var areas = city.Zones.ToDictionary(zone => zone.Id, zone => AreaOf(zone));
        var districts = city.Zones.Where(zone => zone.Kind == ZoneKind.District).Select(zone => areas[zone.Id]).ToArray();
        for (var first = 0; first < districts.Length; first++)
        {
            for (var second = first + 1; second < districts.Length; second++)
            {
                Assert.True(districts[first].Intersection(districts[second]).Area / districts[first].Area < 1e-9);
            }
        }

        Assert.All(
            city.Zones.Where(zone => zone.Kind == ZoneKind.Site),
            site => Assert.True(areas[site.Parent!.Value].Covers(areas[site.Id]), site.Id.Value));
    }

    [Theory, MemberData(nameof(Towns))]
    public void Sensors_and_guards_stand_in_their_zone(int population, ulong seed)
    {
        var city = CityGenerator.Generate(new(population, seed, 400, "Town"));
        var areas = city.Zones.ToDictionary(zone => zone.Id, zone => AreaOf(zone));
        Assert.All(city.Sensors, sensor => Assert.True(areas[sensor.Zone].Covers(PointOf(sensor.Position)), sensor.Id.Value));
        Assert.All(city.Guards, guard => Assert.True(areas[guard.Zone].Covers(PointOf(guard.Post)), guard.Id.Value));
    }

    private static Polygon AreaOf(Zone zone) => Geometry.CreatePolygon(
        [.. Assert.Single(zone.Area).Rings[0].Select(point => new Coordinate(point.Longitude, point.Latitude))]);

    private static Point PointOf(LonLat place) => Geometry.CreatePoint(new Coordinate(place.Longitude, place.Latitude));
}
