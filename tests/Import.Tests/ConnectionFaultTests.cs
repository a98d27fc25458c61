using System.Text.Json.Nodes;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests;

public sealed class ConnectionFaultTests
{
    private static readonly CityFolder Good = SmallCity.Folder;

    [Fact]
    public void An_id_that_two_things_have_is_told_even_across_kinds()
    {
        var fault = Good.Edit(Guards, node => node["features"]![0]!["id"] = "site")
            .ShouldFault(FaultCode.DuplicateId, Guards, "$.features[0]", "site");

        Assert.Contains("$.features[1] in zones.geojson", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", "There is no zone")]
    [InlineData("works", "is a segment; a zone is needed")]
    public void A_reference_to_nothing_or_to_another_kind_is_told(string zone, string message)
    {
        var fault = Good.Set(Guards, "guard-one", "zone", zone)
            .ShouldFault(FaultCode.UnknownReference, Guards, "$.features[0].properties.zone", "guard-one");

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_segment_inside_an_expression_is_told_with_its_place() =>
        Good.SetRule("exchange", "needs", JsonNode.Parse("""{"min": ["plant", {"max": ["plant", "gone"]}]}"""))
            .ShouldFault(FaultCode.UnknownReference, Dependencies, "$.segments.exchange.needs.min[1].max[1]", "exchange");

    [Fact]
    public void A_rule_for_a_segment_that_is_not_there_is_told() =>
        Good.Edit(Dependencies, node => node["segments"]!["ghost"] = new JsonObject())
            .ShouldFault(FaultCode.UnknownReference, Dependencies, "$.segments.ghost", "ghost");

    [Fact]
    public void Zones_that_lie_inside_one_another_are_told_as_a_circle()
    {
        var read = CityReader.Read(Good.Set(Zones, "quarter", "parent", "site"));

        var fault = Assert.Single(read.Faults, fault => fault.Severity == FaultSeverity.Error);
        Assert.Equal(FaultCode.NestingCycle, fault.Code);
        Assert.Contains("quarter -> site -> quarter", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_supply_loop_is_spelled_out()
    {
        var fault = Good.SetRule("works", "supply", "exchange").SetRule("exchange", "supply", new JsonObject { ["max"] = new JsonArray("works", "plant") })
            .ShouldFault(FaultCode.SupplyLoop, Dependencies, "$.segments.works.supply", "works");

        Assert.Contains("exchange -> works -> exchange", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_supply_loop_through_a_network_names_the_network_as_one_vertex()
    {
        var fault = Good.Edit(Dependencies, node => node["segments"]!["plant"] = JsonNode.Parse("""{"supply": "feeder-end"}"""))
            .ShouldFault(FaultCode.SupplyLoop, Dependencies, "$.segments.plant.supply", "plant");

        Assert.Contains("network grid -> plant -> network grid", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_through_needs_is_allowed() =>
        Assert.Empty(CityReader.Read(Good
            .SetRule("exchange", "needs", new JsonObject { ["min"] = new JsonArray("feeder-end", "plant") })).Faults);

    [Fact]
    public void Each_knot_of_supply_loops_is_told_once()
    {
        var read = CityReader.Read(Good.SetRule("works", "supply", "works").SetRule("exchange", "supply", "exchange"));

        Assert.Equal(["exchange", "works"], read.Faults.Where(fault => fault.Code == FaultCode.SupplyLoop).Select(fault => fault.FeatureId));
    }

    [Theory]
    [InlineData("supply", "\"plant\"")]
    [InlineData("backup", """{"coverPermille": 500, "enduranceSeconds": 60}""")]
    public void Supply_and_backup_of_a_member_that_is_no_source_are_told(string property, string value) =>
        Good.SetRule("feeder-end", property, JsonNode.Parse(value))
            .ShouldFault(FaultCode.SupplyInNetwork, Dependencies, $"$.segments.feeder-end.{property}".Replace(".feeder-end", "['feeder-end']", StringComparison.Ordinal), "feeder-end");

    [Fact]
    public void A_link_with_an_end_outside_its_network_is_told() =>
        Good.SetRule("tie", "ends", new JsonArray("substation", "plant"))
            .ShouldFault(FaultCode.LinkOutsideNetwork, Dependencies, "$.segments.tie.ends[1]", "tie");

    [Fact]
    public void A_link_that_ends_on_another_link_is_told() =>
        Good.SetRule("tie", "ends", new JsonArray("substation", "feeder"))
            .ShouldFault(FaultCode.LinkOutsideNetwork, Dependencies, "$.segments.tie.ends[1]", "tie");

    [Fact]
    public void A_link_that_belongs_to_no_network_misses_it() =>
        Good.SetRule("tie", "network", null)
            .ShouldFault(FaultCode.MissingProperty, Dependencies, "$.segments.tie.network", "tie");

    [Fact]
    public void A_link_that_is_a_source_is_a_contradiction() =>
        Good.SetRule("tie", "source", true).ShouldFault(FaultCode.Contradiction, Dependencies, "$.segments.tie.source", "tie");

    [Fact]
    public void A_status_sensor_without_a_segment_is_told() =>
        Good.Set(Sensors, "breaker", "segment", null)
            .ShouldFault(FaultCode.StatusWithoutSegment, Sensors, "$.features[0].properties.segment", "breaker");

    [Fact]
    public void A_loop_through_a_rounding_operator_is_a_warning()
    {
        var fault = Good.SetRule("exchange", "needs", "works").ShouldFault(FaultCode.RoundingLoop, Dependencies, "$.segments.works", "works");

        Assert.Contains("network grid -> works -> exchange -> network grid", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_nothing_feeds_is_a_warning() =>
        Good.Edit(Dependencies, node => node["networks"]!["lonely"] = JsonNode.Parse("""{"service": "power"}"""))
            .ShouldFault(FaultCode.NetworkWithoutSource, Dependencies, "$.networks.lonely", "lonely");

    [Fact]
    public void A_zone_inside_one_of_no_larger_kind_is_a_warning() =>
        Good.Set(Zones, "quarter", "kind", "site")
            .ShouldFault(FaultCode.ZoneKindOrder, Zones, "$.features[1].properties.parent", "site");

    [Fact]
    public void A_service_that_no_segment_brings_is_a_warning() =>
        Good.Edit(Dependencies, node => node["zones"]!["quarter"]!["services"]!["powr"] = JsonNode.Parse("""{"level": "plant"}"""))
            .ShouldFault(FaultCode.ServiceWithoutSegment, Zones, "$.features[0]", "quarter");

    [Fact]
    public void A_city_without_sensors_is_a_warning() =>
        Good.Edit(Manifest, node => node["layers"]!.AsObject().Remove("sensors")).Edit(Manifest, node => node.AsObject().Remove("security"))
            .Edit(Dependencies, node => node.AsObject().Remove("sensors"))
            .ShouldFault(FaultCode.NoSensors, Manifest, "$.layers");

    [Fact]
    public void A_long_chain_of_supplies_and_zones_is_read_without_running_out_of_stack()
    {
        const int Length = 20_000;
        var features = new JsonArray();
        var rules = new JsonObject();
        for (var i = 0; i < Length; i++)
        {
            features.Add(JsonNode.Parse($$"""{"type":"Feature","id":"s{{i}}","geometry":null,"properties":{"kind":"node","service":"power"} }"""));
            rules[$"s{i}"] = new JsonObject { ["supply"] = $"s{(i + 1) % Length}" };
        }

        var read = CityReader.Read(Good
            .Edit(Segments, node => node["features"] = new JsonArray([.. node["features"]!.AsArray().Concat(features).Select(feature => feature!.DeepClone())]))
            .Edit(Dependencies, node =>
            {
                foreach (var (id, rule) in rules)
                {
                    node["segments"]![id] = rule!.DeepClone();
                }
            }));

        Assert.Equal(FaultCode.SupplyLoop, Assert.Single(read.Faults).Code);
    }
}
