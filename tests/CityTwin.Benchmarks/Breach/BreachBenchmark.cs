using System.Diagnostics;
using System.Globalization;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing;
using CityTwin.Testing.Breaches;

namespace CityTwin.Benchmarks.Breach;

/// <summary>
/// 10,000 runs of a breach in a generated city of about 10,000 segments and 300 attack steps, on one core. The peer, in the
/// same process: what the same number of evaluations costs when one segment fails on a fork of that city, and 1 us for each
/// attack, detection, guard or repair event. The search of roads is told apart, and so is what the whole job takes as a planner
/// runs it: in parts, counted, merged and reported.
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
        var (bare, split) = BareAndSplit(run);

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
        var (counted, whole, jobBytes) = Job(city, run);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{whole / Runs / 1000:0.0} us a run for the job with its tallies, merges and report, {counted / Runs / 1000:0.0} us for its bare runs: {whole / counted:0.00} times that; {jobBytes / Runs} bytes allocated a run"));
        var ratio = (bare.Nanoseconds - routing) / ((bare.Evaluations * hit) + (bare.Events * NanosecondsPerEvent));
        var isMet = perEvaluation <= EvaluationTargetNanoseconds && perEvent <= EventTargetNanoseconds;
        Console.WriteLine(new Verdict("breach", isMet ? ratio : double.PositiveInfinity, TargetRatio));
    }

    /// <summary>All runs twice, without and with the clock in the kernel, part by part: whatever else the machine does slows both alike.</summary>
    private static (Passed Bare, Passed Split) BareAndSplit(BreachRun run)
    {
        var (bare, split) = (default(Passed), default(Passed));
        for (var first = 0; first < Runs; first += BreachJob.RunsInPart)
        {
            run.Course.Clock = null;
            bare += Go(run, BreachJob.RunsInPart, first);
            run.Course.Clock = Stopwatch.GetTimestamp;
            split += Go(run, BreachJob.RunsInPart, first);
        }

        return (bare, split);
    }

    private static Passed Go(BreachRun run, int runs, int first = 0)
    {
        var (events, settles, evaluations, routings) = (0L, 0L, 0L, 0L);
        var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        for (var number = first; number < first + runs; number++)
        {
            run.Go(number);
            events += run.Outcome.Events;
            settles += run.Course.Settles;
            evaluations += run.Outcome.Evaluations;
            routings += run.Outcome.Routings;
        }

        var nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        return new(nanoseconds, events, settles, evaluations, routings, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    /// <summary>
    /// The job of all runs on one core, beside the same runs alone: after each part its bare runs, so that whatever else the
    /// machine does slows both alike.
    /// </summary>
    private static (double BareNanoseconds, double WholeNanoseconds, long Bytes) Job(City city, BreachRun run)
    {
        var scenario = BreachCity.Scenario(city) with { Runs = Runs };
        var job = new BreachJob(city, SimulationStart.New(city, SimulationStart.DefaultAt), scenario);
        run.Course.Clock = null;
        WarmUp.With(() => Counted(job, null, 0));
        var (bare, whole, bytes) = (0.0, 0.0, 0L);
        BreachPart? all = null;
        for (var part = 0; part < BreachJob.PartsOf(Runs); part++)
        {
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            all = Counted(job, all, part);
            whole += Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            bytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
            bare += Go(run, BreachJob.RunsInPart, part * BreachJob.RunsInPart).Nanoseconds;
        }

        var reporting = Stopwatch.GetTimestamp();
        BreachReportJson.Write(BreachReport.Of(job, all!, new(BreachReport.DefaultConfidence, 0, Runs)));
        return (bare, whole + Stopwatch.GetElapsedTime(reporting).TotalNanoseconds, bytes);
    }

    private static BreachPart Counted(BreachJob job, BreachPart? all, int number)
    {
        var part = job.Run(number);
        all?.Merge(part);
        return all ?? part;
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

    private readonly record struct Passed(double Nanoseconds, long Events, long Settles, long Evaluations, long Routings, long Bytes)
    {
        public static Passed operator +(Passed one, Passed other) => new(
            one.Nanoseconds + other.Nanoseconds, one.Events + other.Events, one.Settles + other.Settles,
            one.Evaluations + other.Evaluations, one.Routings + other.Routings, one.Bytes + other.Bytes);
    }
}
