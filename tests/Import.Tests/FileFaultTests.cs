using System.Text;
using System.Text.Json.Nodes;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests;

public sealed class FileFaultTests
{
    private static readonly CityFolder Good = SmallCity.Folder;

    [Fact]
    public void A_folder_without_a_manifest_misses_a_file() =>
        Good.Without(Manifest).ShouldFault(FaultCode.MissingFile, Manifest, "");

    [Fact]
    public void A_layer_that_is_not_there_misses_a_file_and_brings_no_unknown_references() =>
        Good.Without(Zones).ShouldFault(FaultCode.MissingFile, Zones, "");

    [Fact]
    public void A_path_that_does_not_exist_misses_a_file()
    {
        var fault = Assert.Single(CityReader.Open("/no/such/folder").Faults);

        Assert.Equal(FaultCode.MissingFile, fault.Code);
    }

    [Fact]
    public void A_file_name_with_a_folder_is_refused() =>
        Good.Edit(Manifest, node => node["layers"]!["guards"] = "../guards.geojson")
            .ShouldFault(FaultCode.BadFileName, Manifest, "$.layers.guards");

    [Fact]
    public void A_file_in_another_encoding_is_refused() =>
        Good.With(Guards, Encoding.Latin1.GetBytes("{\"name\": \"Müller\"}")).ShouldFault(FaultCode.NotUtf8, Guards, "");

    [Fact]
    public void A_truncated_file_is_told_with_line_and_column()
    {
        var bytes = Good.Files[Zones];

        var fault = Good.With(Zones, bytes[..(bytes.Length / 2)]).OnlyFault();

        Assert.Equal((FaultCode.MalformedJson, Zones), (fault.Code, fault.File));
        Assert.Matches("^line [0-9]+, column [0-9]+$", fault.Place);
    }

    [Fact]
    public void Features_that_stand_twice_are_told_and_the_first_ones_count() =>
        Good.With(Guards, Text(Guards).Replace("{\"type\":\"FeatureCollection\",", "{\"type\":\"FeatureCollection\",\"feat\\u0075res\":[],", StringComparison.Ordinal))
            .ShouldFaultAmong(FaultCode.DuplicateKey, Guards, "$.features");

    [Fact]
    public void Features_are_found_however_their_name_is_spelled() =>
        Assert.Equal(SmallCity.City.Hash, CityReader.Read(Good.With(Guards, Text(Guards).Replace("\"features\"", "\"feat\\u0075res\" ", StringComparison.Ordinal))).City!.Hash);

    [Fact]
    public void Features_that_are_no_list_are_told() =>
        Good.Edit(Guards, node => node["features"] = 7).ShouldFaultAmong(FaultCode.WrongType, Guards, "$.features");

    [Fact]
    public void A_rule_that_stands_twice_is_told_by_its_id() =>
        Good.With(Dependencies, Text(Dependencies).Replace("\"zones\":{", "\"zones\":{\"quarter\":{},\"qu\\u0061rter\" :{},", StringComparison.Ordinal))
            .ShouldFaultAmong(FaultCode.DuplicateKey, Dependencies, "$.zones.quarter");

    [Fact]
    public void A_rule_whose_id_holds_half_a_character_is_told() =>
        Good.With(Dependencies, Text(Dependencies).Replace("\"zones\":{", "\"zones\":{\"\\ud800\":{},", StringComparison.Ordinal))
            .ShouldFaultAmong(FaultCode.BadText, Dependencies, "$.zones");

    private static string Text(string file) => Encoding.UTF8.GetString(Good.Files[file].Span);

    [Fact]
    public void An_empty_file_is_no_json() =>
        Good.With(Dependencies, "").ShouldFaultAmong(FaultCode.MalformedJson, Dependencies, "line 1, column 1");

    [Fact]
    public void A_key_that_stands_twice_is_told() =>
        Good.Replace(Manifest, "\"sample\": true", "\"sample\": true, \"sample\": false")
            .ShouldFault(FaultCode.DuplicateKey, Manifest, "$.sample");

