using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>A changed definition in a running city: what stays keeps its state, what goes leaves nothing behind.</summary>
public sealed class Changed_definition
{
    private const int Cities = 20;
    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);
    private static readonly SegmentId Plant = new("plant");
    private static readonly SegmentId House = new("house");
    private static readonly SegmentId Tie = new("tie");

    /// <summary>Orders, a changed definition in the middle of them, orders: over three silos, once with a silo killed meanwhile.</summary>
    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public async Task Live_levels_go_on_as_the_replayed_kernel_says(int seed, bool kills)
    {
        var (before, after) = (ManyCities.Of(Cities, (ulong)seed).City, ManyCities.Of(Cities + 4, (ulong)seed + 5000, grown: true).City);
        CityCluster.Keep(after);
        await using var cluster = await CityCluster.Start(before, 3);
        var chance = new Random(seed);
        var inFlight = Enumerable.Range(0, 60).Select(order => Hit(cluster, before, chance, $"before-{order}")).ToList();
        var applied = LiveLog.Until(() => Coordinator(cluster).Apply(new(after.Hash, null, "test", "rebuilt")));
        if (kills)
        {
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos[0], TestContext.Current.CancellationToken);
        }

        await applied;
        inFlight.AddRange(Enumerable.Range(0, 60).Select(order => Hit(cluster, after, chance, $"after-{order}")));
        await Task.WhenAll(inFlight);
        var log = await LiveLog.AtRest(cluster);

        Assert.Empty(LiveLog.Differences(log, definition => Kernel.Compile(definition == before.Hash ? before : after)));
        var change = Assert.Single(log, batch => batch.Applied is not null);
        Assert.Equal(new DefinitionApplied(before.Hash, "test", "rebuilt"), change.Applied);
        foreach (var segment in after.Segments)
        {
            var state = await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment.Id)).Read();
            Assert.Equal(LiveLog.LevelIn(log, segment.Id), state.Decided.LevelPermille);
        }
    }

    [Fact]
    public async Task Sensor_that_is_gone_no_longer_holds_its_segment_down_and_a_new_tie_begins_open()
    {
        var before = City('1', [Segment(Plant), Segment(House, Plant), Segment(Tie)], [Status("plant-status", Plant)]);
        var after = City('2', [Segment(Plant), Segment(House, Plant), Segment(Tie) with { NormallyOpen = true }, Segment(new("spare")) with { NormallyOpen = true }], []);
        CityCluster.Keep(after);
        await using var cluster = await CityCluster.Start(before, 1);
        await cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(new SensorId("plant-status"))).Observe(
            new(new("plant-status"), 1, 1, DateTimeOffset.UtcNow, ReadingValue.Of("stopped")));
        await LiveLog.When(cluster, log => LiveLog.LevelIn(log, House) == 0);

        await Coordinator(cluster).Apply(new(after.Hash, before.Hash, "test", "the sensor was sold"));
        var log = await LiveLog.When(cluster, log => LiveLog.LevelIn(log, Tie) == 0 && LiveLog.LevelIn(log, House) == 1000);

        Assert.Equal((1000, 1000), (LiveLog.LevelIn(log, Plant), LiveLog.LevelIn(log, House)));
        Assert.Equal((0, 0), (LiveLog.LevelIn(log, Tie), LiveLog.LevelIn(log, new("spare"))));
        var tie = await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Tie)).Read();
        Assert.Equal((SegmentRules.PositionCause, 0), (Assert.Single(tie.Facts.Causes).Name, tie.Facts.CeilingPermille));
    }

    [Fact]
    public async Task Changed_security_model_alone_comes_into_force_and_moves_nothing()
    {
        var before = City('7', [Segment(Plant), Segment(House, Plant), Segment(Tie) with { NormallyOpen = true }], [Status("plant-status", Plant)]);
        var after = before with { Hash = new(new string('8', 64)), Security = SecurityModel.None with { Currency = "CHF" } };
        CityCluster.Keep(after);
        await using var cluster = await CityCluster.Start(before, 1);
        await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Plant)).Command(new("fail", SegmentRules.CommandCause, 300, "test", "drill"));
        await LiveLog.AtRest(cluster);

        await Coordinator(cluster).Apply(new(after.Hash, before.Hash, "test", "the risks were reviewed"));
        var log = await LiveLog.AtRest(cluster);

        var change = Assert.Single(log, batch => batch.Applied is not null);
        Assert.Equal(after.Hash, change.Definition);
        Assert.Empty(change.Changes);
        Assert.Empty(change.Settled);
        Assert.True(Concerned.Of(before, after).IsEmpty);
        Assert.Equal((300, 300, 0), (LiveLog.LevelIn(log, Plant), LiveLog.LevelIn(log, House), LiveLog.LevelIn(log, Tie)));
    }

    [Fact]
    public async Task Segment_that_comes_back_begins_anew()
    {
        var (with, without) = (City('3', [Segment(Plant), Segment(House, Plant)], []), City('4', [Segment(House)], []));
        CityCluster.Keep(without);
        await using var cluster = await CityCluster.Start(with, 1);
        await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Plant)).Command(new("fail", SegmentRules.CommandCause, 0, "test", "drill"));
        await LiveLog.AtRest(cluster);

        await Coordinator(cluster).Apply(new(without.Hash, null, "test", "demolished"));
        await LiveLog.AtRest(cluster);
        await Assert.ThrowsAsync<NotInCityException>(() => cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Plant)).Read());
        await Coordinator(cluster).Apply(new(with.Hash, null, "test", "built again"));
        var log = await LiveLog.AtRest(cluster);

        Assert.Equal((1000, 1000), (LiveLog.LevelIn(log, Plant), LiveLog.LevelIn(log, House)));
        Assert.Empty((await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Plant)).Read()).Facts.Causes);
    }

    [Fact]
    public async Task Definition_that_is_in_force_changes_nothing_and_a_stale_or_lost_one_is_refused()
    {
        var (city, other) = (City('5', [Segment(Plant)], []), City('6', [Segment(Plant), Segment(House)], []));
        CityCluster.Keep(other);
        await using var cluster = await CityCluster.Start(city, 1);

        // Also to whoever repeats the order that brought it and expects what was before.
        Assert.Equal((null, 1L), await Told(null));
        Assert.Equal((null, 1L), await Told(new("older")));
        await Assert.ThrowsAsync<DefinitionMovedException>(() => Coordinator(cluster).Apply(new(other.Hash, new("older"), "test", "stale")));
        await Assert.ThrowsAsync<DefinitionMissingException>(() => Coordinator(cluster).Apply(new(new("unknown"), null, "test", "lost")));
        Assert.Single(await LiveLog.AtRest(cluster));

        async Task<(long? Batch, long? Founded)> Told(CityHash? expected)
        {
            var outcome = await Coordinator(cluster).Apply(new(city.Hash, expected, "test", "again"));
            return (outcome.Batch, long.Min(1, outcome.Seq ?? 0));
        }
    }

    private static ICascadeGrain Coordinator(CityCluster cluster) => cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade);

    private static Task Hit(CityCluster cluster, City city, Random chance, string order)
    {
        var segment = city.Segments[chance.Next(city.Segments.Length)].Id;
        var command = new SegmentCommand(
            string.Create(CultureInfo.InvariantCulture, $"{order}"), SegmentRules.CommandCause, chance.Next(11) * 100, "test", "hit");
        return LiveLog.Until(async () =>
        {
            try
            {
                await cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(segment)).Command(command);
            }
            catch (NotInCityException)
            {
                // Taken out of the city before the order arrived.
            }
        });
    }

    private static City City(char hash, ImmutableArray<Segment> segments, ImmutableArray<Sensor> sensors) => new(
        new(new string(hash, 64)), "Small", "UTC", true, [], [], segments.Sort((a, b) => a.Id.CompareTo(b.Id)), sensors, [], [], []);

    private static Segment Segment(SegmentId id, SegmentId? supply = null) => new(
        id, id.Value, "test", new("power"), null, [], new(supply is { } from ? new Supplier(from) : null), false);

    private static Sensor Status(string id, SegmentId segment) => new(
        new(id), id, "pump", SensorRole.Status, default, new("nowhere"), segment, null, NoLimits, null, null);
}
