using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>A task that takes an adversary from one area to another.</summary>
/// <param name="From">The index of the area it begins in.</param>
/// <param name="To">The index of the area it ends in; another one.</param>
public sealed record PathTask(int From, int To, EasiTask Task);

/// <summary>
/// The ways that an adversary may go in person. An act on the spot at the end, such as a sabotage, is a task to an area of
/// its own: "done".
/// </summary>
public sealed class PathGraph
{
    /// <summary>The most areas.</summary>
    public const int AreasMax = 2_000;

    /// <exception cref="ArgumentException">Too many areas, or a task from or to an area that is not there, or with impossible numbers.</exception>
    public PathGraph(int areas, ImmutableArray<PathTask> tasks)
    {
        if (areas is < 1 or > AreasMax)
        {
            throw new ArgumentException($"A graph has 1 to {AreasMax} areas, not {areas}.", nameof(areas));
        }

        foreach (var task in tasks)
        {
            if (task.From < 0 || task.From >= areas || task.To < 0 || task.To >= areas || task.From == task.To || !IsPossible(task.Task))
            {
                throw new ArgumentException($"The task '{task.Task.Name}' does not join two areas, or has impossible numbers.", nameof(tasks));
            }
        }

        Areas = areas;
        Tasks = tasks;
        var into = Enumerable.Range(0, areas).Select(_ => ImmutableArray.CreateBuilder<int>()).ToArray();
        for (var task = 0; task < tasks.Length; task++)
        {
            into[tasks[task].To].Add(task);
        }

        Into = [.. into.Select(list => list.ToImmutable())];
    }

    public int Areas { get; }

    public ImmutableArray<PathTask> Tasks { get; }

    /// <summary>Of each area the tasks that end there.</summary>
    internal ImmutableArray<ImmutableArray<int>> Into { get; }

    /// <summary>
    /// The physical steps of a model as ways to one of them: area i is <c>model.Areas[i]</c>, and the last area is "done", where
    /// the target step leads. Tasks are named by their steps.
    /// </summary>
    /// <param name="target">A physical step.</param>
    /// <param name="canTake">Which steps this adversary can take by being there: skill, defences, and parents that are given.</param>
    /// <param name="chance">The chance of a detection at the hour in question, 0..1.</param>
    public static PathGraph Of(
        SecurityModel model, AdversaryProfile profile, StepId target, Func<AttackStep, bool> canTake, Func<Detection, double> chance)
    {
        var areas = model.Areas.Select((area, index) => (area.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var done = areas.Count;
        return new(done + 1, [.. model.Steps
            .Where(step => step is { Kind: StepKind.Physical, From: not null, To: not null } && (step.Id == target || step.From != step.To) && canTake(step))
            .Select(step => new PathTask(areas[step.From!.Value], step.Id == target ? done : areas[step.To!.Value], Task(step, profile, chance)))]);
    }

    /// <summary>A step as a task of EASI, by the values as stated.</summary>
    internal static EasiTask Task(AttackStep step, AdversaryProfile profile, Func<Detection, double> chance) => new(
        step.Id.Value,
        step.Duration.MeanSeconds / profile.Speed.Value,
        Math.Sqrt(step.Duration.VarianceSecondsSquared) / profile.Speed.Value,
        Detected(step, DetectionPoint.Beginning, chance),
        Detected(step, DetectionPoint.Middle, chance),
        Detected(step, DetectionPoint.End, chance));

    private static double Detected(AttackStep step, DetectionPoint at, Func<Detection, double> chance) =>
        1 - step.Detections.Where(detection => detection.At == at).Aggregate(1.0, (unseen, detection) => unseen * (1 - chance(detection)));

    private static bool IsPossible(EasiTask task) =>
        task is { MeanSeconds: >= 0 and < double.PositiveInfinity, DeviationSeconds: >= 0 and < double.PositiveInfinity }
            and { DetectedAtBeginning: >= 0 and <= 1, DetectedHalfway: >= 0 and <= 1, DetectedAtEnd: >= 0 and <= 1 };
}
