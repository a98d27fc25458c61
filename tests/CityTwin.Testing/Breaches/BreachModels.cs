using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Cities;

namespace CityTwin.Testing.Breaches;

/// <summary>Security models and scenarios made by hand, upon <see cref="HarbourCity"/> unless another city is given.</summary>
public static class BreachModels
{
    public const long Hour = 3_600_000;

    public static readonly ProfileId Profile = new("thief");

    /// <summary>An adversary who can do everything, starting from these steps or in this area.</summary>
    public static AdversaryProfile Adversary(
        IEnumerable<string>? entries = null, string? start = null, int hands = 1_000_000, double neutralisation = 1, Knowledge knowledge = Knowledge.Plans) => new(
        Profile, "Thief", "thief", Estimate.One, Estimate.One, hands, knowledge,
        [.. (entries ?? []).Select(entry => new StepId(entry)).Order()], start is null ? null : new AreaId(start), Estimate.Of(neutralisation), []);

    public static AttackStep Cyber(
        string id, StepLogic logic, IEnumerable<string> parents, Duration duration, double exists = 1,
        IEnumerable<Detection>? detections = null, params CompromiseEffect[] effects) => new(
        new(id), id, new("asset"), StepKind.Cyber, logic, [.. parents.Select(parent => new StepId(parent))], duration,
        Estimate.Of(exists), Estimate.Zero, [.. detections ?? []], [.. effects], null, null, null, []);

    public static AttackStep Physical(
        string id, string from, string to, Duration duration, IEnumerable<Detection>? detections = null, params CompromiseEffect[] effects) => new(
        new(id), id, new("asset"), StepKind.Physical, StepLogic.Any, [], duration,
        Estimate.One, Estimate.Zero, [.. detections ?? []], [.. effects], new(from), new(to), null, []);

    public static Detection Noticed(double probability, DetectionPoint at = DetectionPoint.Beginning, string? sensor = null) =>
        new(sensor is null ? null : new SensorId(sensor), Estimate.Of(probability), at, null);

    public static Response Answer(Duration? respond, double communication = 1, bool isOne = false) =>
        new(Estimate.Of(communication), isOne, Duration.None, Duration.None, respond);

    public static SecurityModel SecurityOf(IEnumerable<AttackStep> steps, AdversaryProfile profile, Response? cyber = null, Response? physical = null)
    {
        var all = steps.OrderBy(step => step.Id).ToImmutableArray();
        var areas = all.SelectMany(step => new[] { step.From, step.To }).OfType<AreaId>()
            .Concat(profile.Start is { } start ? [start] : []).Distinct().Order();
        return SecurityModel.None with
        {
            Assets = [new(new("asset"), "Asset", "site", null, null, [], [])],
            Areas = [.. areas.Select(area => new Area(area, area.Value, new("harbour"), new(4.5, 51.9)))],
            Steps = all,
            Profiles = [profile],
            Response = ResponsePlan.None with { Cyber = cyber ?? Response.None, Physical = physical ?? Response.None },
        };
    }

    /// <summary>
    /// A graph as cyber steps of an adversary who always has a hand free, named by <see cref="IdOf"/>. Starts are given,
    /// whatever their chance: here they have none to lose.
    /// </summary>
    public static SecurityModel SecurityOf(StepGraph graph) => SecurityOf(
        graph.Steps.Select((step, index) => Cyber(
            IdOf(index), step.Logic, step.Parents.Select(IdOf), Duration.Constant(step.DurationSeconds), graph.Starts.Contains(index) ? 1 : step.Exists)),
        Adversary(graph.Starts.Select(IdOf)));

    /// <summary>In the order of the indices.</summary>
    public static string IdOf(int index) => $"s{index:D4}";

    /// <summary>
    /// Tasks one after the other as physical steps, each with its detections, the last of them on the spot; from area 0 on.
    /// </summary>
    public static SecurityModel SecurityOf(IReadOnlyList<EasiTask> tasks, EasiResponse response, CommunicationDraw draw) => SecurityOf(
        tasks.Select((task, index) => Physical(
            IdOf(index), $"area-{index:D4}", $"area-{Math.Min(index + 1, tasks.Count - 1):D4}",
            Duration.Normal(task.MeanSeconds, task.DeviationSeconds),
            [
                Noticed(task.DetectedAtBeginning),
                Noticed(task.DetectedHalfway, DetectionPoint.Middle),
                Noticed(task.DetectedAtEnd, DetectionPoint.End),
            ])),
        Adversary(start: "area-0000"),
        physical: Answer(Duration.Normal(response.MeanSeconds, response.DeviationSeconds), response.Communication, draw == CommunicationDraw.PerAttack));

    public static BreachScenario Scenario(IEnumerable<string> targets, ulong seed = 1, long horizonTicks = 24 * Hour, params ScenarioEvent[] events) => new(
        "scenario", "", null, null, horizonTicks, Profile, [], null, [.. targets.Select(target => new StepId(target)).Order()],
        [.. events], [], seed, 1_000, 0);

    public static City With(SecurityModel model, City? city = null) => (city ?? HarbourCity.Of()) with { Security = model };

    /// <summary>Ready to run, from a new city.</summary>
    public static BreachPlan Plan(City city, BreachScenario scenario, params DefenceId[] defences)
    {
        var defended = Defended.By(city, scenario.Defences.Concat(defences));
        var ground = new BreachGround(city, SimulationStart.New(city, scenario.StartsAt ?? SimulationStart.DefaultAt), scenario, defended.Patch);
        return BreachPlan.Of(ground, scenario, defended, InputValues.Stated);
    }
}
