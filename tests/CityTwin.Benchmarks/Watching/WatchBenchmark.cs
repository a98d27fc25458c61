using System.Globalization;
using CityTwin.Benchmarks.Ingest;
using CityTwin.Import.Generation;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Watching;

/// <summary>
/// Twenty watchers of all sensors of a city of 100,000 things, each with a connection of its own, while 5,000 readings a second
/// come from the broker; one of them takes nothing. How far the others are behind the commit counts, at the 99th percentile, and that
/// the silo's memory does not grow. The client's work is done on the same cores. There is no peer: the ceiling is a time.
/// </summary>
internal static class WatchBenchmark
{
    private const double TargetMilliseconds = 250;
    private const double MemoryGrowthMax = 1.1;

    /// <summary>Of a container with 2 GiB the collector takes three quarters. Without a limit it takes what the machine has before it looks at what is old.</summary>
    private const long HeapMax = 3L << 29;
    private const int Watchers = 20;
    private const int Sensors = 96_000;
    private const int Population = 600_000;
    private const int PerSecond = 5_000;

    /// <summary>Until each sensor has reported, and so its grain is awake.</summary>
    private const int WarmSeconds = 20;
    private const int PieceSeconds = 10;
    private const int Pieces = 12;

    /// <summary>
    /// By then the collector has taken what the limit gives it: until it has, it leaves old garbage lie, and the working set rises
    /// while what is alive does not.
    /// </summary>
    private const int FilledBy = 6;
    private const ulong Seed = 7;

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var cancellation = deadline.Token;
        var city = CityGenerator.Generate(new(Population, Seed, Sensors, "Benchmark City"));
        Console.WriteLine($"{city.Sensors.Length} sensors, {city.Segments.Length} segments, {city.Zones.Length} zones, {Environment.ProcessorCount} cores");
        await using var broker = await Mosquitto.Start(cancellation, keepsOverRestart: false);
        await using var silo = await IngestSilo.Start(city, broker.Port, cancellation, heapMax: HeapMax);
        var load = new NumberedReadings(city, Seed, broker.Port, all: true);
        var watchers = Enumerable.Range(0, Watchers).Select(number => new SensorWatcher(silo.Connect(), stalls: number == 0)).ToList();
        try
        {
            await Task.WhenAll(watchers.Select(watcher => watcher.HasSnapshot.WaitAsync(cancellation)));
            Tell("after the start, while grains wake", await Measure(silo, load, watchers, WarmSeconds, cancellation), silo.WorkingSet);
            var (all, memory) = (new List<double>(), new List<long>());
            for (var piece = 0; piece < Pieces; piece++)
            {
                var behind = await Measure(silo, load, watchers, PieceSeconds, cancellation);
                all.AddRange(behind);
                memory.Add(silo.WorkingSet);
                Tell("then", behind, memory[^1]);
            }

            var p99 = Percentile(all, 0.99);
            Console.WriteLine(new Verdict("watch memory", memory[^1] / (double)memory[FilledBy - 1], MemoryGrowthMax));
            Console.WriteLine(new Verdict("watch", p99 / TargetMilliseconds, 1));
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                await watcher.DisposeAsync();
            }
        }
    }

    /// <returns>How long after its commit each change came to each of the watchers that take them, in milliseconds.</returns>
    private static async Task<List<double>> Measure(
        IngestSilo silo, NumberedReadings load, List<SensorWatcher> watchers, int seconds, CancellationToken cancellation)
    {
        var from = silo.Head;
        foreach (var watcher in watchers)
        {
            watcher.TakeSeen();
        }

        await load.Publish(seconds * PerSecond, cancellation, PerSecond);
        var taking = watchers.Where(watcher => !watcher.Stalls).ToList();
        await Task.WhenAll(taking.Select(watcher => watcher.Reaches(from + (seconds * PerSecond), cancellation)));
        var commits = silo.CommitsAfter(from).ToDictionary(commit => commit.Seq, commit => commit.At);
        return [.. taking.SelectMany(watcher => watcher.TakeSeen()).Where(seen => commits.ContainsKey(seen.Seq))
            .Select(seen => (seen.At - commits[seen.Seq]).TotalMilliseconds)];
    }

    private static void Tell(string what, List<double> behind, long workingSet) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {behind.Count} changes seen, behind their commit p50 {Percentile(behind, 0.5):0} ms, p99 {Percentile(behind, 0.99):0} ms, most {behind.Max():0} ms; working set {workingSet / 1e6:0} MB"));

    private static double Percentile(List<double> of, double share)
    {
        of.Sort();
        return of[(int)(of.Count * share)];
    }
}