    [Fact]
    public void A_newer_version_of_the_format_is_refused() =>
        Good.Edit(Manifest, node => node["schemaVersion"] = 2).ShouldFault(FaultCode.UnsupportedVersion, Manifest, "$.schemaVersion");

    [Fact]
    public void Json_nested_too_deep_exceeds_a_limit()
    {
        var fault = Good.With(Guards, new string('[', 2_000)).OnlyFault();

        Assert.Equal(FaultCode.LimitExceeded, fault.Code);
    }

    [Fact]
    public void An_expression_nested_too_deep_exceeds_a_limit()
    {
        JsonNode deep = "plant";
        for (var level = 0; level < CityLimits.ExpressionDepthMax; level++)
        {
            deep = new JsonObject { ["min"] = new JsonArray(deep) };
        }

        var fault = Good.SetRule("exchange", "needs", deep).OnlyFault();

        Assert.Equal((FaultCode.LimitExceeded, "exchange"), (fault.Code, fault.FeatureId));
    }

    [Fact]
    public void An_expression_of_too_many_parts_exceeds_a_limit_and_is_told_once()
    {
        var parts = Enumerable.Repeat(0, CityLimits.ExpressionNodesMax + 10).Select(_ => (JsonNode)"plant").ToArray();

        var fault = Good.SetRule("exchange", "needs", new JsonObject { ["max"] = new JsonArray(parts) }).OnlyFault();

        Assert.Equal((FaultCode.LimitExceeded, "exchange"), (fault.Code, fault.FeatureId));
    }

    [Fact]
    public void More_faults_than_the_limit_are_counted_and_no_flood_of_warnings_hides_an_error()
    {
        var features = new JsonArray([.. Enumerable.Range(0, CityLimits.FaultsMax + 5).Select(_ => (JsonNode)new JsonObject())]);

        var read = CityReader.Read(Good.Edit(Guards, node => node["features"] = features));

        Assert.Equal(CityLimits.FaultsMax, read.Faults.Count(fault => fault.Severity == FaultSeverity.Error));
        Assert.Equal(FaultCode.TooManyFaults, read.Faults[^1].Code);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told()
    {
        var directory = Directory.CreateTempSubdirectory("citytwin-");
        try
        {
            Good.WriteTo(directory.FullName);
            File.Delete(Path.Combine(directory.FullName, Guards));
            File.CreateSymbolicLink(Path.Combine(directory.FullName, Guards), Path.Combine(directory.FullName, "nowhere"));

            var read = CityReader.Open(directory.FullName);

            Assert.Null(read.City);
            Assert.Contains(read.Faults, fault => fault.Code == FaultCode.UnreadableFile && fault.File == Guards);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_bundle_whose_content_is_no_text_is_refused()
    {
        var read = CityReader.ReadBundle("{\"city.json\": 7}"u8.ToArray());

        Assert.Equal((FaultCode.WrongType, "$['city.json']"), (Assert.Single(read.Faults).Code, read.Faults[0].Place));
    }

    [Fact]
    public void Faults_of_several_files_are_all_told_at_once()
    {
        var read = CityReader.Read(Good
            .Edit(Manifest, node => node["timeZone"] = "Mars/Olympus")
            .Set(Zones, "site", "peopleByDay", -1)
            .Set(Segments, "works", "zone", "nowhere")
            .Set(Sensors, "meter", "unit", "furlong")
            .Set(Guards, "guard-one", "speed", 5)
            .SetRule("works", "supply", "works"));

        Assert.Null(read.City);
        Assert.Equal(
            [
                (FaultCode.UnknownTimeZone, Manifest), (FaultCode.OutOfRange, Zones), (FaultCode.WrongUnit, Sensors),
                (FaultCode.WrongUnit, Guards), (FaultCode.UnknownReference, Segments), (FaultCode.SupplyLoop, Dependencies),
            ],
            read.Faults.Select(fault => (fault.Code, fault.File)));
    }
}
