using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>What somebody who comes in person does next.</summary>
public sealed class Way_on_foot
{
    [Fact]
    public void Who_needs_a_key_fetches_it_before_the_door()
    {
        var steps = new[]
        {
            Physical("fetch-key", "yard", "yard", Duration.Constant(50)),
            Physical("open-door", "yard", "hall", Duration.Constant(10)) with { Parents = [new("fetch-key")] },
            Physical("saw", "hall", "hall", Duration.Constant(100)),
        };

        Assert.Equal(["fetch-key", "open-door", "saw"], Reached(steps, Adversary(start: "yard"), "saw"));
    }

    [Fact]
    public void Of_two_keys_the_one_on_the_quicker_way_is_fetched()
    {
        var steps = new[]
        {
            Physical("a-slow-key", "yard", "yard", Duration.Constant(20)),
            Physical("b-quick-key", "yard", "yard", Duration.Constant(50)),
            Physical("slow-door", "yard", "hall", Duration.Constant(900)) with { Parents = [new("a-slow-key")] },
            Physical("quick-door", "yard", "hall", Duration.Constant(10)) with { Parents = [new("b-quick-key")] },
            Physical("saw", "hall", "hall", Duration.Constant(100)),
        };

        Assert.Equal(["b-quick-key", "quick-door", "saw"], Reached(steps, Adversary(start: "yard"), "saw"));
    }

    [Fact]
    public void A_free_hand_opens_the_door_in_the_way_before_it_does_what_is_farther_from_a_target()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("a-detour", StepLogic.Any, ["entry"], Duration.Constant(500)),
            Cyber("b-detour", StepLogic.Any, ["a-detour"], Duration.Constant(500)),
            Cyber("unlock", StepLogic.Any, ["entry"], Duration.Constant(10)),
            Physical("enter", "yard", "hall", Duration.Constant(5)) with { Parents = [new("unlock")] },
            Physical("saw", "hall", "hall", Duration.Constant(100)) with { Parents = [new("entry"), new("b-detour")] },
        };

        Assert.Equal(["entry", "unlock", "enter"], Reached(steps, Adversary(["entry"], "yard", hands: 1), "saw").Take(3));
    }

    [Fact]
    public void Who_plans_nothing_tries_in_person_what_is_open_though_it_leads_to_no_target()
    {
        var steps = new[]
        {
            Physical("spray", "yard", "yard", Duration.Constant(20)),
            Physical("fence", "yard", "field", Duration.Constant(30)),
            Physical("smash", "field", "field", Duration.Constant(20)),
            Cyber("never", StepLogic.Any, [], Duration.None),
        };

        Assert.Equal(["spray", "fence", "smash"], Reached(steps, Adversary(start: "yard", knowledge: Knowledge.None), "never"));
        Assert.Empty(Reached(steps, Adversary(start: "yard"), "never"));
    }

    [Fact]
    public void Who_knows_the_sensors_goes_the_same_way_in_every_draw_and_another_where_skill_does_not_do()
    {
        var skilled = new Estimate(0.5, 0, 1);
        var steps = new[]
        {
            Physical("fence", "outside", "yard", Duration.Constant(60), [Noticed(0.9)]),
            Physical("tunnel", "outside", "yard", Duration.Constant(600)) with { Skill = Estimate.Of(0.5) },
            Physical("saw", "yard", "yard", Duration.Constant(300)),
        };
        var profile = Adversary(start: "outside", knowledge: Knowledge.Defences) with { Skill = skilled };
        var city = With(SecurityOf(steps, profile, physical: Answer(Duration.Normal(120, 30))));
        var (scenario, defended) = (Scenario(["saw"]), Defended.By(city, []));
        var stated = Plan(city, scenario);

        var ways = Enumerable.Range(1, 20).Select(draw => BreachPlan.Of(stated.Ground, scenario, defended, InputValues.Drawn(1, draw), stated))
            .Select(plan => string.Join(' ', plan.Tables.KnownWay.Select(step => plan.Steps[step]))).ToHashSet();

        Assert.Equal(["fence saw", "tunnel saw"], ways.Order(StringComparer.Ordinal));
    }

    private static string[] Reached(AttackStep[] steps, AdversaryProfile profile, string target)
    {
        var story = new List<StoryLine>();
        new BreachRun(Plan(With(SecurityOf(steps, profile)), Scenario([target]))).Go(0, story);
        return [.. story.Where(line => line.Kind == StoryKind.Reached).Select(line => line.Subject)];
    }
}
