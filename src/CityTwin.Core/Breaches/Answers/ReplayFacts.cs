using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What a single run came to, in the same counts as a tally. Times are in ms from its beginning, null = never.</summary>
/// <param name="LostThousandthHours">Person-hours lost beyond those of the city without an attack.</param>
/// <param name="Records">Disclosed, of each class that the attack could disclose.</param>
/// <param name="Services">Those that lost anything, the worst hit first.</param>
/// <param name="Reached">The steps reached, in the order of the model.</param>
/// <param name="OnTheWay">The steps that targets were reached through; empty where the attack failed.</param>
public sealed record ReplayFacts(
    long? SucceededAt,
    long? DetectedAt,
    long? ArrivedAt,
    long? InterruptedAt,
    long? NeutralisedAt,
    long? RestoredAt,
    bool HasFallen,
    long LostThousandthHours,
    ImmutableArray<(string RecordClass, long Records)> Records,
    ImmutableArray<ServiceHit> Services,
    ImmutableArray<StepId> Reached,
    ImmutableArray<StepId> OnTheWay)
{
    public bool HasSucceeded => SucceededAt is not null;

    /// <summary>The services that fell below their critical level, which they would not have without the attack.</summary>
    public IEnumerable<ServiceHit> Critical => Services.Where(service => service.IsCritical);

    public long AllRecords => Records.Sum(one => one.Records);

    /// <summary>Runs one number of a plan.</summary>
    /// <param name="story">Gets what happens; null = nobody wants to know.</param>
    public static ReplayFacts Of(BreachPlan plan, long number, List<StoryLine>? story = null)
    {
        var run = new BreachRun(plan);
        run.Go(number, story);
        var tally = new BreachTally(plan);
        var lost = tally.Take(run);
        var outcome = run.Outcome;
        return new(
            outcome.SucceededAt,
            outcome.DetectedAt,
            outcome.ArrivedAt,
            outcome.InterruptedAt,
            outcome.NeutralisedAt,
            outcome.RestoredAt,
            outcome.HasFallen,
            lost,
            [.. plan.Tables.RecordClasses.Select((name, place) => (name, outcome.Records[place]))],
            Hit(plan, tally),
            [.. plan.Steps.Where((_, step) => outcome.IsReached[step])],
            [.. plan.Steps.Where((_, step) => outcome.IsOnTheWay[step])]);
    }

    private static ImmutableArray<ServiceHit> Hit(BreachPlan plan, BreachTally tally) =>
    [
        .. tally.ByService.Select(pair => (plan.Ground.Watch.Services[pair.Key], pair.Value))
            .Select(pair => new ServiceHit(
                pair.Item1.Zone.Id, pair.Item1.Service.Service, (long)pair.Value.PersonHours.Moments.Sum, pair.Value.Critical > 0))
            .OrderByDescending(hit => hit.IsCritical).ThenByDescending(hit => hit.LostThousandthHours).ThenBy(hit => hit.Zone).ThenBy(hit => hit.Service),
    ];
}

/// <summary>What a service of a zone lost in one run.</summary>
/// <param name="IsCritical">It fell below its critical level.</param>
public sealed record ServiceHit(ZoneId Zone, ServiceId Service, long LostThousandthHours, bool IsCritical);
