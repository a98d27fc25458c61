using System.Diagnostics;
using System.Globalization;
using CityTwin.Core.Dependencies;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Settle;

/// <summary>
/// One event that lowers 5,000 ceilings in 100,000 components and 300,000 dependencies, both phases, on one core,
/// beside a plain C++ queue worklist (g++ -O3) that must come to the same levels.
/// </summary>
internal static class SettleBenchmark
{
    private const int Lowered = 5_000;
    private const int Runs = 31;

    public static void Run()
    {
        var peer = BuildPeer();
        var verdicts = new[]
        {
            Compare(peer, BenchmarkGraph.Random(1), 0.15),
            Compare(peer, BenchmarkGraph.CityLike(1), 0.3),
        };
        foreach (var verdict in verdicts)
        {
            Console.WriteLine(verdict);
        }

        // The graph that is nearest to its target, or furthest beyond it, speaks for both.
        Console.WriteLine(verdicts.MaxBy(verdict => verdict.Share) with { Name = "settle" });
    }

    private static Verdict Compare(string peer, BenchmarkGraph graph, double target)
    {
        var draws = new Draws(2);
        var batch = draws.Some([.. Enumerable.Range(0, BenchmarkGraph.Components)], Lowered, Lowered)
            .Select(place => new CeilingSetting(place, draws.Between(0, 9) * 100)).ToArray();
        var theirs = RunPeer(peer, graph, batch);
        var begin = KernelState.Begin(Kernel.Compile(graph.Rules()), 0);
        var state = new KernelState(begin.Kernel);
        WarmUp.With(() =>
        {
            state.CopyFrom(begin);
            state.Settle(1, batch, []);
        });
        var times = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            state.CopyFrom(begin);
            var started = Stopwatch.GetTimestamp();
            state.Settle(1, batch, []);
            times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds);
        }

        if (Checksum(state) != theirs.Checksum)
        {
            throw new InvalidOperationException($"The {graph.Name} graph: the kernel and its peer come to different levels.");
        }

        var ours = times.Min(); // the run that was disturbed least, as of the peer
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{graph.Name}: {graph.Dependencies} dependencies; kernel {ours / 1e6:0.00} ms, {state.Evaluations} evaluations; worklist {theirs.Nanoseconds / 1e6:0.00} ms, {theirs.Evaluations} evaluations; {state.Changes.Length} levels changed"));
        return new($"settle-{graph.Name}", ours / theirs.Nanoseconds, target);
    }

    private static ulong Checksum(KernelState state)
    {
        unchecked
        {
            var checksum = 14695981039346656037UL;
            for (var segment = 0; segment < BenchmarkGraph.Components; segment++)
            {
                checksum = (checksum ^ (ulong)state.LevelOf(segment)) * 1099511628211UL;
            }

            return checksum;
        }
    }

    private static string BuildPeer()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "worklist");
        var (_, error) = Start("g++", ["-O3", "-march=native", "-o", program, Path.Combine(AppContext.BaseDirectory, "Settle", "worklist.cpp")], _ => { });
        return File.Exists(program) ? program : throw new InvalidOperationException($"g++ did not build the peer; install g++. {error}");
    }

    private static (double Nanoseconds, long Evaluations, ulong Checksum) RunPeer(string peer, BenchmarkGraph graph, CeilingSetting[] batch)
    {
        var (output, _) = Start(peer, [], input =>
        {
            graph.WriteTo(input);
            input.WriteLine(batch.Length.ToString(CultureInfo.InvariantCulture));
            foreach (var (segment, ceiling) in batch)
            {
                input.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{segment} {ceiling}"));
            }
        });
        var words = output.Split(' ', StringSplitOptions.TrimEntries);
        return (double.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture), ulong.Parse(words[2], CultureInfo.InvariantCulture));
    }

    private static (string Output, string Error) Start(string program, string[] arguments, Action<StreamWriter> write)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        write(process.StandardInput);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (output, error);
    }
}
