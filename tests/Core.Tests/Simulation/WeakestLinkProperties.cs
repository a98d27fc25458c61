using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Dependencies;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Simulation;

/// <summary>N-1 and explanations on random cities.</summary>
public sealed class WeakestLinkProperties
{
    private const int Cities = 300;

    [Fact]
    public void Weakest_link_is_the_worst_of_all_single_failures_run_one_by_one() => RandomCity.Gen.Sample(
        random =>
        {
            const long horizon = 30;
            var city = CityOf(random);
            var kernel = Kernel.Compile(city);
            var report = WeakestLink.Find(city, KernelState.Begin(kernel, 0), horizon);
            var without = LowestLevels(random, null, horizon);
            var lowest = random.Rules.Select(rule => LowestLevels(random, rule.Segment, horizon)).ToArray();
            foreach (var service in report.Services)
            {
                var reads = kernel.IndexOf(new(service.Service.Value));
                var worst = lowest.Min(levels => levels[reads]);
                Assert.Equal(worst < without[reads] ? worst : null, service.Worst?.LevelFinallyPermille);
                Assert.Equal(worst < without[reads] && worst == 0, service.Worst?.DarkAfterTicks is not null);
            }
        },
        iter: Cities);

    [Fact]
    public void Every_lowered_level_is_explained_and_the_same_way_twice() => RandomCity.Gen.Sample(
        random =>
        {
            var state = KernelState.Begin(Kernel.Compile(random.Rules), 0);
            ImmutableArray<Cause> CausesOf(SegmentId segment) => state.CeilingOf(state.Kernel.IndexOf(segment)) is < 1000 and var ceiling
                ? [new("test", ceiling, "", "", DateTimeOffset.UnixEpoch)]
                : [];
            foreach (var batch in random.Batches)
            {
                KernelRun.Settle(state, batch);
                foreach (var segment in state.Kernel.Segments)
                {
                    var chain = CauseChain.Explain(state, CausesOf, segment);
                    Assert.Equal(state.LevelOf(segment) == 1000, chain.Term == CauseTerm.None);
                    Assert.Equal(ReportText.Line(chain), ReportText.Line(CauseChain.Explain(state, CausesOf, segment)));
                    AssertSound(chain);
                }
            }
        },
        iter: Cities);

    private static void AssertSound(CauseChain chain)
    {
        Assert.Equal(chain.Term == CauseTerm.Ceiling, chain.Cause is not null);
        Assert.True(chain.Term != CauseTerm.Restart || chain.Until is not null, $"{chain.Segment} restarts for ever.");
        Assert.All(chain.Because, AssertSound);
    }

    private static City CityOf(RandomCity random) => SmallTown.Of(
        [.. random.Rules.OrderBy(rule => rule.Segment).Select(rule => SmallTown.Segment(rule.Segment.Value, rule.Rule))],
        [.. random.Rules.Select(rule => new ZoneService(new(rule.Segment.Value), new Supplier(rule.Segment), null))]);

    private static int[] LowestLevels(RandomCity random, SegmentId? failed, long horizon)
    {
        var city = CityOf(random);
        var naive = new NaiveCity([.. city.Segments.Select(segment => (segment.Id, segment.Rule))]);
        var lowest = naive.Levels.ToArray();
        for (var at = 1L; at <= horizon + 1; at++)
        {
            var ceilings = failed is { } segment && at == 1
                ? ImmutableDictionary<SegmentId, int>.Empty.Add(segment, 0)
                : ImmutableDictionary<SegmentId, int>.Empty;
            naive.Tick(ceilings, []);
            for (var s = 0; s < lowest.Length; s++)
            {
                lowest[s] = Math.Min(lowest[s], naive.Levels[s]);
            }
        }

        return lowest;
    }
}
