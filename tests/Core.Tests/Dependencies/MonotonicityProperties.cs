using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Dependencies;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Dependencies;

/// <summary>What makes a city worse never raises any level, now or later.</summary>
public sealed class MonotonicityProperties
{
    private const int Cities = 1_000;

    [Fact]
    public void Lower_ceilings_never_raise_a_level() => Worse((city, draws) => city with
    {
        Batches = [.. city.Batches.Select(batch => batch with
        {
            Ceilings = batch.Ceilings.ToImmutableSortedDictionary(pair => pair.Key, pair => draws.Chance(50) ? draws.Between(0, pair.Value) : pair.Value),
        })],
    });

    [Fact]
    public void Fewer_starts_never_raise_a_level() => Worse((city, draws) => city with
    {
        Batches = [.. city.Batches.Select(batch => batch with { Starts = [.. batch.Starts.Where(_ => draws.Chance(50))] })],
    });

    [Fact]
    public void Shorter_endurance_never_raises_a_level() => Worse((city, draws) => WithRules(city, rule =>
        rule.Backup is { } backup ? rule with { Backup = backup with { EnduranceTicks = draws.Between(1, (int)backup.EnduranceTicks) } } : rule));

    [Fact]
    public void Longer_recharge_never_raises_a_level() => Worse((city, draws) => WithRules(city, rule =>
        rule.Backup is { RechargeTicks: { } recharge } backup
            ? rule with { Backup = backup with { RechargeTicks = draws.Chance(20) ? null : recharge + draws.Between(0, 10) } }
            : rule));

    [Fact]
    public void Longer_restart_lag_never_raises_a_level() => Worse((city, draws) => WithRules(city, rule =>
        rule with { RestartLagTicks = rule.RestartLagTicks is { } lag ? lag + draws.Between(0, 5) : draws.Chance(20) ? draws.Between(1, 5) : null }));

    private static void Worse(Func<RandomCity, Draws, RandomCity> worsen) => Gen.Select(RandomCity.Gen, Gen.ULong).Sample(
        (city, seed) =>
        {
            var names = city.Rules.Select(rule => rule.Segment).ToArray();
            var better = KernelRun.EveryTick(city, names);
            var worse = KernelRun.EveryTick(worsen(city, new(seed)), names);
            for (var at = 0; at <= city.Horizon; at++)
            {
                for (var s = 0; s < names.Length; s++)
                {
                    Assert.True(worse[at][s] <= better[at][s], $"{names[s]} at {at} rose from {better[at][s]} to {worse[at][s]}");
                }
            }
        },
        iter: Cities);

    private static RandomCity WithRules(RandomCity city, Func<SegmentRule, SegmentRule> change) =>
        city with { Rules = [.. city.Rules.Select(rule => (rule.Segment, change(rule.Rule)))] };
}
