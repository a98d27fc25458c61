using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What a counterfactual changes.</summary>
public enum ChangeKind
{
    /// <summary>A conduit that the attack went through lets nobody through.</summary>
    Conduit,

    /// <summary>A defence of the catalogue is in place.</summary>
    Defence,

    /// <summary>A step that the attack took cannot be taken.</summary>
    Step,
}

/// <summary>One thing that is changed, by its id.</summary>
public readonly record struct Change(ChangeKind Kind, string Id);

/// <summary>
/// The same run, the same luck, one thing changed. What it says is of this run alone: whether a change helps in general is a
/// question for many runs.
/// </summary>
/// <param name="Saved">The critical services that stay up and would have failed.</param>
/// <param name="Failed">The critical services that fail and would have stayed up.</param>
/// <param name="SavedThousandthHours">Person-hours saved; below 0 = more are lost.</param>
/// <param name="SavedRecords">Records that stay secret; below 0 = more are disclosed.</param>
public sealed record Counterfactual(
    Change Change,
    ReplayFacts Facts,
    bool SucceededBefore,
    ImmutableArray<ServiceHit> Saved,
    ImmutableArray<ServiceHit> Failed,
    long SavedThousandthHours,
    long SavedRecords)
{
    /// <summary>At most so many are tried.</summary>
    public const int TriedMax = 200;

    /// <summary>Whether the attack's success differs.</summary>
    public bool IsDecisive => SucceededBefore != Facts.HasSucceeded;

    public bool ChangesAnything => IsDecisive || !Saved.IsEmpty || !Failed.IsEmpty || SavedThousandthHours != 0 || SavedRecords != 0;

    /// <summary>What can be changed: conduits crossed, defences not in place, steps taken; the targets themselves are not changed.</summary>
    internal static ImmutableArray<Change> ChangesFor(BreachJob job, ReplayFacts facts)
    {
        // Where the attack failed there is no way; then all that was reached counts.
        var taken = (facts.HasSucceeded ? facts.OnTheWay : facts.Reached).ToHashSet();
        var steps = job.Defended.Security.Steps.Where(step => taken.Contains(step.Id)).ToList();

        // A camera may have been without power though no service of a zone fell.
        var canPowerFail = facts.HasFallen || !job.Scenario.Events.IsEmpty
            || job.Defended.Security.Steps.Any(step => facts.Reached.Contains(step.Id) && step.Effects.Any(effect => effect is Manipulation or Destruction or ForgedReading));
        return
        [
            .. steps.Select(step => step.Through).OfType<ConduitId>().Distinct().Order().Select(conduit => new Change(ChangeKind.Conduit, conduit.Value)),
            .. job.City.Security.Defences.Where(defence => !job.Scenario.Defences.Contains(defence.Id) && CanMatter(defence, facts, canPowerFail))
                .Select(defence => new Change(ChangeKind.Defence, defence.Id.Value)),
            .. steps.Where(step => !job.Scenario.Targets.Contains(step.Id)).Select(step => new Change(ChangeKind.Step, step.Id.Value)),
        ];
    }

    internal static Counterfactual Of(BreachJob job, long number, ReplayFacts before, Change change, CancellationToken cancellation)
    {
        var after = ReplayFacts.Of(PlanWith(job, change, cancellation), number);
        return new(
            change,
            after,
            before.HasSucceeded,
            Less(before.Critical, after.Critical),
            Less(after.Critical, before.Critical),
            before.LostThousandthHours - after.LostThousandthHours,
            before.AllRecords - after.AllRecords);
    }

    /// <summary>The most first: success, critical services, person-hours, records; of equals those that are cut off before those that are bought.</summary>
    internal static IEnumerable<Counterfactual> Ordered(IEnumerable<Counterfactual> all) => all
        .OrderByDescending(one => one.IsDecisive)
        .ThenByDescending(one => one.Saved.Length + one.Failed.Length)
        .ThenByDescending(one => Math.Abs(one.SavedThousandthHours))
        .ThenByDescending(one => Math.Abs(one.SavedRecords))
        .ThenBy(one => one.Change.Kind)
        .ThenBy(one => one.Change.Id, StringComparer.Ordinal);

    private static ImmutableArray<ServiceHit> Less(IEnumerable<ServiceHit> these, IEnumerable<ServiceHit> without) =>
        [.. these.ExceptBy(without.Select(KeyOf), KeyOf)];

    private static (ZoneId Zone, ServiceId Service) KeyOf(ServiceHit hit) => (hit.Zone, hit.Service);

    /// <summary>A defence of steps matters where one of them was reached; any other may always.</summary>
    private static bool CanMatter(Defence defence, ReplayFacts facts, bool canPowerFail) => defence.Effects.Any(effect => effect switch
    {
        StepDisabled(var step) => facts.Reached.Contains(step),
        StepRarer(var step, _) => facts.Reached.Contains(step),
        StepSlower(var step, _) => facts.Reached.Contains(step),
        DetectionAdded(var step, _) => facts.Reached.Contains(step),
        BackupAdded or FeedAdded or LinkAdded => canPowerFail,
        _ => true,
    });

    private static BreachPlan PlanWith(BreachJob job, Change change, CancellationToken cancellation)
    {
        if (change.Kind == ChangeKind.Defence)
        {
            var defended = Defended.By(job.City, [.. job.Scenario.Defences, new DefenceId(change.Id)]);
            var ground = defended.BuildsAs(job.Defended) ? job.Plan.Ground
                : new(job.City, job.Start, job.Scenario, defended.Patch, cancellation);
            return BreachPlan.Of(ground, job.Scenario, defended, InputValues.Stated);
        }

        var security = job.Defended.Security;
        var cutOff = job.Defended with
        {
            Security = security with { Steps = [.. security.Steps.Select(step => IsCutOff(step, change) ? step with { Exists = Estimate.Zero } : step)] },
        };
        return BreachPlan.Of(job.Plan.Ground, job.Scenario, cutOff, InputValues.Stated);
    }

    private static bool IsCutOff(AttackStep step, Change change) =>
        change.Kind == ChangeKind.Conduit ? step.Through?.Value == change.Id : step.Id.Value == change.Id;
}
