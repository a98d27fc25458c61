using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

public sealed class Lost_services
{
    [Fact]
    public void A_service_that_an_attack_keeps_from_being_put_back_is_lost_though_its_level_never_changes()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("hold", StepLogic.Any, ["entry"], Duration.Constant(10), 1, null, new Destruction(new("cable"), 0, Duration.Constant(1e6))),
        };
        var city = With(SecurityOf(steps, Adversary(["entry"])));
        var scenario = Scenario(["hold"], horizonTicks: 24 * Hour, events: new CeilingEvent(Hour, new("cable"), 1000, "storm"));
        var start = InAStorm(city);
        var ground = new BreachGround(city, start, scenario, CityPatch.None);
        var plan = BreachPlan.Of(ground, scenario, Defended.By(city, []), InputValues.Stated);
        var run = new BreachRun(plan);

        run.Go(0);
        var tally = new BreachTally(plan);
        var lost = tally.Take(run);

        // 300 people in the harbour from the first hour on, 40 in the hospital whose battery is empty.
        Assert.Equal(23 * 340 * 1000, lost);
        Assert.Equal(lost, run.LostThousandthHours());
    }

    private static SimulationStart InAStorm(City city)
    {
        var kernel = Kernel.Compile(city);
        var at = SimulationStart.DefaultAt;
        var state = KernelState.Begin(kernel, at.ToUnixTimeMilliseconds() - Hour * 48, ceilings: [new(kernel.IndexOf(new("cable")), 0)]);
        while (state.AdvanceOne(at.ToUnixTimeMilliseconds()))
        {
        }

        var storm = new Cause("storm", 0, "test", "a storm", at);
        return SimulationStart.Of(city.Hash, state, segment => segment == new SegmentId("cable") ? [storm] : []) with { At = at.ToUnixTimeMilliseconds() };
    }
}
