using System.Text.Json.Nodes;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests;

public sealed class PropertyFaultTests
{
    private static readonly CityFolder Good = SmallCity.Folder;

    [Fact]
    public void A_missing_property_is_told_where_it_should_stand() =>
        Good.Set(Zones, "site", "peopleByDay", null)
            .ShouldFault(FaultCode.MissingProperty, Zones, "$.features[1].properties.peopleByDay", "site");

    [Fact]
    public void An_unknown_property_is_told_with_the_likely_one()
    {
        var fault = Good.Set(Sensors, "camera", "rolle", "status")
            .ShouldFault(FaultCode.UnknownProperty, Sensors, "$.features[1].properties.rolle", "camera");

        Assert.Contains("did you mean 'role'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_another_type_is_told() =>
        Good.Set(Zones, "site", "peopleByDay", true)
            .ShouldFault(FaultCode.WrongType, Zones, "$.features[1].properties.peopleByDay", "site");

    [Fact]
    public void A_duration_is_a_whole_number_of_seconds() =>
        Good.SetRule("works", "backup", JsonNode.Parse("""{"coverPermille": 800, "enduranceSeconds": 1.5}"""))
            .ShouldFault(FaultCode.WrongType, Dependencies, "$.segments.works.backup.enduranceSeconds", "works");

    [Theory]
    [InlineData("""{"coverPermille": 800, "enduranceSeconds": 0}""", "enduranceSeconds")]
    [InlineData("""{"coverPermille": 800, "enduranceSeconds": 1000001}""", "enduranceSeconds")]
    [InlineData("""{"coverPermille": 1001, "enduranceSeconds": 60}""", "coverPermille")]
    [InlineData("""{"coverPermille": 800, "enduranceSeconds": 60, "rechargeSeconds": -1}""", "rechargeSeconds")]
    public void A_backup_out_of_range_is_told(string backup, string property) =>
        Good.SetRule("works", "backup", JsonNode.Parse(backup))
            .ShouldFault(FaultCode.OutOfRange, Dependencies, $"$.segments.works.backup.{property}", "works");

    [Theory]
    [InlineData("""{"const": 1001}""", "$.segments.exchange.needs.const")]
    [InlineData("""{"kofn": {"k": 3, "of": ["plant", {"const": 5}]}}""", "$.segments.exchange.needs.kofn.k")]
    [InlineData("""{"kofn": {"k": 0, "of": ["plant", {"const": 5}]}}""", "$.segments.exchange.needs.kofn.k")]
    [InlineData("""{"min": []}""", "$.segments.exchange.needs.min")]
    [InlineData("""{"leontief": [{"of": "plant", "share": -1}]}""", "$.segments.exchange.needs.leontief[0].share")]
    [InlineData("""{"curve": {"of": "plant", "points": [[0, 1001]]}}""", "$.segments.exchange.needs.curve.points[0]")]
    public void An_expression_out_of_range_is_told(string needs, string place) =>
        Good.SetRule("exchange", "needs", JsonNode.Parse(needs)).ShouldFault(FaultCode.OutOfRange, Dependencies, place, "exchange");

    [Theory]
    [InlineData("[[0, 0], [0, 5]]", "[1]")]
    [InlineData("[[0, 900], [500, 100]]", "[1]")]
    public void A_curve_that_does_not_increase_is_told(string points, string element) =>
        Good.SetRule("exchange", "needs", JsonNode.Parse($$"""{"curve": {"of": "plant", "points": {{points}} } }"""))
            .ShouldFault(FaultCode.NotIncreasing, Dependencies, "$.segments.exchange.needs.curve.points" + element, "exchange");

    [Fact]
    public void An_expression_of_two_operators_is_a_contradiction() =>
        Good.SetRule("exchange", "needs", JsonNode.Parse("""{"min": ["plant"], "max": ["plant"]}"""))
            .ShouldFault(FaultCode.Contradiction, Dependencies, "$.segments.exchange.needs", "exchange");

    [Theory]
    [InlineData("enduranceMinutes")]
    [InlineData("endurance")]
    [InlineData("endurance_h")]
    public void A_property_in_another_unit_is_told_with_the_right_one(string property)
    {
        var fault = Good
            .SetRule("works", "backup", new JsonObject { ["coverPermille"] = 800, ["enduranceSeconds"] = 60, [property] = 1 })
            .ShouldFault(FaultCode.WrongUnit, Dependencies, $"$.segments.works.backup.{property}", "works");

        Assert.Contains("'enduranceSeconds'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_with_its_unit_behind_it_is_a_wrong_unit() =>
        Good.SetRule("works", "backup", new JsonObject { ["coverPermille"] = 800, ["enduranceSeconds"] = "5 min" })
            .ShouldFault(FaultCode.WrongUnit, Dependencies, "$.segments.works.backup.enduranceSeconds", "works");

    [Theory]
    [InlineData("furlong")]
    [InlineData("m3/h")]
    [InlineData("KV")]
    public void A_sensor_unit_that_is_unknown_or_does_not_fit_its_kind_is_told(string unit) =>
        Good.Set(Sensors, "meter", "unit", unit).ShouldFault(FaultCode.WrongUnit, Sensors, "$.features[2].properties.unit", "meter");

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"-Infinity\"")]
    [InlineData("1e999")]
    public void A_number_that_is_not_finite_is_told(string number) =>
        Good.Replace(Sensors, "\"maximum\":400", $"\"maximum\":{number}")
            .ShouldFault(FaultCode.NotFinite, Sensors, "$.features[2].properties.maximum", "meter");

    [Fact]
    public void A_bare_nan_is_no_json() =>
        Assert.Equal(FaultCode.MalformedJson, Good.Replace(Guards, "1.4", "NaN").OnlyFault().Code);

    [Fact]
    public void A_huge_number_is_out_of_range() =>
        Good.Set(Sensors, "meter", "maximum", 1e300)
            .ShouldFault(FaultCode.OutOfRange, Sensors, "$.features[2].properties.maximum", "meter");

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"two\\nlines\"")]
    [InlineData("\"\\ud800\"")]
    public void A_text_that_cannot_be_shown_is_told(string text) =>
        Good.Replace(Guards, "\"Guard one\"", text).ShouldFault(FaultCode.BadText, Guards, "$.features[0].properties.name", "guard-one");

