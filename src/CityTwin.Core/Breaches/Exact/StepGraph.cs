using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>A step of a graph.</summary>
/// <param name="Parents">Indices of the steps it needs; a step without parents is reached only as a start.</param>
/// <param name="Exists">The chance that it can be taken at all, 0..1, independent of the others.</param>
/// <param name="DurationSeconds">How long it takes once open; at least 0.</param>
public sealed record GraphStep(string Name, StepLogic Logic, ImmutableArray<int> Parents, double Exists, double DurationSeconds);

/// <summary>
/// An AND/OR attack graph with constant times: what <see cref="EarliestTimes"/> and <see cref="ReachProbability"/> are exact
/// on. Circles are allowed. Starts are given: reached at time 0, whatever their parents, their chance and their time.
/// </summary>
public sealed partial class StepGraph
{
    /// <param name="starts">Indices of the steps that an attack begins with.</param>
    /// <exception cref="ArgumentException">A parent or start is no step, a chance is not within 0..1, a time is negative or not finite.</exception>
    public StepGraph(ImmutableArray<GraphStep> steps, ImmutableArray<int> starts)
    {
        foreach (var step in steps)
        {
            if (step.Parents.Concat(starts).Any(index => index < 0 || index >= steps.Length))
            {
                throw new ArgumentException($"The step '{step.Name}' has a parent that is not there, or a start is not there.", nameof(steps));
            }

            if (!(step.Exists is >= 0 and <= 1) || !(step.DurationSeconds is >= 0 and < double.PositiveInfinity))
            {
                throw new ArgumentException($"The step '{step.Name}' has a chance outside 0..1, or a time that is negative or not finite.", nameof(steps));
            }
        }

        Steps = [.. steps.Select(step => step with { Parents = [.. step.Parents.Distinct()] })];
        Starts = [.. starts.Distinct().Order()];
        var children = Steps.Select(_ => ImmutableArray.CreateBuilder<int>()).ToArray();
        for (var child = 0; child < Steps.Length; child++)
        {
            foreach (var parent in Steps[child].Parents)
            {
                children[parent].Add(child);
            }
        }

        Children = [.. children.Select(list => list.ToImmutable())];
    }

    public ImmutableArray<GraphStep> Steps { get; }

    /// <summary>Sorted, each once.</summary>
    public ImmutableArray<int> Starts { get; }

    /// <summary>Of each step those that have it as a parent.</summary>
    internal ImmutableArray<ImmutableArray<int>> Children { get; }

    /// <summary>
    /// A circle of AND steps, each the parent of the next: none of them can ever be reached, so it is a mistake of whoever
    /// wrote it. Starts break circles.
    /// </summary>
    /// <returns>The indices in order, the first not repeated; empty where there is none.</returns>
    public ImmutableArray<int> CircleOfAll()
    {
        var isWaiting = Steps.Select(step => step.Logic == StepLogic.All).ToArray();
        foreach (var start in Starts)
        {
            isWaiting[start] = false;
        }

        // Takes away every AND step with no AND parent left; whoever stays lies on a circle or behind one.
        var parentsLeft = Steps.Select(step => step.Parents.Count(parent => isWaiting[parent])).ToArray();
        var free = new Queue<int>(Enumerable.Range(0, Steps.Length).Where(step => isWaiting[step] && parentsLeft[step] == 0));
        while (free.TryDequeue(out var step))
        {
            isWaiting[step] = false;
            foreach (var child in Children[step].Where(child => isWaiting[child] && --parentsLeft[child] == 0))
            {
                free.Enqueue(child);
            }
        }

        var at = Array.IndexOf(isWaiting, true);
        if (at < 0)
        {
            return [];
        }

        var walked = new List<int>();
        while (!walked.Contains(at))
        {
            walked.Add(at);
            at = Steps[at].Parents.First(parent => isWaiting[parent]);
        }

        // Parents were followed, so the circle is turned round; it begins with its first step.
        var circle = walked.Skip(walked.IndexOf(at)).Reverse().ToList();
        var first = circle.IndexOf(circle.Min());
        return [.. circle.Skip(first), .. circle.Take(first)];
    }
}
