using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>What comes first where several things fall into one instant: causes before what they cause.</summary>
public sealed class Same_instant
{
    [Fact]
    public void A_camera_whose_power_was_cut_does_not_see_the_next_step_begin()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("cut-power", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null, new Manipulation(new("cable"), 0)),
            Cyber("act", StepLogic.Any, ["cut-power"], Duration.Constant(60), 1, [Noticed(1, sensor: "camera")]),
        };

        Assert.Null(RunOnce(steps, Adversary(["entry"])).DetectedAt);
    }

    [Fact]
    public void A_camera_sees_the_step_that_blinds_it_however_short_it_is()
    {
        foreach (var at in new[] { DetectionPoint.Beginning, DetectionPoint.Middle, DetectionPoint.End })
        {
            foreach (var seconds in new[] { 0, 60 })
            {
                var blind = Physical("blind", "yard", "yard", Duration.Constant(seconds), [Noticed(1, at, "camera")], new LossOfView([new("camera")], false));

                Assert.NotNull(RunOnce([blind], Adversary(start: "yard")).DetectedAt);
            }
        }
    }

    private static RunOutcome RunOnce(AttackStep[] steps, AdversaryProfile profile)
    {
        var run = new BreachRun(Plan(With(SecurityOf(steps, profile)), Scenario([steps[^1].Id.Value])));
        run.Go(0);
        return run.Outcome;
    }
}
