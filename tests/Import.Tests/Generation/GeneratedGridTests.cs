using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Generation;
using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.Import.Tests.Generation;

/// <summary>What the rules of a generated city do, by the kernel itself.</summary>
public sealed class GeneratedGridTests
{
    private const long Hour = 3_600 * SegmentRule.TicksPerSecond;

    public static TheoryData<int, ulong> Towns => new() { { 1_000, 1 }, { 24_000, 12 }, { 24_000, 5 }, { 200_000, 7 }, { 1_000_000, 8 } };

    [Theory, MemberData(nameof(Towns))]
    public void Everything_but_the_open_ties_starts_whole(int population, ulong seed)
    {
        var city = CityGenerator.Generate(new(population, seed, 50, "Town"));
        var state = Begin(city);
        Assert.All(
            city.Segments,
            segment => Assert.True(state.LevelOf(segment.Id) == (segment.NormallyOpen ? 0 : 1000), segment.Id.Value));
        Assert.All(
            city.Zones.SelectMany(zone => zone.Services.Select(service => (zone, service))),
            bound => Assert.True(
                ExpressionRules.Evaluate(bound.service.Level, state.LevelOf) == 1000, $"{bound.zone.Id} {bound.service.Service}"));
    }

    [Theory, MemberData(nameof(Towns))]
    public void Failed_substation_darkens_exactly_the_stations_behind_it(int population, ulong seed)
    {
        var city = CityGenerator.Generate(new(population, seed, 50, "Town"));
        var stations = city.Segments.Where(segment => segment.Kind == "station").Select(segment => segment.Id).ToArray();
        foreach (var substation in city.Segments.Where(segment => segment.Kind == "substation"))
        {
            var state = Begin(city);
            Set(state, 1, (substation.Id, 0));
            var behind = Behind(city, substation.Id);
            Assert.Contains(stations, behind.Contains);
            Assert.All(stations, station => Assert.Equal(behind.Contains(station) ? 0 : 1000, state.LevelOf(station)));
        }
    }

    [Fact]
    public void Every_station_has_one_substation()
    {
        var city = CityGenerator.Generate(SampleCity.Options);
        var served = city.Segments.Where(segment => segment.Kind == "substation")
            .SelectMany(substation => Behind(city, substation.Id))
            .Where(id => id.Value.StartsWith("station-", StringComparison.Ordinal))
            .Order().ToArray();
        Assert.Equal(city.Segments.Where(segment => segment.Kind == "station").Select(segment => segment.Id), served);
    }

    [Fact]
    public void Closing_a_tie_brings_back_a_feeder_whose_breaker_opened()
    {
        var city = CityGenerator.Generate(SampleCity.Options);
        var state = Begin(city);
        Set(state, 1, (new("breaker-feeder-harbour"), 0));
        var dark = city.Segments
            .Where(segment => segment.Kind == "station" && state.LevelOf(segment.Id) == 0).Select(segment => segment.Id).ToHashSet();
        Assert.NotEmpty(dark);
        var tie = city.Segments.First(segment =>
            segment.Kind == "tie" && segment.Rule.Membership!.Ends is { } ends && dark.Contains(ends.A) != dark.Contains(ends.B));
        Set(state, 2, (tie.Id, 1000));
        Assert.All(dark, station => Assert.Equal(1000, state.LevelOf(station)));
    }

    [Fact]
    public void Hospital_lives_on_its_generator_and_the_exchange_on_its_battery()
    {
        var state = Begin(CityGenerator.Generate(SampleCity.Options));
        Set(state, 1, (new("grid-intake"), 0));
        state.Advance(5 * Hour);
        Assert.Equal(900, state.LevelOf(new SegmentId("hospital-saint-anna")));
        Assert.Equal(1000, state.LevelOf(new SegmentId("exchange-old-town")));
        state.Advance(25 * Hour);
        Assert.Equal(0, state.LevelOf(new SegmentId("exchange-old-town")));
        state.Advance(50 * Hour);
        Assert.Equal(0, state.LevelOf(new SegmentId("hospital-saint-anna")));
    }

    /// <summary>Substations are controlled over exchanges that they feed: after every battery is empty, only a start opens the loop.</summary>
    [Fact]
    public void Blackout_longer_than_every_battery_needs_a_black_start()
    {
        var city = CityGenerator.Generate(SampleCity.Options);
        var state = Begin(city);
        var substation = new SegmentId("substation-north");
        Set(state, 1, (new("grid-intake"), 0));
        Set(state, 30 * Hour, (new("grid-intake"), 1000));
        Assert.Equal(0, state.LevelOf(substation));

        int[] down = [.. city.Segments.Where(segment => !segment.NormallyOpen).Select(segment => state.Kernel.IndexOf(segment.Id)).Where(index => state.LevelOf(index) < 1000)];
        state.Settle((30 * Hour) + 1, [], down);
        Assert.Equal(1000, state.LevelOf(substation));
        state.Advance(40 * Hour);
        Assert.All(city.Segments.Where(segment => !segment.NormallyOpen), segment => Assert.Equal(1000, state.LevelOf(segment.Id)));
    }

    [Fact]
    public void Short_blackout_ends_by_itself()
    {
        var city = CityGenerator.Generate(SampleCity.Options);
        var state = Begin(city);
        Set(state, 1, (new("grid-intake"), 0));
        Set(state, 3 * Hour, (new("grid-intake"), 1000));
        state.Advance(6 * Hour);
        Assert.All(city.Segments.Where(segment => !segment.NormallyOpen), segment => Assert.Equal(1000, state.LevelOf(segment.Id)));
    }

    private static KernelState Begin(City city)
    {
        var state = KernelState.Begin(Kernel.Compile(city), -1);
        Set(state, 0, [.. city.Segments.Where(segment => segment.NormallyOpen).Select(segment => (segment.Id, 0))]);
        return state;
    }

    private static void Set(KernelState state, long at, params (SegmentId Segment, int Ceiling)[] ceilings) =>
        state.Settle(at, [.. ceilings.Select(ceiling => new CeilingSetting(state.Kernel.IndexOf(ceiling.Segment), ceiling.Ceiling))], []);

    /// <summary>The substation and all that closed links join to it.</summary>
    private static HashSet<SegmentId> Behind(City city, SegmentId substation)
    {
        var sources = city.Segments.Where(segment => segment.Rule.Membership?.IsSource == true).Select(segment => segment.Id).ToHashSet();
        var links = city.Segments
            .Where(segment => segment is { NormallyOpen: false, Rule.Membership.Ends: not null })
            .SelectMany(segment => new[] { segment.Rule.Membership!.Ends!.Value.A, segment.Rule.Membership.Ends.Value.B }
                .Select(end => (Link: segment, End: end)))
            .ToLookup(pair => pair.End, pair => pair.Link);
        var behind = new HashSet<SegmentId> { substation };
        var next = new Queue<SegmentId>(behind);
        while (next.TryDequeue(out var node))
        {
            foreach (var link in links[node])
            {
                behind.Add(link.Id);
                var ends = link.Rule.Membership!.Ends!.Value;
                foreach (var end in new[] { ends.A, ends.B }.Where(end => !sources.Contains(end) && behind.Add(end)))
                {
                    next.Enqueue(end);
                }
            }
        }

        return behind;
    }
}
