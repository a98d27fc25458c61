using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using Xunit;
using static CityTwin.Core.Tests.Simulation.SmallTown;

namespace CityTwin.Core.Tests.Simulation;

/// <summary>What-if runs, by numbers that can be checked by hand.</summary>
public sealed class SimulatorTests
{
    private static readonly CeilingEvent PlantLost = new(Hour, new("plant"), 0, "fire");
    private static readonly CeilingEvent PlantRepaired = new(3 * Hour, new("plant"), 1000, "fire");

    [Fact]
    public void Scenario_loses_the_people_hours_that_a_hand_would_count()
    {
        var report = Run(Scenario(PlantLost, PlantRepaired));
        var (power, water) = (Service(report, Power), Service(report, Water));

        // Dark from hour 1 to 3: 2 h times 1,000 people. The battery holds for the first hour of it, and the pump
        // restarts for a minute afterwards: 1 h and 1 min times 1,000 people.
        Assert.Equal([new(0, 1000), new(Hour, 0), new(3 * Hour, 1000)], power.Levels);
        Assert.Equal(2_000_000, power.LostThousandthHours);
        Assert.Equal([new(0, 1000), new(2 * Hour, 0), new((3 * Hour) + 60_000, 1000)], water.Levels);
        Assert.Equal(1_016_667, water.LostThousandthHours);
        Assert.Equal(3_016_667, report.LostThousandthHours);
        Assert.Equal([new(0, 1000)], power.LevelsWithout);
    }

    [Fact]
    public void First_critical_failure_is_told_with_its_cause()
    {
        var critical = Run(Scenario(PlantLost)).FirstCritical;
        Assert.NotNull(critical);
        Assert.Equal((Hour, Power, 0, 500), (critical.AfterTicks, critical.Service, critical.LevelPermille, critical.CriticalBelowPermille));
        var chain = critical.Causes.Single();
        Assert.Equal("feeder 0 (network) < substation 0 (supply) < plant 0 (ceiling fire)", ReportText.Line(chain));
    }

    [Fact]
    public void Repair_lifts_only_its_own_cause()
    {
        var report = Run(Scenario(PlantLost, new CeilingEvent(2 * Hour, new("plant"), 400, "flood"), PlantRepaired));
        Assert.Equal([new(0, 1000), new(Hour, 0), new(3 * Hour, 400)], Service(report, Power).Levels);
    }

    [Fact]
    public void Closing_the_tie_brings_power_back()
    {
        var report = Run(Scenario(PlantLost, new CeilingEvent(2 * Hour, new("tie"), 1000, SegmentRules.PositionCause)));
        Assert.Equal([new(0, 1000), new(Hour, 0), new(2 * Hour, 1000)], Service(report, Power).Levels);
    }

    [Fact]
    public void Start_comes_one_tick_after_everything_else_of_its_instant()
    {
        var loop = new[] { new SegmentId("control-a"), new SegmentId("control-b") };
        var report = Run(Scenario(
            new CeilingEvent(Hour, loop[0], 0, "fire"),
            new CeilingEvent(2 * Hour, loop[0], 1000, "fire"),
            new StartEvent(2 * Hour, [.. loop])));
        Assert.Equal([new(0, 1000), new(Hour, 0), new((2 * Hour) + 1, 1000)], Service(report, Control).Levels);
    }

    [Fact]
    public void Start_alone_in_its_instant_comes_one_tick_after_that_instant()
    {
        var loop = new[] { new SegmentId("control-a"), new SegmentId("control-b") };
        var report = Run(Scenario(
            new CeilingEvent(0, loop[0], 0, "fire"),
            new CeilingEvent(Hour, loop[0], 1000, "fire"),
            new StartEvent(2 * Hour, [.. loop])));
        Assert.Equal([new(0, 1000), new(1, 0), new((2 * Hour) + 1, 1000)], Service(report, Control).Levels);
    }

    [Fact]
    public void Timeline_tells_each_change_once_also_when_a_start_is_put_aside()
    {
        var loop = new[] { new SegmentId("control-a"), new SegmentId("control-b") };
        var report = Run(Scenario(
            new CeilingEvent(Hour, loop[0], 0, "fire"),
            new StartEvent(2 * Hour, [.. loop]),
            new CeilingEvent(3 * Hour, loop[0], 1000, "fire"),
            new StartEvent(4 * Hour, [.. loop])));
        Assert.Equal(
            [
                new(Hour, loop[0], 1000, 0),
                new(Hour, loop[1], 1000, 0),
                new((4 * Hour) + 1, loop[0], 0, 1000),
                new((4 * Hour) + 1, loop[1], 0, 1000),
            ],
            report.Timeline);
    }