    [Theory]
    [InlineData("Guard One")]
    [InlineData("1-guard")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void An_id_of_another_form_is_told(string id) =>
        Good.Edit(Guards, node => node["features"]![0]!["id"] = id).ShouldFault(FaultCode.BadId, Guards, "$.features[0].id");

    [Fact]
    public void A_word_that_is_none_of_the_known_ones_is_told() =>
        Good.Set(Sensors, "breaker", "role", "gauge").ShouldFault(FaultCode.UnknownWord, Sensors, "$.features[0].properties.role", "breaker");

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("../../etc/passwd")]
    public void An_unknown_time_zone_is_told(string timeZone) =>
        Good.Edit(Manifest, node => node["timeZone"] = timeZone).ShouldFault(FaultCode.UnknownTimeZone, Manifest, "$.timeZone");

    [Fact]
    public void Limits_that_exclude_each_other_are_a_contradiction() =>
        Good.Set(Sensors, "meter", "minimum", 400).ShouldFault(FaultCode.Contradiction, Sensors, "$.features[2].properties.minimum", "meter");

    [Fact]
    public void Evidence_of_a_sensor_that_measures_nothing_is_a_contradiction() =>
        Good.Set(Sensors, "meter", "role", "detection").ShouldFault(FaultCode.Contradiction, Sensors, "$.features[2].properties.evidence", "meter");

    [Fact]
    public void An_assumption_about_nothing_is_an_unknown_property() =>
        Good.Set(Guards, "guard-one", "assumptions", JsonNode.Parse("""{"height": {"source": "a guess"}}"""))
            .ShouldFault(FaultCode.UnknownProperty, Guards, "$.features[0].properties.assumptions.height", "guard-one");

    [Fact]
    public void A_confidence_above_one_is_out_of_range() =>
        Good.Set(Guards, "guard-one", "assumptions", JsonNode.Parse("""{"zone": {"source": "a guess", "confidence": 2}}"""))
            .ShouldFault(FaultCode.OutOfRange, Guards, "$.features[0].properties.assumptions.zone.confidence", "guard-one");
}
