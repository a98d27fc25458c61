using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>The steps of a security model as a graph.</summary>
public sealed partial class StepGraph
{
    /// <summary>
    /// What an adversary may do, by the values as stated: step i of the graph is <c>model.Steps[i]</c>, after them come areas
    /// and whatever else the graph needs. Exact for cyber steps of an adversary who always has a hand free. In person one is
    /// in one place and does one thing at a time, which a graph knows nothing of: with physical steps its times are the least
    /// and its chances the greatest that are possible.
    /// </summary>
    /// <param name="profile">Skill rules out steps, speed divides times.</param>
    /// <param name="entries">Those of the profile or of a scenario.</param>
    /// <param name="start">Where the adversary stands at the beginning; null = never comes in person.</param>
    public static StepGraph Of(SecurityModel model, AdversaryProfile profile, ImmutableArray<StepId> entries, AreaId? start)
    {
        var indices = model.Steps.Select((step, index) => (step.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var areas = model.Areas.Select((area, index) => (area.Id, index)).ToDictionary(pair => pair.Id, pair => model.Steps.Length + pair.index);
        var waysIn = model.Steps
            .Where(step => step is { Kind: StepKind.Physical, To: not null }) // an act on the spot, too: who has done it stands there
            .ToLookup(step => step.To!.Value, step => indices[step.Id]);
        var extra = ImmutableArray.CreateBuilder<GraphStep>();
        var steps = model.Steps.Select(step =>
        {
            ImmutableArray<int> parents = [.. step.Parents.Select(parent => indices[parent])];
            var logic = step.Logic;
            if (step is { Kind: StepKind.Physical, From: { } from })
            {
                // To stand there comes in addition: what it needs any one of is first made one thing.
                if (logic == StepLogic.Any && parents.Length > 1)
                {
                    extra.Add(new($"{step.Id}: any parent", StepLogic.Any, parents, 1, 0));
                    parents = [model.Steps.Length + model.Areas.Length + extra.Count - 1];
                }

                (parents, logic) = (parents.Add(areas[from]), StepLogic.All);
            }

            return new GraphStep(
                step.Id.Value, logic, parents, step.Skill.Value <= profile.Skill.Value ? step.Exists.Value : 0, step.Duration.MeanSeconds / profile.Speed.Value);
        }).ToImmutableArray();
        return new(
            [.. steps, .. model.Areas.Select(area => new GraphStep($"in {area.Id}", StepLogic.Any, [.. waysIn[area.Id]], 1, 0)), .. extra],
            [.. entries.Select(entry => indices[entry]), .. start is { } stands ? [areas[stands]] : ImmutableArray<int>.Empty]);
    }
}
