using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary>Runs the parts of a job on this machine's cores. The answer is the same on any number of them.</summary>
internal static class PartRunner
{
    /// <summary>Runs a breach to where its stopping rule is content.</summary>
    public static BreachPart Run(BreachJob job, StoppingRule rule, int threads, Action<double> progress, CancellationToken cancellation)
    {
        BreachPart? all = null;
        for (var runs = 0L; rule.NextLook(runs) is { } look; runs = all.Tally.Runs)
        {
            all = Run(
                all, (int)(runs / BreachJob.RunsInPart), look, threads, job.Run, (sum, part) => sum.Merge(part),
                sum => progress((double)sum.Tally.Runs / rule.RunsMax), cancellation);
            if (rule.Stops(all.Watched))
            {
                break;
            }
        }

        return all!;
    }

    /// <summary>Runs all runs of a comparison.</summary>
    public static ComparePart Run(CompareJob job, int threads, Action<double> progress, CancellationToken cancellation) => Run<ComparePart>(
        null, 0, job.First.Scenario.Runs, threads, job.Run, (sum, part) => sum.Merge(part),
        sum => progress((double)sum.First.Tally.Runs / job.First.Scenario.Runs), cancellation);

    /// <summary>Runs all runs of a ranking.</summary>
    public static RankPart Run(RankJob job, int threads, Action<double> progress, CancellationToken cancellation) => Run<RankPart>(
        null, 0, job.Scenario.Runs, threads, job.Run, (sum, part) => sum.Merge(part),
        sum => progress((double)sum.Runs / job.Scenario.Runs), cancellation);

    /// <param name="all">What is merged already; null = nothing.</param>
    /// <param name="runs">How many runs there are to be then.</param>
    /// <param name="run">One part, by its number.</param>
    /// <param name="merge">Called for one part at a time, in no promised order.</param>
    /// <param name="merged">Told after each.</param>
    private static TPart Run<TPart>(
        TPart? all, int firstPart, int runs, int threads, Func<int, CancellationToken, TPart> run, Action<TPart, TPart> merge,
        Action<TPart> merged, CancellationToken cancellation)
        where TPart : class
    {
        var turn = new Lock();
        try
        {
            Parallel.For(
                firstPart, BreachJob.PartsOf(runs), new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                number =>
                {
                    var part = run(number, cancellation);
                    lock (turn)
                    {
                        if (all is null)
                        {
                            all = part;
                        }
                        else
                        {
                            merge(all, part);
                        }

                        merged(all);
                    }
                });
        }
        catch (AggregateException several) when (several.InnerExceptions is [var only, ..])
        {
            throw only is OperationCanceledException ? only : new CommandFailedException(only.Message);
        }

        return all!;
    }
}
