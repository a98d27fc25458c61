using CityTwin.Core.Dependencies;

namespace CityTwin.Benchmarks.Settle;

/// <summary>A city-like graph of 100,000 segments in which one in ten has a backup and one in twenty a restart lag.</summary>
internal static class BenchmarkCity
{
    public static KernelState Begin()
    {
        var graph = BenchmarkGraph.CityLike(1);
        return KernelState.Begin(
            Kernel.Compile(graph.Rules((place, rule) =>
            {
                var supplied = place % 10 == 0 ? rule with { Supply = rule.Needs, Needs = null, Backup = new(1000, 3_600_000, 7_200_000) } : rule;
                return place % 20 == 1 ? supplied with { RestartLagTicks = 60_000 } : supplied;
            })),
            0);
    }
}
