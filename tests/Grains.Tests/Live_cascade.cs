using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>The test that holds the house together: grains over three silos against the kernel alone.</summary>
public sealed class Live_cascade
{
    private const int CitiesPerRun = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Four runs of fifty cities; in two of them a silo is killed in the middle.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1001, true)]
    [InlineData(2001, false)]
    [InlineData(3001, true)]
    public async Task Equals_the_simulated_cascade(int seed, bool kills)
    {
        var many = ManyCities.Of(CitiesPerRun, (ulong)seed);
        await using var cluster = await CityCluster.Start(many.City, 3);
        var chance = new Random(seed);
        var orders = Enumerable.Range(0, CitiesPerRun * 4).Select(order => (Order: order, Kind: chance.Next(10), Level: chance.Next(11) * 100)).ToList();
        var killAt = kills ? orders.Count / 2 : -1;
        var inFlight = new List<Task>();
        foreach (var (order, kind, level) in orders)
        {
            if (order == killAt)
            {
                await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos[0], TestContext.Current.CancellationToken);
            }

            var part = many.Parts[order % CitiesPerRun];
            var segment = part[chance.Next(part.Length)].Segment;
            var request = string.Create(CultureInfo.InvariantCulture, $"{seed}-{order}");
            inFlight.Add(kind == 0
                ? Until(() => cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Start(
                    new(request, [.. part.Select(rule => rule.Segment)], "test", "black start", DateTimeOffset.UnixEpoch)))
                : Until(() => cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment)).Command(
                    new(request, kind < 6 ? SegmentRules.CommandCause : SegmentRules.PositionCause, kind % 2 == 0 ? level : 1000, "test", "hit"))));
        }

        await Task.WhenAll(inFlight);
        var log = await AtRest(cluster);
        Assert.Empty(Differences(many, log));
        foreach (var segment in many.City.Segments)
        {
            var state = await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment.Id)).Read();
            Assert.Equal(LevelIn(log, segment.Id), state.Decided.LevelPermille);
            Assert.Equal(log.SelectMany(batch => batch.Changes).LastOrDefault(change => change.Segment == segment.Id)?.CeilingPermille ?? 1000, state.Facts.CeilingPermille);
        }
    }

    /// <summary>Every random city alone: its part of the ceiling log, replayed, gives its levels after every batch.</summary>
    private static List<string> Differences(ManyCities many, ImmutableArray<BatchDecided> log)
    {
        var wrong = new List<string>();
        foreach (var part in many.Parts)
        {
            var kernel = Kernel.Compile([.. part]);
            var replay = KernelState.Begin(kernel, log[0].At);
            var live = kernel.Segments.ToDictionary(segment => segment, _ => 1000);
            foreach (var batch in log)
            {
                foreach (var settled in batch.Settled.Where(settled => live.ContainsKey(settled.Segment)))
                {
                    live[settled.Segment] = settled.LevelPermille;
                }

                if (batch.Number > 1)
                {
                    replay.Settle(
                        batch.At,
                        [.. batch.Changes.Where(change => live.ContainsKey(change.Segment)).Select(change => new CeilingSetting(kernel.IndexOf(change.Segment), change.CeilingPermille))],
                        [.. batch.Starts.SelectMany(start => start.Segments).Where(live.ContainsKey).Distinct().Select(kernel.IndexOf)]);
                }

                wrong.AddRange(live.Where(level => replay.LevelOf(level.Key) != level.Value)
                    .Select(level => $"batch {batch.Number}: {level.Key} is {level.Value}, the replay says {replay.LevelOf(level.Key)}"));
            }
        }

        return wrong;
    }

    private static int LevelIn(ImmutableArray<BatchDecided> log, SegmentId segment) =>
        log.SelectMany(batch => batch.Settled).LastOrDefault(settled => settled.Segment == segment)?.LevelPermille ?? 1000;

    /// <summary>Whoever gives an order repeats it until it is confirmed.</summary>
    private static async Task Until(Func<Task> order)
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

    private static async Task<ImmutableArray<BatchDecided>> AtRest(CityCluster cluster)
    {
        using var patience = new CancellationTokenSource(Patience);
        var changes = cluster.Services.GetRequiredService<IChangeLog>();
        var serializer = cluster.Services.GetRequiredService<Serializer>();
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            CascadeStanding? standing = null;
            await Until(async () => standing = await cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Read());
            var log = await Log(changes, serializer, patience.Token);
            var taken = log.SelectMany(batch => batch.Changes).GroupBy(change => change.Segment).ToDictionary(group => group.Key, group => group.Last().Version);
            var pending = (await changes.Snapshot(patience.Token)).Rows
                .Where(row => row is { Kind: PublishedKind.Segment, Published: not null })
                .Select(row => serializer.Deserialize<SegmentFacts>(row.Published!.Value)!)
                .Count(facts => taken.GetValueOrDefault(facts.Id) < facts.CauseVersion);
            if (standing is { IsSettling: false, UnacknowledgedCommits: 0, EarliestTimer: null } && standing.LastBatch == log[^1].Number && pending == 0)
            {
                return log;
            }
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
