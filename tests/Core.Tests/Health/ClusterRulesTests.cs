using System.Collections.Immutable;
using CityTwin.Core.Health;
using Xunit;

namespace CityTwin.Core.Tests.Health;

public sealed class ClusterRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Silo_that_dies_while_it_works_is_lost_and_stays_lost()
    {
        var seen = Seen(Silo("b", "10.0.0.2", 1, SiloStanding.Active));
        seen = ClusterRules.Follow(seen, [Silo("b", "10.0.0.2", 1, null)], Noon.AddSeconds(5));
        seen = ClusterRules.Follow(seen, [Silo("b", "10.0.0.2", 1, null)], Noon.AddSeconds(6));
        Assert.Equal((SiloStanding.Lost, Noon.AddSeconds(5)), (seen[0].Standing, seen[0].Since));
    }

    [Fact]
    public void Silo_that_was_told_to_stop_is_gone() => Assert.Equal(
        SiloStanding.Gone,
        ClusterRules.Follow(Seen(Silo("b", "10.0.0.2", 1, SiloStanding.Leaving)), [Silo("b", "10.0.0.2", 1, null)], Noon)[0].Standing);

    [Fact]
    public void Silo_that_was_dead_before_anybody_looked_is_gone() =>
        Assert.Equal(SiloStanding.Gone, Seen(Silo("b", "10.0.0.2", 1, null))[0].Standing);

    [Theory]
    [InlineData("b", "10.0.0.9")]
    [InlineData("other", "10.0.0.2")]
    public void Lost_silo_is_gone_once_another_has_its_name_or_its_place(string name, string host)
    {
        var lost = ClusterRules.Follow(Seen(Silo("b", "10.0.0.2", 1, SiloStanding.Active)), [Silo("b", "10.0.0.2", 1, null)], Noon);
        var seen = ClusterRules.Follow(lost, [Silo("b", "10.0.0.2", 1, null), Silo(name, host, 2, SiloStanding.Joining)], Noon);
        Assert.Equal([SiloStanding.Joining, SiloStanding.Gone], seen.Select(silo => silo.Standing));
    }

    [Fact]
    public void The_dead_of_many_days_do_not_crowd_out_the_living()
    {
        var listed = Enumerable.Range(0, 1_000).Select(run => Silo($"old{run:000}", "10.0.0.2", run, null)).Append(Silo("z", "10.0.0.3", 1, SiloStanding.Active)).ToList();
        var seen = ClusterRules.Follow([], listed, Noon);
        Assert.Equal((ClusterRules.SilosMax, "z"), (seen.Length, seen[0].Name));
    }

    private static ImmutableArray<SiloSeen> Seen(SiloListed silo) => ClusterRules.Follow([], [silo], Noon);

    private static SiloListed Silo(string name, string host, int run, SiloStanding? standing) => new(name, $"{host}:11111@{run}", $"{host}:11111", standing);
}
