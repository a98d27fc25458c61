using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>The ceiling log of a running cluster, held against the kernel.</summary>
internal static class LiveLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What was decided against the replay, after every batch; segments that the kernel does not have are another's.</summary>
    public static IEnumerable<string> Differences(ImmutableArray<BatchDecided> log, Func<CityHash, Kernel> kernelOf)
    {
        var replay = new CeilingLogReplay(kernelOf);
        var live = new Dictionary<SegmentId, int>();
        foreach (var batch in log)
        {
            replay.Take(batch);
            foreach (var settled in batch.Settled)
            {
                live[settled.Segment] = settled.LevelPermille;
            }

            foreach (var segment in replay.State!.Kernel.Segments)
            {
                var level = live.GetValueOrDefault(segment, 1000);
                if (level != replay.State.LevelOf(segment))
                {
                    yield return $"batch {batch.Number}: {segment} is {level}, the replay says {replay.State.LevelOf(segment)}";
                }
            }
        }
    }

    public static int LevelIn(ImmutableArray<BatchDecided> log, SegmentId segment) =>
        log.SelectMany(batch => batch.Settled).LastOrDefault(settled => settled.Segment == segment)?.LevelPermille ?? 1000;

    /// <summary>Whoever gives an order repeats it until it is confirmed.</summary>
    public static async Task Until(Func<Task> order)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await order();
                return;
            }
            catch (Exception) when (!patience.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task Holds(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!await holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>All rows about one thing in the change log, oldest first.</summary>
    public static async Task<IReadOnlyList<ChangeRow>> RowsOf(CityCluster cluster, string kind, string key) =>
        await cluster.Services.GetRequiredService<IChangeLog>().Read(0, 10_000, TestContext.Current.CancellationToken) is ChangesFollow follow
            ? [.. follow.Rows.Where(row => row.Kind == kind && row.Key == key)]
            : [];

    /// <summary>The whole log, once nothing is on its way any more.</summary>
    public static async Task<ImmutableArray<BatchDecided>> AtRest(CityCluster cluster)
    {
        using var patience = new CancellationTokenSource(Patience);
        var changes = cluster.Services.GetRequiredService<IChangeLog>();
        var serializer = cluster.Services.GetRequiredService<Serializer>();
        for (CascadeStanding? standing = null; ;)
        {
            Assert.False(patience.IsCancellationRequested, $"The city does not come to rest: {standing}.");
            await Until(async () => standing = await cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Read());
            var log = await Log(changes, serializer, TestContext.Current.CancellationToken);
            var taken = log.SelectMany(batch => batch.Changes).GroupBy(change => change.Segment).ToDictionary(group => group.Key, group => group.Last().Version);
            var pending = (await changes.Snapshot(TestContext.Current.CancellationToken)).Rows
                .Where(row => row is { Kind: PublishedKind.Segment, Published: not null })
                .Select(row => serializer.Deserialize<SegmentFacts>(row.Published!.Value)!)
                .Count(facts => taken.GetValueOrDefault(facts.Id) < facts.CauseVersion);
            if (standing is { IsSettling: false, UnacknowledgedCommits: 0, Untold: 0, EarliestTimer: null } && standing.LastBatch == log[^1].Number && pending == 0)
            {
                return log;
            }
        }
    }

    /// <summary>The whole log, once it says so and nothing is on its way any more.</summary>
    public static async Task<ImmutableArray<BatchDecided>> When(CityCluster cluster, Func<ImmutableArray<BatchDecided>, bool> says)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var log = await AtRest(cluster);
            if (says(log))
            {
                return log;
            }

            Assert.False(patience.IsCancellationRequested, "The log never says so.");
        }
    }

    private static async Task<ImmutableArray<BatchDecided>> Log(IChangeLog changes, Serializer serializer, CancellationToken cancellation)
    {
        var log = ImmutableArray.CreateBuilder<BatchDecided>();
        for (var after = 0L; await changes.Read(after, 10_000, cancellation) is ChangesFollow { Rows: { IsEmpty: false } rows }; after = rows[^1].Seq)
        {
            log.AddRange(rows.Where(row => row is { Kind: PublishedKind.Batch, Published: not null })
                .Select(row => serializer.Deserialize<BatchDecided>(row.Published!.Value)!));
        }

        return log.ToImmutable();
    }
}
