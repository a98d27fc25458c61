using System.Text;
using System.Text.Json.Nodes;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Scenarios;
using CsCheck;
using Xunit;

namespace CityTwin.Import.Tests.Scenarios;

/// <summary>Breach scenarios are read whole, or refused with every fault at once, before anything runs.</summary>
public sealed class BreachScenarioReaderTests
{
    private static readonly string[] Tokens =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "0", "1e999", "\"\"", "{}", "[]", "\"\\ud800\"", "1000001", "\"mail-open\"", "\\", "\u0000"];

    private static string Good => $$"""
        {"schemaVersion": 1, "name": "Mail", "about": "What a letter does.", "city": "{{SmallCity.City.Hash}}", "startsAt": "2026-03-06T18:00:00Z",
         "horizonSeconds": 86400.5, "profile": "thief", "entries": ["mail-open"], "start": "street", "targets": ["controller-take", "link-cross"],
         "events": [{"at": 20, "start": ["works"]}, {"at": 1.25, "target": "second-feeder", "level": 300, "cause": "storm"}],
         "repairs": [{"at": 10, "target": "second-feeder", "cause": "storm"}],
         "defences": ["everything"], "seed": 7, "runs": 1000000, "inputDraws": 1000}
        """;

    [Fact]
    public void Scenario_is_read_with_all_it_says_and_written_back_the_same()
    {
        var read = Read(Good);

        Assert.Empty(read.Faults);
        var scenario = read.Scenario!;
        Assert.Equal(("Mail", 86_400_500L, "thief", 7UL), (scenario.Name, scenario.HorizonTicks, scenario.Profile.Value, scenario.Seed));
        Assert.Equal((1_000_000, 1_000, "street"), (scenario.Runs, scenario.InputDraws, scenario.Start?.Value));
        Assert.Equal(["controller-take", "link-cross"], scenario.Targets.Select(target => target.Value));
        Assert.Equal([1_250, 10_000, 20_000], scenario.Events.Select(item => item.AfterTicks));
        Assert.Equal(new CeilingEvent(10_000, new("second-feeder"), 1000, "storm"), scenario.Events[1]);
        var written = BreachScenarioWriter.Write(scenario);
        var again = BreachScenarioReader.Read("again.json", written, SmallCity.City);
        Assert.Empty(again.Faults);
        Assert.Equal(written, BreachScenarioWriter.Write(again.Scenario!));
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_place()
    {
        var read = Read("""
            {"schemaVersion": 2, "city": "other", "startsAt": "soon", "horizonSeconds": 0, "profile": "ghost", "entries": ["yard-enter", "nothing"],
             "start": "nowhere", "targets": ["link-cross", "nobody"], "events": [{"at": 5, "target": "second-feeder", "level": 1001}],
             "defences": ["wall"], "seed": -1, "runs": 0, "inputDraws": 1001, "budget": 1}
            """);

        Assert.Null(read.Scenario);
        string[] expected =
        [
            "unsupported-version $.schemaVersion", "missing-property $.name", "missing-property $.about", "wrong-city $.city", "wrong-type $.startsAt",
            "out-of-range $.horizonSeconds", "unknown-reference $.profile", "contradiction $.entries", "unknown-reference $.entries[1]",
            "unknown-reference $.start", "unknown-reference $.targets[1]", "out-of-range $.events[0].at", "unknown-reference $.events[0].target",
            "out-of-range $.events[0].level", "unknown-reference $.defences[0]", "out-of-range $.seed", "out-of-range $.runs", "out-of-range $.inputDraws",
            "unknown-property $.budget",
        ];
        Assert.Equal(expected.Order(), read.Faults.Select(fault => $"{fault.Code} {fault.Place}").Order());
    }

    [Theory]
    [InlineData("runs", "1000001", FaultCode.OutOfRange)]
    [InlineData("runs", null, FaultCode.MissingProperty)]
    [InlineData("targets", "[]", FaultCode.OutOfRange)]
    [InlineData("targets", null, FaultCode.MissingProperty)]
    [InlineData("profile", null, FaultCode.MissingProperty)]
    [InlineData("profile", "\"vandal\"", FaultCode.UnreachableTarget)]
    [InlineData("inputDraws", "0", null)]
    [InlineData("inputDraws", "1", FaultCode.OutOfRange)]
    [InlineData("inputDraws", "2", null)]
    public void One_wrong_property_is_told(string property, string? value, string? code)
    {
        var node = JsonNode.Parse(Good)!;
        if (property == "profile" && code == FaultCode.UnreachableTarget)
        {
            // One fault a target: without enough skill neither is reached.
            node["targets"] = new JsonArray("controller-take");
        }

        node[property] = value is null ? null : JsonNode.Parse(value);
        var read = Read(node.ToJsonString());

        Assert.Equal(code is null ? [] : [$"{code} $.{property switch { "profile" when code == FaultCode.UnreachableTarget => "targets", _ => property }}"],
            read.Faults.Select(fault => $"{fault.Code} {fault.Place}"));
    }

    [Fact]
    public void Who_names_entries_and_no_start_does_not_come_in_person()
    {
        var node = JsonNode.Parse(Good)!;
        node["start"] = null;

        Assert.Equal(["unreachable-target $.targets"], Read(node.ToJsonString()).Faults.Select(fault => $"{fault.Code} {fault.Place}"));
    }

    [Fact]
    public void Target_behind_an_area_is_unreachable_for_somebody_who_never_comes_in_person()
    {
        var node = JsonNode.Parse(Good)!;
        node["profile"] = "state";
        node["start"] = null;

        var fault = Assert.Single(Read(node.ToJsonString()).Faults);

        Assert.Equal(FaultCode.UnreachableTarget, fault.Code);
        Assert.Contains("controller-take", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skill_counts_at_its_value_where_no_input_is_drawn_and_over_its_range_where_it_is()
    {
        var city = SmallCity.City;
        var step = city.Security.Steps.Single(step => step.Id.Value == "link-cross");
        city = city with
        {
            Security = city.Security with { Steps = city.Security.Steps.Replace(step, step with { Skill = new(0.55, 0.5, 0.6) }) },
        };
        var node = JsonNode.Parse(Good)!;
        Assert.Empty(Read(node.ToJsonString(), city).Faults);

        node["inputDraws"] = 0;
        Assert.All(Read(node.ToJsonString(), city).Faults, fault => Assert.Equal(FaultCode.UnreachableTarget, fault.Code));
        Assert.NotEmpty(Read(node.ToJsonString(), city).Faults);
    }

    [Fact]
    public void City_without_a_security_model_is_one_fault_and_not_one_for_each_name()
    {
        var read = Read(Good.Replace("second-feeder", "works", StringComparison.Ordinal), SmallCity.City with { Security = SecurityModel.None });

        Assert.Equal((FaultCode.UnknownReference, "$"), (Assert.Single(read.Faults).Code, read.Faults[0].Place));
    }

    [Fact]
    public void A_mutated_scenario_gives_faults_or_a_scenario_and_never_throws() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 30], Gen.Int[0, Tokens.Length - 1]).List[1, 3].Sample(mutations =>
        {
            var text = mutations.Aggregate(Good, (text, mutation) =>
            {
                var at = mutation.Item1 % text.Length;
                return text[..at] + Tokens[mutation.Item3] + text[Math.Min(text.Length, at + mutation.Item2)..];
            });

            var read = Read(text);

            Assert.True(read.Scenario is not null || read.Faults.Any(fault => fault.Severity == FaultSeverity.Error), text);
        });

    private static BreachScenarioReadResult Read(string text, Core.Model.City? city = null) =>
        BreachScenarioReader.Read("breach.json", Encoding.UTF8.GetBytes(text), city ?? SmallCity.City);
}
