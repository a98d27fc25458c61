using System.Collections.Immutable;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// What the single runs of one part came to, in order: kept so that two kept breaches of the same luck can be compared run by
/// run. Bounded by <see cref="RunsMax"/>, because it grows with the runs as nothing else of a report does.
/// </summary>
/// <param name="Outcomes">Of each run its <see cref="RunOutcomes"/>.</param>
/// <param name="PersonHours">Lost, in thousandths.</param>
/// <param name="CustomerHours">Lost, in thousandths.</param>
/// <param name="Records">Disclosed, of all classes.</param>
[GenerateSerializer, Alias("run-notes"), Immutable]
public sealed record RunNotes(
    int Part, ImmutableArray<byte> Outcomes, ImmutableArray<long> PersonHours, ImmutableArray<long> CustomerHours, ImmutableArray<long> Records)
{
    /// <summary>A breach of more runs keeps none: some 300 kB at most, beside a report of some 100.</summary>
    public const int RunsMax = 10_000;

    public int Runs => Outcomes.Length;

    public RunOutcomes OutcomeOf(int run) => (RunOutcomes)Outcomes[run];

    /// <summary>Runs one part and takes notes of it.</summary>
    public static (BreachPart Part, RunNotes Notes) Take(BreachJob job, int part, CancellationToken cancellation)
    {
        var (outcomes, people, customers, records) = (
            ImmutableArray.CreateBuilder<byte>(), ImmutableArray.CreateBuilder<long>(), ImmutableArray.CreateBuilder<long>(), ImmutableArray.CreateBuilder<long>());
        var (peopleBefore, customersBefore) = ((Int128)0, (Int128)0);
        var done = job.Run(part, (run, tally) =>
        {
            var (peopleSum, customersSum) = (tally.PersonHours.Moments.Sum, tally.CustomerHours.Moments.Sum);
            outcomes.Add((byte)Of(run.Outcome));
            people.Add((long)(peopleSum - peopleBefore));
            customers.Add((long)(customersSum - customersBefore));
            records.Add(run.Outcome.Records.Sum());
            (peopleBefore, customersBefore) = (peopleSum, customersSum);
        }, cancellation);
        return (done, new(part, outcomes.ToImmutable(), people.ToImmutable(), customers.ToImmutable(), records.ToImmutable()));
    }

    private static RunOutcomes Of(RunOutcome outcome) =>
        (outcome.SucceededAt is null ? 0 : RunOutcomes.Succeeded)
        | (outcome.InterruptedAt is null ? 0 : RunOutcomes.Interrupted)
        | (outcome.SucceededAt is null && outcome.NeutralisedAt is not null ? RunOutcomes.Stopped : 0);
}

/// <summary>What one run came to.</summary>
[Flags]
public enum RunOutcomes
{
    /// <summary>The attack failed by itself, or was not over.</summary>
    None = 0,

    /// <summary>All targets were reached.</summary>
    Succeeded = 1,

    /// <summary>Responders were there before that.</summary>
    Interrupted = 2,

    /// <summary>It did not succeed, and responders had put an end to it.</summary>
    Stopped = 4,
}
