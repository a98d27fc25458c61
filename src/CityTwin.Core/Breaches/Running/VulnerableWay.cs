using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// The way on foot on which interruption is least likely, by EASI: all sensors work, responders take a normal time. Where
/// guards drive, their time is that of the nearest suitable one over undamaged roads, without deviation but for the turnout's.
/// Only steps that this attack can come to count: a key that nobody steals opens no door. What must be done on the spot
/// before the target, such as opening a cabinet, is part of the way.
/// </summary>
/// <remarks>An adversary with <see cref="Knowledge.Defences"/> goes this way.</remarks>
/// <param name="Target">The physical step it leads to.</param>
/// <param name="Tasks">The same as tasks of EASI, named by their steps.</param>
/// <param name="Interruption">P_I on this way.</param>
/// <param name="CriticalPoint">The last task at which an alarm still brings responders in time, by the means; null = none does.</param>
/// <param name="MarginSeconds">How much time is left there.</param>
/// <param name="Response">From detection until responders are there.</param>
/// <param name="IsProven">False: the search was cut short, a more vulnerable way may exist.</param>
public sealed record VulnerableWay(
    StepId Target,
    ImmutableArray<StepId> Steps,
    ImmutableArray<EasiTask> Tasks,
    double Interruption,
    StepId? CriticalPoint,
    double? MarginSeconds,
    EasiResponse Response,
    CommunicationDraw Draw,
    bool IsProven)
{
    public double ResponseMeanSeconds => Response.MeanSeconds;

    /// <summary>The most vulnerable of the ways to all physical targets; null where nobody comes in person, or no way leads there.</summary>
    public static VulnerableWay? Of(BreachPlan plan, Defended defended) => WaySearch.For(plan, defended) is not { } search ? null
        : search.Targets.Select(target => search.To(target, null)).OfType<VulnerableWay>()
            .OrderBy(way => way.Interruption).ThenBy(way => way.Target).FirstOrDefault();

    /// <summary>The next best ways to the same target: the best without each task of this one, the most vulnerable first.</summary>
    public ImmutableArray<VulnerableWay> Alternatives(BreachPlan plan, Defended defended, int most)
    {
        if (WaySearch.For(plan, defended) is not { } search)
        {
            return [];
        }

        var target = search.Targets.First(step => step.Id == Target);
        return
        [
            .. Steps.Where(step => step != Target).Select(step => search.To(target, step)).OfType<VulnerableWay>()
                .DistinctBy(way => string.Join('/', way.Steps)).OrderBy(way => way.Interruption).ThenBy(way => string.Join('/', way.Steps), StringComparer.Ordinal)
                .Take(most),
        ];
    }

    /// <summary>P_I by the alarms up to each task: what the tasks after it add is not counted.</summary>
    public ImmutableArray<double> InterruptionSoFar() =>
    [
        .. Tasks.Select((_, last) => Easi.Interruption(
            [.. Tasks.Select((task, place) => place <= last ? task : task with { DetectedAtBeginning = 0, DetectedHalfway = 0, DetectedAtEnd = 0 })], Response, Draw)),
    ];
}
