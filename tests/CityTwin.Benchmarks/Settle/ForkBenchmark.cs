using System.Diagnostics;
using System.Globalization;
using CityTwin.Core.Dependencies;

namespace CityTwin.Benchmarks.Settle;

/// <summary>The kernel state of 100,000 segments copied into memory that is there already, beside Array.Copy of as many bytes.</summary>
internal static class ForkBenchmark
{
    private const int Runs = 2_001;

    public static void Run()
    {
        var begin = BenchmarkCity.Begin();
        var fork = new KernelState(begin.Kernel);
        var source = new byte[begin.Bytes];
        var target = new byte[begin.Bytes];
        source.AsSpan().Fill(1); // memory never written is one page of zeros, and copying that would be no peer
        WarmUp.With(() => fork.CopyFrom(begin));
        var ours = Measure(() => fork.CopyFrom(begin));
        var peer = Measure(() => Array.Copy(source, target, source.Length));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{begin.Bytes} bytes: fork {ours / 1000:0.0} us, Array.Copy {peer / 1000:0.0} us"));
        Console.WriteLine(new Verdict("fork", ours / peer, 3));
    }

    private static double Measure(Action copy)
    {
        var times = new List<double>(Runs);
        for (var run = 0; run < Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            copy();
            times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds);
        }

        return times.Min();
    }
}
