using System.Text;
using CityTwin.Core.Simulation;
using CityTwin.Import.Scenarios;
using Xunit;

namespace CityTwin.Import.Tests.Scenarios;

/// <summary>Scenario files are read whole, or refused with every fault at once.</summary>
public sealed class ScenarioReaderTests
{
    private static readonly string Segment = SmallCity.City.Segments[0].Id.Value;

    [Fact]
    public void Scenario_is_read_with_events_repairs_and_starts_in_order_of_time()
    {
        var read = Read($$"""
            {"schemaVersion": 1, "name": "flood", "city": "{{SmallCity.City.Hash}}", "startsAt": "2026-03-01T12:00:00Z", "horizon": 60.5, "seed": 7,
             "events": [{"at": 20, "start": ["{{Segment}}"]}, {"at": 1.25, "target": "{{Segment}}", "level": 300, "cause": "flood"}],
             "repairs": [{"at": 10, "target": "{{Segment}}", "cause": "flood"}]}
            """);
        Assert.Empty(read.Faults);
        var scenario = read.Scenario!;
        Assert.Equal(("flood", 60_500L, 7UL), (scenario.Name, scenario.HorizonTicks, scenario.Seed));
        Assert.Equal([1_250, 10_000, 20_000], scenario.Events.Select(item => item.AfterTicks));
        Assert.Equal(new CeilingEvent(10_000, new(Segment), 1000, "flood"), scenario.Events[1]);
        Assert.Equal([new(Segment)], Assert.IsType<StartEvent>(scenario.Events[2]).Segments);
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_place()
    {
        var read = Read($$"""
            {"schemaVersion": 2, "city": "other", "horizon": 60, "startsAt": "soon",
             "events": [{"at": 61, "target": "nobody", "level": 1001}, {"at": 1, "start": ["{{Segment}}"], "cause": "x"},
                        {"at": 5, "target": "{{Segment}}", "level": 3, "cuase": "x"}, 7],
             "repairs": {"at": 1},
             "patches": {"feeds": [{"target": "{{Segment}}"}] } }
            """);
        Assert.Null(read.Scenario);
        string[] expected =
        [
            "unsupported-version $.schemaVersion",
            "missing-property $.name",
            "wrong-city $.city",
            "wrong-type $.startsAt",
            "out-of-range $.events[0].at",
            "unknown-reference $.events[0].target",
            "out-of-range $.events[0].level",
            "contradiction $.events[1].cause",
            "unknown-property $.events[2].cuase",
            "wrong-type $.events[3]",
            "wrong-type $.repairs",
            "missing-property $.patches.feeds[0].from",
        ];
        Assert.Equal(expected.Order(), read.Faults.Select(fault => $"{fault.Code} {fault.Place}").Order());
    }

    [Fact]
    public void One_cause_set_twice_in_one_instant_is_a_contradiction()
    {
        var read = Read($$"""
            {"schemaVersion": 1, "name": "x", "horizon": 60, "events": [{"at": 5, "target": "{{Segment}}", "level": 3}],
             "repairs": [{"at": 5, "target": "{{Segment}}"}] }
            """);
        Assert.Equal(FaultCode.Contradiction, Assert.Single(read.Faults).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("null")]
    [InlineData("{\"events\": {\"at\": NaN}}")]
    [InlineData("{\"horizon\": 1e400, \"events\": [null], \"patches\": [], \"seed\": -1}")]
    public void Broken_text_is_refused_and_nothing_crashes(string text)
    {
        var read = Read(text);
        Assert.Null(read.Scenario);
        Assert.NotEmpty(read.Faults);
    }

    [Fact]
    public void Snapshot_read_back_is_the_state_that_was_written()
    {
        var start = SimulationStart.New(SmallCity.City, SimulationStart.DefaultAt);
        var bytes = Write(start);
        var read = SnapshotReader.Read("snapshot.json", bytes, SmallCity.City);
        Assert.Empty(read.Faults);
        Assert.Equal(bytes, Write(read.Start!));
    }

    [Fact]
    public void Snapshot_of_another_city_is_refused()
    {
        var start = SimulationStart.New(SmallCity.City, SimulationStart.DefaultAt) with { City = new("other") };
        var read = SnapshotReader.Read("snapshot.json", Write(start), SmallCity.City);
        Assert.Equal(FaultCode.WrongCity, Assert.Single(read.Faults).Code);
    }

    private static byte[] Write(SimulationStart start)
    {
        using var stream = new MemoryStream();
        SnapshotWriter.Write(stream, start);
        return stream.ToArray();
    }

    private static ScenarioReadResult Read(string text) =>
        ScenarioReader.Read("scenario.json", Encoding.UTF8.GetBytes(text), SmallCity.City);
}
