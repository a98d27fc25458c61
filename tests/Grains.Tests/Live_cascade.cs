using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Segments;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>The test that holds the house together: grains over three silos against the kernel alone.</summary>
public sealed class Live_cascade
{
    private const int CitiesPerRun = 50;

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
                ? LiveLog.Until(() => cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Start(
                    new(request, [.. part.Select(rule => rule.Segment)], "test", "black start", DateTimeOffset.UnixEpoch)))
                : LiveLog.Until(() => cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment)).Command(
                    new(request, kind < 6 ? SegmentRules.CommandCause : SegmentRules.PositionCause, kind % 2 == 0 ? level : 1000, "test", "hit"))));
        }

        await Task.WhenAll(inFlight);
        var log = await LiveLog.AtRest(cluster);
        Assert.Empty(Differences(many, log));
        foreach (var segment in many.City.Segments)
        {
            var state = await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment.Id)).Read();
            Assert.Equal(LiveLog.LevelIn(log, segment.Id), state.Decided.LevelPermille);
            Assert.Equal(log.SelectMany(batch => batch.Changes).LastOrDefault(change => change.Segment == segment.Id)?.CeilingPermille ?? 1000, state.Facts.CeilingPermille);
        }
    }

    /// <summary>Some of the saves of coordinator and segments fail before the commit, of some nobody learns the outcome.</summary>
    [Theory]
    [InlineData(4001)]
    public async Task Equals_the_simulated_cascade_when_saves_fail(int seed)
    {
        var many = ManyCities.Of(CitiesPerRun, (ulong)seed);
        await using var cluster = await CityCluster.Start(many.City, 2);
        var chance = new Random(seed);
        foreach (var state in new[] { "cascade", "segment", "segment" })
        {
            cluster.Failures.Add(state, [.. Enumerable.Range(0, 40).Select(_ => chance.Next(8) switch
            {
                0 => FailingStorage.Failure.Before,
                1 => FailingStorage.Failure.After,
                _ => FailingStorage.Failure.None,
            })]);
        }

        await Task.WhenAll(Enumerable.Range(0, 100).Select(order =>
        {
            var segment = many.City.Segments[chance.Next(many.City.Segments.Length)].Id;
            var command = new SegmentCommand($"{seed}-{order}", SegmentRules.CommandCause, chance.Next(11) * 100, "test", "hit");
            return LiveLog.Until(() => cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment)).Command(command));
        }));

        Assert.Empty(Differences(many, await LiveLog.AtRest(cluster)));
    }

    /// <summary>Every random city alone: its part of the ceiling log, replayed, gives its levels after every batch.</summary>
    private static IEnumerable<string> Differences(ManyCities many, ImmutableArray<BatchDecided> log) =>
        many.Parts.SelectMany(part => LiveLog.Differences(log, _ => Kernel.Compile([.. part])));
}