    [Fact]
    public void Start_waits_for_what_falls_due_in_its_instant()
    {
        // The battery empties at the very tick at which the start would run.
        var report = Run(Scenario(PlantLost, new StartEvent((2 * Hour) - 1, [new("pump")]), PlantRepaired));
        Assert.Equal([new(0, 1000), new(2 * Hour, 0), new((3 * Hour) + 60_000, 1000)], Service(report, Water).Levels);
    }

    [Fact]
    public void Loop_that_went_down_together_is_told_as_a_ring()
    {
        var run = new SimulationRun(Town, SimulationStart.New(Town, SimulationStart.DefaultAt), CityPatch.None, Core.Dependencies.KernelLimits.Default);
        var events = Scenario(new CeilingEvent(0, new("control-a"), 0, "fire"), new CeilingEvent(Hour, new("control-a"), 1000, "fire")).Events;
        run.Go(events, 2 * Hour, () => { }, TestContext.Current.CancellationToken);
        var chain = CauseChain.Explain(run.State, run.CausesOf, new SegmentId("control-a"));
        Assert.Equal("control-a 0 (needs) < control-b 0 (needs) < control-a 0 (ring)", ReportText.Line(chain));
    }

    [Fact]
    public void Longer_battery_in_a_patch_saves_what_it_bridges()
    {
        var scenario = Scenario(PlantLost, PlantRepaired);
        var patched = scenario with { Patch = new([new(new("battery"), new(1000, 5 * Hour, null))], [], []) };
        var comparison = ScenarioComparison.Of(Run(scenario), Run(patched));
        Assert.Equal(0, Service(comparison.Second, Water).LostThousandthHours);
        Assert.Equal(-1_016_667, comparison.DifferenceThousandthHours);
    }

    [Fact]
    public void New_tie_in_a_patch_carries_what_the_breaker_lost()
    {
        var scenario = Scenario(new CeilingEvent(Hour, new("breaker"), 0, "fire"));
        var patched = scenario with { Patch = new([], [], [new(new("new-tie"), new("reserve"), new("feeder"))]) };
        Assert.Equal(0, Service(Run(scenario), Power).LowestPermille);
        Assert.Equal(1000, Service(Run(patched), Power).LowestPermille);
    }

    [Fact]
    public void Patch_that_feeds_itself_is_refused()
    {
        var patch = new CityPatch([], [new(new("tap"), new("tap"))], []);
        Assert.Contains("supply loop", Assert.Single(PatchRules.Faults(Town, patch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_scenario_gives_the_same_bytes()
    {
        Assert.Equal(Bytes(), Bytes());

        static byte[] Bytes()
        {
            using var stream = new MemoryStream();
            ReportJson.Write(stream, Run(Scenario(PlantLost, PlantRepaired)));
            return stream.ToArray();
        }
    }

    [Fact]
    public void Run_from_a_read_out_state_goes_on_where_the_state_was()
    {
        var whole = Run(Scenario(PlantLost, PlantRepaired));
        var start = SimulationStart.New(Town, SimulationStart.DefaultAt);
        var run = new SimulationRun(Town, start, CityPatch.None, Core.Dependencies.KernelLimits.Default);
        run.Go([PlantLost], Hour + (Hour / 2), () => { }, TestContext.Current.CancellationToken);
        var half = SimulationStart.Of(Town.Hash, run.State, run.CausesOf);
        var later = Scenario(PlantRepaired with { AfterTicks = PlantRepaired.AfterTicks - run.Now });
        var rest = Simulator.Run(Town, half, later, cancellation: TestContext.Current.CancellationToken);

        // Counted from the later start, the battery empties and the pump restarts at the very same instants.
        var shifted = Service(rest, Water).Levels.Skip(1).Select(step => step with { AfterTicks = step.AfterTicks + run.Now });
        Assert.Equal(Service(whole, Water).Levels.Skip(1), shifted);
    }

    [Fact]
    public void Whole_day_counts_the_mean_of_day_and_night()
    {
        var zone = Town.Zones[0] with { PeopleByDay = 3000, PeopleByNight = 1000 };
        Assert.Equal(24 * 2000 * 1000L, PeopleRules.ThousandthHours(PeopleRules.Loss(zone, -5 * Hour, 19 * Hour, 1000)));
        Assert.Equal(6 * 2500 * 500L, PeopleRules.ThousandthHours(PeopleRules.Loss(zone, 6 * Hour, 12 * Hour, 500)));
    }
}
