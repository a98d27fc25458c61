using System.Diagnostics;
using System.Globalization;
using CityTwin.Benchmarks.Ingest;
using CityTwin.Core.Model;
using CityTwin.Grains;
using CityTwin.Import.Generation;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Million;

/// <summary>
/// A city of a million sensors in one silo that has what a container of 4 GiB has: how long after the start of its process it serves,
/// on a new city and after a <c>kill -9</c>, and what memory it takes once each sensor has reported over MQTT. A start must wake no
/// sensor but those that a kill left with something to tell, as alerts of who has fallen silent meanwhile. Segments it wakes only for
/// the coordinator: all once, when a new city is founded, and those of a batch that a kill cut short.
/// There is no peer: the ceilings are a time and a size.
/// </summary>
internal static class MillionBenchmark
{
    private const double SecondsMax = 60;
    private const double BytesMax = 4e9;
    private const int Sensors = 1_000_000;
    private const int Population = 6_000_000;
    private const ulong Seed = 7;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>As the runtime takes in a container of 4 GiB: three quarters of it.</summary>
    private const long HeapMax = 3L << 30;

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(20));
        var cancellation = deadline.Token;
        var city = CityGenerator.Generate(new(Population, Seed, Sensors, "Benchmark City"));
        Console.WriteLine($"{city.Sensors.Length} sensors, {city.Segments.Length} segments, {city.Zones.Length} zones, {Environment.ProcessorCount} cores; the collector may use {HeapMax / 1e9:0.0} GB");
        await using var broker = await Mosquitto.Start(cancellation, keepsOverRestart: false);
        await using var silo = await IngestSilo.Start(city, broker.Port, cancellation, heapMax: HeapMax);
        await RequireAsleep(silo, 0, cancellation);
        var first = silo.ServedAfter;
        Tell("serves the new city", first, silo);

        var most = await Report(silo, new NumberedReadings(city, Seed, broker.Port, all: true), city, cancellation);
        await silo.Kill();
        var holding = silo.HoldingTells;
        await silo.StartAgain(cancellation);
        await RequireAsleep(silo, holding, cancellation);
        Tell("serves again after a kill", silo.ServedAfter, silo);
        await silo.RequireAllReported(cancellation);
        Console.WriteLine(new Verdict("million start", Math.Max(first.TotalSeconds, silo.ServedAfter.TotalSeconds) / SecondsMax, 1));
        Console.WriteLine(new Verdict("million", most / BytesMax, 1));
    }

    /// <summary>One reading from each sensor.</summary>
    /// <returns>The largest working set that was seen on the way and at the end.</returns>
    private static async Task<long> Report(IngestSilo silo, NumberedReadings load, City city, CancellationToken cancellation)
    {
        var (began, most) = (Stopwatch.GetTimestamp(), 0L);
        var publishing = load.Publish(city.Sensors.Length, cancellation);
        await silo.Drain(city.Sensors.Length, cancellation, readings =>
        {
            most = Math.Max(most, silo.WorkingSet);
            Tell($"{readings} sensors have reported", Stopwatch.GetElapsedTime(began), silo);
        });
        await publishing;

        // Who falls silent meanwhile says so in the log too: as many rows are not yet as many that have reported.
        while (!await silo.HaveAllReported(cancellation))
        {
            await Task.Delay(Look, cancellation);
            most = Math.Max(most, silo.WorkingSet);
        }

        Tell("each sensor has reported", Stopwatch.GetElapsedTime(began), silo);
        return Math.Max(most, silo.WorkingSet);
    }

    /// <exception cref="InvalidOperationException">The start has woken some.</exception>
    private static async Task RequireAsleep(IngestSilo silo, long holding, CancellationToken cancellation)
    {
        var woken = await silo.Woken(GrainTypes.Sensor, cancellation);
        if (woken > holding)
        {
            throw new InvalidOperationException($"The start woke {woken} sensors, but {holding} grains held tells.");
        }

        Console.WriteLine($"{woken} sensors awake, of {holding} grains that held tells, and {await silo.Woken(GrainTypes.Segment, cancellation)} segments");
    }

    private static void Tell(string what, TimeSpan after, IngestSilo silo) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: after {after.TotalSeconds:0.0} s, working set {silo.WorkingSet / 1e6:0} MB"));
}
