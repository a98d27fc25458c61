using System.Text.Json.Nodes;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests;

public sealed class TableTests
{
    private const string Rows = """
        OBJ,Bezeichnung,Art,lon,lat,Bezirk,Netzteil,Einheit,Von,Bis,Nachweis,Bemerkung
        meter-two,"Zähler ""zwei"", Hof",voltage,13.406,52.506,quarter,feeder-end,V,0,400,"{""points"":[[0,0],[207,1000]],""tolerancePermille"":100,""disagreeAfterMilliseconds"":5}","zwei
        Zeilen"

        meter-three,,voltage,13.407,52.507,quarter,feeder-end,V,,,,
        """;

    private static readonly CityFolder Foreign = SmallCity.Folder
        .With("zaehler.csv", Rows.ReplaceLineEndings("\r\n"))
        .Edit(Manifest, node => node["layers"]!["sensors"] = new JsonArray(Sensors, JsonNode.Parse("""
            {"file": "zaehler.csv", "longitude": "lon", "latitude": "lat", "defaults": {"role": "measurement", "deadband": 2},
             "properties": {"id": "OBJ", "name": "Bezeichnung", "kind": "Art", "zone": "Bezirk", "segment": "Netzteil",
                            "unit": "Einheit", "minimum": "Von", "maximum": "Bis", "evidence": "Nachweis"}}
            """)));

    [Fact]
    public void A_table_with_foreign_names_loads_beside_another_file_of_the_same_layer()
    {
        var read = CityReader.Read(Foreign);

        Assert.Empty(read.Faults);
        Assert.Equal(5, read.City!.Sensors.Length);
        var two = read.City.Sensors.Single(sensor => sensor.Id.Value == "meter-two");
        Assert.Equal("Zähler \"zwei\", Hof", two.Name);
        Assert.Equal((13.406, 52.506), (two.Position.Longitude, two.Position.Latitude));
        Assert.Equal((0, 400, 2), (two.Limits.Minimum, two.Limits.Maximum, two.Limits.Deadband));
        Assert.Equal(1000, two.Evidence!.Points[1].LevelPermille);
        var three = read.City.Sensors.Single(sensor => sensor.Id.Value == "meter-three");
        Assert.Equal(("meter-three", null), (three.Name, three.Limits.Maximum));
    }

    [Fact]
    public void A_fault_in_a_table_is_told_with_row_and_column() =>
        Foreign.Replace("zaehler.csv", "400", "plenty")
            .ShouldFault(FaultCode.WrongType, "zaehler.csv", "row 2, column Bis", "meter-two");

    [Fact]
    public void A_layer_that_is_too_large_over_all_its_files_is_told_at_the_first_row_too_many() =>
        Assert.Contains((FaultCode.LimitExceeded, "zaehler.csv", "row 4"), CityReader.Read(Foreign, featuresMax: 4).Faults.Select(fault => (fault.Code, fault.File, fault.Place)));

    [Fact]
    public void A_row_with_too_many_cells_is_told() =>
        Foreign.Replace("zaehler.csv", "V,,,,", "V,,,,,,7").ShouldFault(FaultCode.MalformedTable, "zaehler.csv", "row 4");

    [Fact]
    public void A_quote_that_never_closes_is_told() =>
        Foreign.Replace("zaehler.csv", "Zeilen\"", "Zeilen")
            .ShouldFaultAmong(FaultCode.MalformedTable, "zaehler.csv", "row 2");

    [Fact]
    public void A_column_that_stands_twice_is_told() =>
        Foreign.Replace("zaehler.csv", "Bemerkung", "Art").ShouldFault(FaultCode.DuplicateKey, "zaehler.csv", "row 1, column Art");

    [Fact]
    public void A_cell_that_should_hold_json_is_told() =>
        Foreign.Replace("zaehler.csv", "5}\"", "5\"").ShouldFault(FaultCode.MalformedJson, "zaehler.csv", "row 2, column Nachweis", "meter-two");

    [Fact]
    public void A_table_in_our_own_names_refuses_unknown_columns()
    {
        var folder = SmallCity.Folder
            .With("guards.csv", "id,zone,skills,speedMetresPerSecond,longitude,latitude,shoes\nguard-two,site,k9;armed,1.5,13.411,52.511,42\n")
            .Edit(Manifest, node => node["layers"]!["guards"] = "guards.csv");

        folder.ShouldFault(FaultCode.UnknownProperty, "guards.csv", "row 2, column shoes", "guard-two");
    }

    [Fact]
    public void Words_in_a_cell_are_separated_by_semicolons()
    {
        var read = CityReader.Read(SmallCity.Folder
            .With("guards.csv", "id,zone,skills,speedMetresPerSecond,longitude,latitude\nguard-two,site,k9;armed,1.5,13.411,52.511")
            .Edit(Manifest, node => node["layers"]!["guards"] = "guards.csv"));

        Assert.Empty(read.Faults);
        Assert.Equal(["armed", "k9"], read.City!.Guards.Single().Skills);
    }

    [Fact]
    public void A_foreign_geojson_layer_may_hold_properties_of_its_own()
    {
        var read = CityReader.Read(SmallCity.Folder
            .Edit(Guards, node =>
            {
                var feature = node["features"]![0]!;
                feature["id"] = 17;
                feature["fid"] = 17;
                feature["properties"] = JsonNode.Parse("""{"KENNUNG": "guard-nine", "GEBIET": "site", "TEMPO": 2, "SCHUHE": [42]}""");
            })
            .Edit(Manifest, node => node["layers"]!["guards"] = JsonNode.Parse("""
                {"file": "guards.geojson", "properties": {"id": "KENNUNG", "zone": "GEBIET", "speedMetresPerSecond": "TEMPO"}}
                """)));

        Assert.Empty(read.Faults);
        Assert.Equal("guard-nine", read.City!.Guards.Single().Id.Value);
    }

    [Fact]
    public void A_map_for_a_property_we_do_not_have_is_told() =>
        Foreign.Edit(Manifest, node => node["layers"]!["sensors"]![1]!["properties"]!["colour"] = "Farbe")
            .ShouldFault(FaultCode.UnknownProperty, Manifest, "$.layers.sensors[1].properties.colour");
}
