using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>The ways on foot of one plan, searched for the most vulnerable.</summary>
internal sealed class WaySearch
{
    private readonly BreachPlan _plan;
    private readonly SecurityModel _model;
    private readonly AdversaryProfile _profile;
    private readonly AreaId _start;
    private readonly Dictionary<StepId, AttackStep> _reachable;

    private WaySearch(BreachPlan plan, Defended defended, AdversaryProfile profile, AreaId start)
    {
        (_plan, _model, _profile, _start) = (plan, defended.Security, profile, start);
        _reachable = Reachable();
        var inPerson = _reachable.Values.Where(step => step.Kind == StepKind.Physical && plan.IsGoal(step.Id)).OrderBy(step => step.Id).ToImmutableArray();
        var targets = inPerson.Where(step => plan.Scenario.Targets.Contains(step.Id)).ToImmutableArray();
        Targets = targets.IsEmpty ? inPerson : targets;
    }

    /// <summary>The scenario's targets that are reached in person; without one all that is done in person for its own sake.</summary>
    public ImmutableArray<AttackStep> Targets { get; }

    /// <returns>Null where nobody comes in person.</returns>
    public static WaySearch? For(BreachPlan plan, Defended defended)
    {
        var profile = defended.Security.Profiles.First(one => one.Id == plan.Scenario.Profile);
        return plan.Scenario.StartOf(profile) is { } start ? new(plan, defended, profile, start) : null;
    }

    /// <param name="without">A step that is not taken; null = all may be.</param>
    public VulnerableWay? To(AttackStep target, StepId? without)
    {
        var before = Before(target);
        if (before.Any(step => step.Id == without))
        {
            return null;
        }

        var graph = WithActsBefore(
            PathGraph.Of(_model, _profile, target.Id, step => _reachable.ContainsKey(step.Id) && step.Id != without, Chance), target, before);
        var response = ResponseTo(target);
        var draw = _model.Response.Physical.IsOneCommunication ? CommunicationDraw.PerAttack : CommunicationDraw.PerAlarm;
        if (VulnerablePath.Find(graph, IndexOf(_start), _model.Areas.Length, response, draw) is not { } found)
        {
            return null;
        }

        var tasks = found.Tasks.Select(task => graph.Tasks[task].Task).ToImmutableArray();
        var steps = tasks.Select(task => new StepId(task.Name)).ToImmutableArray();
        return new(
            target.Id, steps, tasks, found.Interruption, found.Critical is { } point ? steps[point.Task] : null, found.Critical?.MarginSeconds,
            response, draw, found.IsProven);
    }

    /// <summary>What the attack can come to from where it begins; a chance that is not 0 counts as possible.</summary>
    private Dictionary<StepId, AttackStep> Reachable()
    {
        var entries = _plan.Scenario.EntriesOf(_profile);
        var (reached, areas) = (new Dictionary<StepId, AttackStep>(), new HashSet<AreaId> { _start });
        var open = _model.Steps.Where(step => _plan.Steps.BinarySearch(step.Id) >= 0 && step.Exists.Value > 0).ToList();
        while (open.Where(CanBeTaken).ToList() is { Count: > 0 } next)
        {
            foreach (var step in next)
            {
                reached[step.Id] = step;
                _ = step.To is { } to && areas.Add(to);
            }

            open.RemoveAll(step => reached.ContainsKey(step.Id));
        }

        return reached;

        bool CanBeTaken(AttackStep step) => step.Kind == StepKind.Physical
            ? areas.Contains(step.From!.Value) && (step.Parents.IsEmpty || HasParents(step))
            : entries.Contains(step.Id) || (!step.Parents.IsEmpty && HasParents(step));

        bool HasParents(AttackStep step) => step.Logic == StepLogic.All ? step.Parents.All(reached.ContainsKey) : step.Parents.Any(reached.ContainsKey);
    }

    /// <summary>What must be done in the same place before a step. Where something else would do as well, nothing must.</summary>
    private List<AttackStep> Before(AttackStep target)
    {
        var (before, seen) = (new List<AttackStep>(), new HashSet<StepId> { target.Id });
        Visit(target);
        return before;

        void Visit(AttackStep step)
        {
            foreach (var parent in MustBeDoneHere(step).Where(parent => seen.Add(parent.Id)))
            {
                Visit(parent);
                before.Add(parent);
            }
        }
    }

    private IEnumerable<AttackStep> MustBeDoneHere(AttackStep step)
    {
        var parents = step.Parents.Where(_reachable.ContainsKey).Select(parent => _reachable[parent]).ToList();
        var here = parents.Where(parent => parent.Kind == StepKind.Physical && parent.From == step.From && parent.To == step.From).ToList();
        return step.Logic == StepLogic.All ? here
            : here.Count == parents.Count ? here.OrderBy(parent => parent.Duration.MeanSeconds).Take(1)
            : [];
    }

    /// <summary>Acts on the spot become tasks through areas of their own, behind the areas of the model and "done".</summary>
    private PathGraph WithActsBefore(PathGraph graph, AttackStep target, List<AttackStep> before)
    {
        if (before.Count == 0)
        {
            return graph;
        }

        var (from, done) = (IndexOf(target.From!.Value), _model.Areas.Length);
        var acts = before.Select((step, place) => new PathTask(
            place == 0 ? from : done + place, done + place + 1, PathGraph.Task(step, _profile, Chance)));
        return new(
            graph.Areas + before.Count,
            [.. graph.Tasks.Select(task => task.To == done ? task with { From = done + before.Count } : task), .. acts]);
    }

    private double Chance(Detection detection) => detection.Probability.Value * _plan.ShareAtStart(_model, detection.Schedule);

    private EasiResponse ResponseTo(AttackStep target)
    {
        var physical = _model.Response.Physical;
        return EasiResponse.Of(physical, physical.Respond ?? _plan.GuardTo(target.From!.Value, _model.Response.Turnout));
    }

    private int IndexOf(AreaId area) => _model.Areas.Select((one, place) => (one.Id, place)).First(pair => pair.Id == area).place;
}
