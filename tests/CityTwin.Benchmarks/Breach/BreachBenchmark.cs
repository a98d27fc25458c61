using System.Diagnostics;
using System.Globalization;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Breaches;

namespace CityTwin.Benchmarks.Breach;

/// <summary>
/// 10,000 runs of a breach in a generated city of about 10,000 segments and 300 attack steps, on one core. The peer, in the
/// same process: what the same number of evaluations costs when one segment fails on a fork of that city, and 1 us for each
/// attack, detection, guard or repair event. The search of roads is told apart.
/// </summary>
internal static class BreachBenchmark
{
    private const int Runs = 10_000;
    private const double TargetRatio = 4;
    private const double NanosecondsPerEvent = 1_000;
    private const double EvaluationTargetNanoseconds = 150;
    private const double EventTargetNanoseconds = 1_000;

    public static void Run()
    {
        var city = BreachCity.Build();
        var plan = BreachModels.Plan(city, BreachCity.Scenario(city));
        var hit = NanosecondsOfAnEvaluation(city);
        var run = new BreachRun(plan);
        WarmUp.With(() => Go(run, 1_000));
        var bare = Go(run, Runs);
        run.Course.Clock = Stopwatch.GetTimestamp;
        var split = Go(run, Runs);

        // The clock itself is read twice a settle and a fork, which is the kernel's too: what that costs is not the engine's.
        var clock = 2 * (split.Settles + Runs) * NanosecondsOfTheClock();
        var routing = run.ClockInRouting * 1e9 / Stopwatch.Frequency;
        var kernel = (run.Course.ClockInSettles * 1e9 / Stopwatch.Frequency) - (clock / 2);
        var beside = bare.Nanoseconds - kernel - routing;
        var (perEvaluation, perEvent) = (kernel / split.Evaluations, beside / split.Events);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{city.Segments.Length} segments, {city.Security.Steps.Length} steps, {Runs} runs: {bare.Nanoseconds / Runs / 1000:0.0} us a run; {(double)bare.Events / Runs:0.0} events, {(double)bare.Settles / Runs:0.0} settles, {(double)bare.Evaluations / Runs:0} evaluations, {(double)bare.Routings / Runs:0.00} searches of the roads"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{perEvaluation:0.0} ns an evaluation (hit: {hit:0.0}; at most {EvaluationTargetNanoseconds:0} wanted), {perEvent:0} ns an event beside it (at most {EventTargetNanoseconds:0}), roads {routing / Runs / 1000:0.0} us a run; {bare.Bytes / Runs} bytes allocated a run"));
        var ratio = (bare.Nanoseconds - routing) / ((bare.Evaluations * hit) + (bare.Events * NanosecondsPerEvent));
        var isMet = perEvaluation <= EvaluationTargetNanoseconds && perEvent <= EventTargetNanoseconds;
        Console.WriteLine(new Verdict("breach", isMet ? ratio : double.PositiveInfinity, TargetRatio));
    }

    private static (double Nanoseconds, long Events, long Settles, long Evaluations, long Routings, long Bytes) Go(BreachRun run, int runs)
    {
        var (events, settles, evaluations, routings) = (0L, 0L, 0L, 0L);
        var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        for (var number = 0; number < runs; number++)
        {
            run.Go(number);
            events += run.Outcome.Events;
            settles += run.Course.Settles;
            evaluations += run.Outcome.Evaluations;
            routings += run.Outcome.Routings;
        }

        var nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        return (nanoseconds, events, settles, evaluations, routings, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    /// <summary>As <c>bench hit</c>, on this city: each hit counts with the round that was disturbed least.</summary>
    private static double NanosecondsOfAnEvaluation(City city)
    {
        const int Hits = 2_000;
        const int Rounds = 50;
        var begin = KernelState.Begin(Kernel.Compile(city), 0);
        var fork = new KernelState(begin.Kernel);
        var draws = new Draws(3);
        var suppliers = begin.Kernel.Rules.SelectMany(rule => ExpressionRules.Suppliers(rule).AsEnumerable())
            .Distinct().Select(begin.Kernel.IndexOf).Order().ToArray();
        var hits = Enumerable.Range(0, Hits).Select(_ => draws.OneOf(suppliers)).ToArray();
        var least = new long[Hits];
        least.AsSpan().Fill(long.MaxValue);
        var evaluations = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            evaluations = 0;
            for (var hit = 0; hit < Hits; hit++)
            {
                if (hit % 50 == 0)
                {
                    fork.CopyFrom(begin);
                }

                var began = Stopwatch.GetTimestamp();
                fork.Settle(fork.Now + 1, [new(hits[hit], 0)], []);
                least[hit] = Math.Min(least[hit], Stopwatch.GetTimestamp() - began);
                evaluations += fork.Evaluations;
                fork.Settle(fork.Now + 1, [new(hits[hit], 1000)], []);
            }
        }

        return least.Sum() * 1e9 / Stopwatch.Frequency / evaluations;
    }

    private static double NanosecondsOfTheClock()
    {
        const int Reads = 1_000_000;
        var began = Stopwatch.GetTimestamp();
        for (var read = 0; read < Reads; read++)
        {
            Stopwatch.GetTimestamp();
        }

        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / Reads;
    }
}
