using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Exact;

/// <summary>What a security model says, as the graphs that the exact companions work on.</summary>
public sealed class GraphsOfModels
{
    private static readonly AreaId Street = new("street");
    private static readonly AreaId Yard = new("yard");

    private static readonly AdversaryProfile Thief = new(
        new("thief"), "Thief", "thief", Estimate.Of(0.5), Estimate.Of(2), 1, Knowledge.Plans, [new("phish")], Street, Estimate.One, []);

    private static readonly SecurityModel Model = SecurityModel.None with
    {
        Areas = [new(Street, "Street", new("zone"), default), new(Yard, "Yard", new("zone"), default)],
        Steps =
        [
            Step("climb", StepKind.Physical, 60, from: Street, to: Yard) with { Detections = [Seen(0.5, DetectionPoint.Beginning), Seen(0.5, DetectionPoint.Beginning)] },
            Step("crack", StepKind.Cyber, 100, parents: ["phish"]) with { Skill = Estimate.Of(0.9) },
            Step("login", StepKind.Cyber, 100, parents: ["phish"]) with { Exists = Estimate.Of(0.25) },
            Step("open", StepKind.Physical, 20, parents: ["crack", "login"], from: Yard, to: Yard),
            Step("phish", StepKind.Cyber, 10),
        ],
    };

    [Fact]
    public void Step_graph_of_a_model_knows_skill_speed_parents_and_where_the_adversary_stands()
    {
        var graph = StepGraph.Of(Model, Thief, Thief.Entries, Thief.Start);

        // Twice as fast as stated: climb 30 s, login 50 s, open 10 s after both; crack needs more skill than there is.
        Assert.Equal([30, null, 50, 60, 0], EarliestTimes.Of(graph).Take(5));
        Assert.Equal([1, 0, 0.25, 0.25, 1], ReachProbability.Of(graph).Take(5));
    }

    [Fact]
    public void Step_graph_of_a_model_has_no_physical_steps_for_who_never_comes() =>
        Assert.Equal([null, null, 50, null, 0], EarliestTimes.Of(StepGraph.Of(Model, Thief, Thief.Entries, null)).Take(5));

    [Fact]
    public void Path_graph_of_a_model_leads_from_area_to_area_to_the_target()
    {
        var graph = PathGraph.Of(Model, Thief, new("open"), _ => true, detection => detection.Probability.Value);
        var response = EasiResponse.Of(
            new(Estimate.Of(0.8), false, Duration.Constant(5), Duration.Normal(10, 3), null), Duration.Normal(20, 4));
        var path = VulnerablePath.Find(graph, 0, graph.Areas - 1, response, CommunicationDraw.PerAlarm);

        Assert.Equal(new EasiResponse(0.8, 35, 5), response);
        Assert.Equal(["climb", "open"], path!.Tasks.Select(task => graph.Tasks[task].Task.Name));

        // Two independent detections of one half make three quarters; 40 s are left, 5 more than the response takes.
        Assert.Equal(new EasiTask("climb", 30, 0, 0.75, 0, 0), graph.Tasks[path.Tasks[0]].Task);
        Assert.Equal(0.8 * 0.75 * Core.Breaches.Chances.NormalDistribution.Cdf(1), path.Interruption, 1e-12);
        Assert.Equal(new CriticalPoint(0, 5), path.Critical);
    }

    private static AttackStep Step(string id, StepKind kind, double seconds, ImmutableArray<string>? parents = null, AreaId? from = null, AreaId? to = null) => new(
        new(id), id, new("asset"), kind, StepLogic.Any, [.. (parents ?? []).Select(parent => new StepId(parent))], Duration.Constant(seconds),
        Estimate.One, Estimate.Zero, [], [], from, to, null, []);

    private static Detection Seen(double probability, DetectionPoint at) => new(null, Estimate.Of(probability), at, null);
}
