using System.Diagnostics;
using System.Globalization;
using CityTwin.Core.Dependencies;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Settle;

/// <summary>
/// One failed segment in a 100,000-segment city, on a fork, and repaired before the next: at most 100 ns an evaluation,
/// nothing allocated. Each hit counts with the round that was disturbed least.
/// </summary>
internal static class HitBenchmark
{
    private const int Hits = 5_000;
    private const int Rounds = 100;

    /// <summary>A fork empties the caches; and without forks the agenda would fill with restarts of hits long past.</summary>
    private const int HitsPerFork = 50;

    private const double TargetNanoseconds = 100;

    public static void Run()
    {
        var begin = BenchmarkCity.Begin();
        var fork = new KernelState(begin.Kernel);
        var draws = new Draws(3);

        // Whatever something depends on: the failure of a leaf is one evaluation and says nothing.
        var suppliers = begin.Kernel.Rules.SelectMany(rule => ExpressionRules.Suppliers(rule).AsEnumerable())
            .Distinct().Select(begin.Kernel.IndexOf).Order().ToArray();
        var hits = Enumerable.Range(0, Hits).Select(_ => draws.OneOf(suppliers)).ToArray();
        var ticks = new long[Hits];
        WarmUp.With(() => Hit(begin, fork, hits, ticks));
        ticks.AsSpan().Fill(long.MaxValue);
        var (evaluations, bytes) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            (evaluations, bytes) = Hit(begin, fork, hits, ticks);
        }

        var nanoseconds = ticks.Sum() * 1e9 / Stopwatch.Frequency;
        var perEvaluation = nanoseconds / evaluations;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Hits} hits: {nanoseconds / Hits / 1000:0.00} us and {(double)evaluations / Hits:0.0} evaluations each; {bytes} bytes allocated"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perEvaluation:0.0} ns an evaluation, at most {TargetNanoseconds:0} wanted"));

        // Whoever allocates has not met the target, however fast.
        Console.WriteLine(new Verdict("hit", bytes == 0 ? perEvaluation / TargetNanoseconds : double.PositiveInfinity, 1));
    }

    private static (long Evaluations, long Bytes) Hit(KernelState begin, KernelState fork, int[] hits, long[] least)
    {
        var (evaluations, bytes) = (0L, 0L);
        Span<CeilingSetting> failed = stackalloc CeilingSetting[1];
        Span<CeilingSetting> repaired = stackalloc CeilingSetting[1];
        for (var hit = 0; hit < hits.Length; hit++)
        {
            if (hit % HitsPerFork == 0)
            {
                fork.CopyFrom(begin);
            }

            (failed[0], repaired[0]) = (new(hits[hit], 0), new(hits[hit], 1000));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            fork.Settle(fork.Now + 1, failed, []);
            least[hit] = Math.Min(least[hit], Stopwatch.GetTimestamp() - started);
            bytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
            evaluations += fork.Evaluations;
            fork.Settle(fork.Now + 1, repaired, []);
        }

        return (evaluations, bytes);
    }
}
