using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>
/// Holds what was decided against the kernel: the ceiling log, replayed with its times and starts, gives the level of
/// every segment after every batch, and changes nothing between two batches.
/// </summary>
internal static class ChaosVerdict
{
    public static IEnumerable<string> Of(
        CascadePlan plan, IReadOnlyList<BatchDecided> log, IReadOnlyDictionary<string, ChaosSegment> segments, bool isAtRest, long now)
    {
        if (!isAtRest)
        {
            yield return $"The city is not at rest at {now}.";
        }

        var kernel = Kernel.Compile([.. plan.Segments.Select(segment => (segment.Id, segment.Rule))]);
        var replay = KernelState.Begin(kernel, log[0].At);
        var live = plan.Segments.ToDictionary(segment => segment.Id, _ => 1000);
        var ceiling = plan.Segments.ToDictionary(segment => segment.Id, _ => (Version: 0L, Level: 1000));
        foreach (var batch in log)
        {
            foreach (var settled in batch.Settled)
            {
                live[settled.Segment] = settled.LevelPermille;
            }

            foreach (var change in batch.Changes)
            {
                if (change.Version <= ceiling[change.Segment].Version)
                {
                    yield return $"Batch {batch.Number} takes version {change.Version} of {change.Segment} again.";
                }

                ceiling[change.Segment] = (change.Version, change.CeilingPermille);
            }

            foreach (var between in batch.Number == 1 ? [] : Replay(kernel, replay, batch))
            {
                yield return between;
            }

            foreach (var segment in plan.Segments.Where(segment => live[segment.Id] != replay.LevelOf(segment.Id)))
            {
                yield return $"Batch {batch.Number} at {batch.At}: {segment.Id} is {live[segment.Id]}, the replay says {replay.LevelOf(segment.Id)}.";
            }
        }

        foreach (var (id, segment) in segments)
        {
            var facts = segment.State.Facts;
            if ((facts.CauseVersion, facts.CeilingPermille) != ceiling[facts.Id])
            {
                yield return $"{id} has version {facts.CauseVersion} of its ceiling, the log {ceiling[facts.Id].Version}.";
            }

            if (segment.State.Decided.LevelPermille != live[facts.Id])
            {
                yield return $"{id} believes {segment.State.Decided.LevelPermille}, decided is {live[facts.Id]}.";
            }
        }
    }

    /// <summary>Advances to a batch, and tells of every level that changed on the way.</summary>
    private static IEnumerable<string> Replay(Kernel kernel, KernelState replay, BatchDecided batch)
    {
        var before = Levels(replay);
        replay.Advance(batch.At - 1);
        for (var i = 0; i < kernel.Segments.Length; i++)
        {
            if (replay.LevelOf(i) != before[i])
            {
                yield return $"Before batch {batch.Number}, {kernel.Segments[i]} changes by itself; live it did not.";
            }
        }

        replay.Settle(
            batch.At,
            [.. batch.Changes.Select(change => new CeilingSetting(kernel.IndexOf(change.Segment), change.CeilingPermille))],
            [.. batch.Starts.SelectMany(start => start.Segments).Distinct().Select(kernel.IndexOf)]);

        static int[] Levels(KernelState state) => [.. Enumerable.Range(0, state.Kernel.Segments.Length).Select(state.LevelOf)];
    }
}
