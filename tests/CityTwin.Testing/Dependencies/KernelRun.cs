using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Testing.Dependencies;

/// <summary>Runs a city's batches through the kernel.</summary>
public static class KernelRun
{
    /// <summary>The levels at every tick 0..horizon, in the order of <paramref name="segments"/>.</summary>
    public static int[][] EveryTick(RandomCity city, IReadOnlyList<SegmentId> segments)
    {
        var state = KernelState.Begin(Kernel.Compile(city.Rules), 0);
        var levels = new int[city.Horizon + 1][];
        for (var at = 0L; at <= city.Horizon; at++)
        {
            Settle(state, at, city);
            levels[at] = [.. segments.Select(state.LevelOf)];
        }

        return levels;
    }

    /// <summary>Settles what happens at a tick, if anything does.</summary>
    public static void Settle(KernelState state, long at, RandomCity city)
    {
        state.Advance(at - 1);
        if (city.Batches.SingleOrDefault(batch => batch.At == at) is { } batch)
        {
            Settle(state, batch);
        }
        else
        {
            state.Advance(at);
        }
    }

    public static void Settle(KernelState state, RandomBatch batch) => state.Settle(
        batch.At,
        [.. batch.Ceilings.Select(pair => new CeilingSetting(state.Kernel.IndexOf(pair.Key), pair.Value))],
        [.. batch.Starts.Select(state.Kernel.IndexOf)]);
}
