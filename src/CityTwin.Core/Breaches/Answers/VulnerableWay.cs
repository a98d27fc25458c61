using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// The way on foot on which interruption is least likely, by EASI: all sensors work, responders take a normal time. Where
/// guards drive, their time is that of the nearest suitable one over undamaged roads, without deviation but for the turnout's.
/// </summary>
/// <param name="Target">The physical step it leads to.</param>
/// <param name="Interruption">P_I on this way.</param>
/// <param name="CriticalPoint">The last task at which an alarm still brings responders in time, by the means; null = none does.</param>
/// <param name="MarginSeconds">How much time is left there.</param>
/// <param name="ResponseMeanSeconds">From detection until responders are there.</param>
/// <param name="IsProven">False: the search was cut short, a more vulnerable way may exist.</param>
public sealed record VulnerableWay(
    StepId Target,
    ImmutableArray<StepId> Steps,
    double Interruption,
    StepId? CriticalPoint,
    double? MarginSeconds,
    double ResponseMeanSeconds,
    bool IsProven)
{
    /// <summary>The most vulnerable of the ways to all physical targets; null where nobody comes in person.</summary>
    public static VulnerableWay? Of(BreachJob job)
    {
        var model = job.Defended.Security;
        var profile = model.Profiles.First(one => one.Id == job.Scenario.Profile);
        if (job.Scenario.StartOf(profile) is not { } start)
        {
            return null;
        }

        var wanted = job.Plan.Steps.ToHashSet();
        var inPerson = model.Steps.Where(step => wanted.Contains(step.Id) && step.Kind == StepKind.Physical && job.Plan.IsGoal(step.Id)).ToList();
        var targets = inPerson.Where(step => job.Scenario.Targets.Contains(step.Id)).ToList();
        return (targets.Count > 0 ? targets : inPerson)
            .Select(step => To(job, model, profile, start, step, wanted)).OfType<VulnerableWay>()
            .OrderBy(way => way.Interruption).ThenBy(way => way.Target).FirstOrDefault();
    }

    private static VulnerableWay? To(
        BreachJob job, SecurityModel model, AdversaryProfile profile, AreaId start, AttackStep target, HashSet<StepId> wanted)
    {
        var graph = PathGraph.Of(
            model, profile, target.Id, step => wanted.Contains(step.Id),
            detection => detection.Probability.Value * job.Plan.ShareAtStart(model, detection.Schedule));
        var response = ResponseTo(job, model, target);
        var draw = model.Response.Physical.IsOneCommunication ? CommunicationDraw.PerAttack : CommunicationDraw.PerAlarm;
        if (VulnerablePath.Find(graph, IndexOf(model, start), graph.Areas - 1, response, draw) is not { } found)
        {
            return null;
        }

        var steps = found.Tasks.Select(task => new StepId(graph.Tasks[task].Task.Name)).ToImmutableArray();
        return new(
            target.Id, steps, found.Interruption, found.Critical is { } point ? steps[point.Task] : null, found.Critical?.MarginSeconds,
            response.MeanSeconds, found.IsProven);
    }

    private static EasiResponse ResponseTo(BreachJob job, SecurityModel model, AttackStep target)
    {
        var physical = model.Response.Physical;
        return EasiResponse.Of(physical, physical.Respond ?? job.Plan.GuardTo(target.From!.Value, model.Response.Turnout));
    }

    private static int IndexOf(SecurityModel model, AreaId area) => model.Areas.Select((one, place) => (one.Id, place)).First(pair => pair.Id == area).place;
}
