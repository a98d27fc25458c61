using CityTwin.Simulation.Tests.Chaos;
using Xunit;

namespace CityTwin.Simulation.Tests;

public sealed class Live_cascade_under_chaos
{
    private const int SeedsMax = 2000;

    /// <summary>CITYTWIN_CHAOS_SEED runs one seed; CITYTWIN_CHAOS_FROM begins elsewhere.</summary>
    [Fact]
    public void Decides_what_the_kernel_makes_of_the_ceiling_log()
    {
        var only = Environment.GetEnvironmentVariable("CITYTWIN_CHAOS_SEED");
        var from = int.Parse(Environment.GetEnvironmentVariable("CITYTWIN_CHAOS_FROM") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var seeds = only is null ? Enumerable.Range(from, SeedsMax) : [int.Parse(only, System.Globalization.CultureInfo.InvariantCulture)];
        var wrong = new List<string>();
        foreach (var seed in seeds)
        {
            wrong.AddRange(ChaosRun.Differences(seed, ChaosCity.Of(seed)).Take(5).Select(line => $"seed {seed}: {line}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(40)));
    }
}
