using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

public sealed class How_an_attack_begins
{
    private const int Runs = 2_000;

    [Fact]
    public void An_entry_is_given_whatever_its_chance_and_skill_and_a_defence_makes_it_as_much_rarer_as_it_says()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None, 0.5) with { Skill = Estimate.Of(0.9) },
            Cyber("act", StepLogic.Any, ["entry"], Duration.Constant(60)),
        };
        var model = SecurityOf(steps, Adversary(["entry"]) with { Skill = Estimate.Of(0.1) }) with
        {
            Defences =
            [
                new(new("never"), "Never", "patch", Estimate.One, [new StepDisabled(new("entry"))]),
                new(new("rarer"), "Rarer", "patch", Estimate.One, [new StepRarer(new("entry"), Estimate.Of(0.2))]),
            ],
        };

        Assert.Equal(Runs, Successes(Plan(With(model), Scenario(["act"]))));
        Assert.InRange(Surprise.Of(Successes(Plan(With(model), Scenario(["act"]), new DefenceId("rarer"))), Runs, 0.2), 0, 4);
        Assert.Equal(0, Successes(Plan(With(model), Scenario(["act"]), new DefenceId("never"))));
    }

    [Fact]
    public void What_an_attack_begins_with_rests_on_no_parent_that_came_later_or_never()
    {
        var steps = new[]
        {
            Cyber("entry-any", StepLogic.Any, ["later"], Duration.None),
            Cyber("entry-all", StepLogic.All, ["never", "later"], Duration.None),
            Cyber("first", StepLogic.Any, [], Duration.None),
            Cyber("later", StepLogic.Any, ["first"], Duration.Constant(10)),
            Cyber("never", StepLogic.Any, ["first"], Duration.None, 0),
            Cyber("target", StepLogic.All, ["entry-any", "entry-all"], Duration.Constant(60)),
        };
        var plan = Plan(With(SecurityOf(steps, Adversary(["entry-all", "entry-any", "first"]))), Scenario(["target"]));
        var run = new BreachRun(plan);
        run.Go(0);

        Assert.Equal(["entry-all", "entry-any", "target"], plan.Steps.Where((_, step) => run.Outcome.IsOnTheWay[step]).Select(step => step.Value));
    }

    private static long Successes(BreachPlan plan)
    {
        var run = new BreachRun(plan);
        return Enumerable.Range(0, Runs).LongCount(number =>
        {
            run.Go(number);
            return run.Outcome.SucceededAt is not null;
        });
    }
}
