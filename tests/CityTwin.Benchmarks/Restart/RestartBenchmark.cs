using System.Diagnostics;
using System.Globalization;
using CityTwin.Benchmarks.Ingest;
using CityTwin.Import.Generation;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Restart;

/// <summary>
/// A city of 100,000 sensors that have all reported, <c>kill -9</c>, and how long after the start of the next process
/// its zones are served from a view in which every sensor has its value; that it is the last one is looked at afterwards. There is no peer: the ceiling is a time.
/// </summary>
internal static class RestartBenchmark
{
    private const double SecondsMax = 15;
    private const double Target = 1;
    private const int Sensors = 100_000;
    private const int Population = 2_000_000;
    private const int Rounds = 3;
    private const ulong Seed = 7;

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var cancellation = deadline.Token;
        var city = CityGenerator.Generate(new(Population, Seed, Sensors, "Benchmark City"));
        await using var broker = await Mosquitto.Start(cancellation, keepsOverRestart: false);
        var began = Stopwatch.GetTimestamp();
        await using var silo = await IngestSilo.Start(city, broker.Port, cancellation);
        Tell("the first start, with the founding of the city", Stopwatch.GetElapsedTime(began));
        var load = new NumberedReadings(city, Seed, broker.Port, all: true);
        await load.Publish(city.Sensors.Length, cancellation);
        await silo.Drain(city.Sensors.Length, cancellation);

        var restarts = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            await silo.Kill();
            began = Stopwatch.GetTimestamp();
            await silo.StartAgain(cancellation);
            await silo.RequireAllReported(cancellation);
            restarts.Add(Stopwatch.GetElapsedTime(began));
            Tell("serves, and no sensor of its view is without a value", restarts[^1]);
            await silo.RequireAllStored(load.Sent, cancellation);
        }

        Console.WriteLine($"{city.Sensors.Length} sensors, {city.Segments.Length} segments, {city.Zones.Length} zones, {Environment.ProcessorCount} cores; the slowest of {Rounds} counts");
        Console.WriteLine(new Verdict("restart", restarts.Max().TotalSeconds / SecondsMax, Target));
    }

    private static void Tell(string what, TimeSpan took) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalSeconds:0.0} s"));
}
