using System.Text.Json.Nodes;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests;

public sealed class PlaceFaultTests
{
    private static readonly CityFolder Good = SmallCity.Folder;

    [Fact]
    public void A_geometry_of_another_type_is_told() =>
        Shape(Zones, "site", """{"type": "Point", "coordinates": [13.4, 52.5]}""")
            .ShouldFault(FaultCode.WrongGeometry, Zones, "$.features[1].geometry.type", "site");

    [Fact]
    public void A_sensor_without_a_place_is_told() =>
        Good.EditFeature(Sensors, "camera", feature => feature["geometry"] = null)
            .ShouldFault(FaultCode.WrongGeometry, Sensors, "$.features[1].geometry", "camera");

    [Fact]
    public void A_layer_in_metres_by_its_reference_system_is_told() =>
        Good.Edit(Guards, node => node["crs"] = JsonNode.Parse("""{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}"""))
            .ShouldFault(FaultCode.WrongReferenceSystem, Guards, "$.crs");

    [Fact]
    public void A_layer_that_says_it_is_in_degrees_is_welcome() =>
        Assert.Empty(CityReader.Read(Good.Edit(Guards, node => node["crs"] =
            JsonNode.Parse("""{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}"""))).Faults);

    [Fact]
    public void A_position_in_metres_is_told() =>
        Shape(Guards, "guard-one", """{"type": "Point", "coordinates": [392000, 5820000]}""")
            .ShouldFault(FaultCode.WrongReferenceSystem, Guards, "$.features[0].geometry.coordinates", "guard-one");

    [Fact]
    public void A_position_that_is_not_on_earth_is_told() =>
        Shape(Guards, "guard-one", """{"type": "Point", "coordinates": [181, 95]}""")
            .ShouldFault(FaultCode.PositionOutOfRange, Guards, "$.features[0].geometry.coordinates", "guard-one");

    [Fact]
    public void A_position_with_a_huge_number_is_not_finite() =>
        Good.Replace(Guards, "[13.405,52.505]", "[1e999,52.5]")
            .ShouldFault(FaultCode.NotFinite, Guards, "$.features[0].geometry.coordinates", "guard-one");

    [Theory]
    [InlineData("[52.505, 13.405]", "$.features[0].geometry")]
    [InlineData("[52.505, 113.405]", "$.features[0].geometry.coordinates")]
    public void A_position_with_latitude_first_is_told(string position, string place) =>
        Shape(Guards, "guard-one", $$"""{"type": "Point", "coordinates": {{position}}}""")
            .ShouldFault(FaultCode.SwappedPosition, Guards, place, "guard-one");

    [Fact]
    public void A_ring_that_does_not_close_is_told() =>
        Shape(Zones, "site", """{"type": "Polygon", "coordinates": [[[13.40, 52.50], [13.41, 52.50], [13.41, 52.51], [13.40, 52.51]]]}""")
            .ShouldFault(FaultCode.RingNotClosed, Zones, "$.features[1].geometry.coordinates[0]", "site");

    [Fact]
    public void A_polygon_that_crosses_itself_is_told_with_the_place()
    {
        var fault = Shape(Zones, "site",
                """{"type": "Polygon", "coordinates": [[[13.40, 52.50], [13.42, 52.52], [13.42, 52.50], [13.40, 52.52], [13.40, 52.50]]]}""")
            .ShouldFault(FaultCode.SelfIntersection, Zones, "$.features[1].geometry", "site");

        Assert.Contains("13.41, 52.51", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hole_outside_its_polygon_is_not_valid() =>
        Shape(Zones, "site",
                """
                {"type": "Polygon", "coordinates": [
                  [[13.400, 52.500], [13.410, 52.500], [13.410, 52.510], [13.400, 52.500]],
                  [[13.415, 52.515], [13.416, 52.515], [13.416, 52.516], [13.415, 52.515]]]}
                """)
            .ShouldFault(FaultCode.InvalidPolygon, Zones, "$.features[1].geometry", "site");

    [Fact]
    public void A_sensor_outside_its_zone_is_a_warning() =>
        Shape(Sensors, "camera", """{"type": "Point", "coordinates": [13.4195, 52.5005]}""")
            .ShouldFault(FaultCode.SensorOutsideZone, Sensors, "$.features[1]", "camera");

    [Fact]
    public void A_sensor_within_a_metre_of_its_zone_is_no_warning() =>
        Assert.Empty(CityReader.Read(Shape(Sensors, "breaker", """{"type": "Point", "coordinates": [13.399995, 52.505]}""")).Faults);

    [Fact]
    public void A_zone_that_reaches_out_of_its_parent_is_a_warning() =>
        Shape(Zones, "site", """{"type": "Polygon", "coordinates": [[[13.402, 52.502], [13.45, 52.502], [13.45, 52.515], [13.402, 52.515], [13.402, 52.502]]]}""")
            .ShouldFault(FaultCode.ZoneOutsideParent, Zones, "$.features[1].geometry", "site");

    private static CityFolder Shape(string file, string id, string geometry) =>
        Good.EditFeature(file, id, feature => feature["geometry"] = JsonNode.Parse(geometry));
}
