using CityTwin.Core.Breaches.Model;

namespace CityTwin.Import.Security;

/// <summary>Which steps can be reached at all: through parents and areas, by enough skill, when every draw falls well for the adversary.</summary>
internal sealed class StepReach
{
    private readonly Dictionary<StepId, int> _missing = [];
    private readonly ILookup<StepId, AttackStep> _children;
    private readonly ILookup<AreaId, AttackStep> _fromArea;
    private readonly Queue<AttackStep> _waiting = new();
    private readonly HashSet<AreaId> _areas = [];
    private readonly HashSet<StepId> _reached = [];

    private StepReach(SecurityModel model, double skill, bool isDrawn)
    {
        var open = model.Steps
            .Where(step => (isDrawn ? step.Exists.High : step.Exists.Value) > 0 && (isDrawn ? step.Skill.Low : step.Skill.Value) <= skill).ToArray();
        foreach (var step in open)
        {
            _missing[step.Id] = step.Parents.IsEmpty ? 0 : step.Logic == StepLogic.All ? step.Parents.Length : 1;
        }

        _children = open.SelectMany(step => step.Parents.Select(parent => (parent, step))).ToLookup(pair => pair.parent, pair => pair.step);
        _fromArea = open.Where(step => step is { Kind: StepKind.Physical, From: not null }).ToLookup(step => step.From!.Value);
    }

    /// <param name="entries">Cyber steps reached at the beginning.</param>
    /// <param name="starts">Where somebody stands at the beginning.</param>
    /// <param name="isDrawn">Whether ranges are drawn from, so that anything in them may be so; false: they stay at their values.</param>
    public static IReadOnlySet<StepId> From(
        SecurityModel model, IEnumerable<StepId> entries, IEnumerable<AreaId> starts, double skill, bool isDrawn)
    {
        var reach = new StepReach(model, skill, isDrawn);
        foreach (var area in starts)
        {
            reach.Enter(area);
        }

        foreach (var entry in entries)
        {
            reach.Reach(entry);
        }

        while (reach._waiting.TryDequeue(out var step))
        {
            reach.Reach(step.Id);
            if (step.To is { } to)
            {
                reach.Enter(to);
            }
        }

        return reach._reached;
    }

    private void Enter(AreaId area)
    {
        if (_areas.Add(area))
        {
            foreach (var step in _fromArea[area])
            {
                Try(step);
            }
        }
    }

    private void Reach(StepId reached)
    {
        if (_reached.Add(reached))
        {
            foreach (var step in _children[reached])
            {
                _missing[step.Id]--;
                Try(step);
            }
        }
    }

    /// <summary>A cyber step without parents opens only where an adversary begins with it.</summary>
    private void Try(AttackStep step)
    {
        var isOpen = step.Kind == StepKind.Cyber ? !step.Parents.IsEmpty : step.From is { } from && _areas.Contains(from);
        if (isOpen && _missing[step.Id] <= 0 && !_reached.Contains(step.Id))
        {
            _waiting.Enqueue(step);
        }
    }
}
