using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary>Runs the parts of a job on this machine's cores. The answer is the same on any number of them.</summary>
internal static class PartRunner
{
    /// <param name="run">One part, by its number.</param>
    /// <param name="merge">Called for one part at a time, in no promised order.</param>
    public static void Run<TPart>(
        int firstPart, int endPart, int threads, Func<int, CancellationToken, TPart> run, Action<TPart> merge, CancellationToken cancellation)
    {
        var turn = new Lock();
        try
        {
            Parallel.For(
                firstPart, endPart, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                part =>
                {
                    var done = run(part, cancellation);
                    lock (turn)
                    {
                        merge(done);
                    }
                });
        }
        catch (AggregateException several) when (several.InnerExceptions is [var only, ..])
        {
            throw only is OperationCanceledException ? only : new CommandFailedException(only.Message);
        }
    }

    /// <summary>Runs a breach to where its stopping rule is content.</summary>
    public static BreachPart Run(BreachJob job, StoppingRule rule, int threads, Action<double> progress, CancellationToken cancellation)
    {
        BreachPart? all = null;
        for (var runs = 0L; rule.NextLook(runs) is { } look; runs = all!.Tally.Runs)
        {
            Run((int)(runs / BreachJob.RunsInPart), BreachJob.PartsOf(look), threads, job.Run, Merge, cancellation);
            if (rule.Stops(all!.Watched))
            {
                break;
            }
        }

        return all!;

        void Merge(BreachPart part)
        {
            if (all is null)
            {
                all = part;
            }
            else
            {
                all.Merge(part);
            }

            progress((double)all.Tally.Runs / rule.RunsMax);
        }
    }

    /// <summary>Runs all runs of a comparison.</summary>
    public static ComparePart Run(CompareJob job, int threads, Action<double> progress, CancellationToken cancellation)
    {
        ComparePart? all = null;
        Run(0, BreachJob.PartsOf(job.First.Scenario.Runs), threads, job.Run, Merge, cancellation);
        return all!;

        void Merge(ComparePart part)
        {
            if (all is null)
            {
                all = part;
            }
            else
            {
                all.Merge(part);
            }

            progress((double)all.First.Tally.Runs / job.First.Scenario.Runs);
        }
    }
}
