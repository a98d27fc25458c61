using System.Globalization;
using CityTwin.Core.Model;
using CityTwin.Import.Generation;
using CityTwin.Ingest;
using CityTwin.Testing;

namespace CityTwin.Benchmarks.Ingest;

/// <summary>
/// One reading per message through mosquitto into a whole silo, counted once durable in its database, against a bare
/// subscriber that acknowledges at once. Each round publishes once for the two sessions, then lets one after the other drain: the
/// same messages, the same broker, the same window. While one drains, the other stands still.
/// </summary>
internal static class IngestBenchmark
{
    private const double Target = 0.25;
    private const int Sensors = 10_000;
    private const int Readings = 40_000;

    /// <summary>Until the compiler is done: a silo runs for months, and its speed rises for the first four rounds.</summary>
    private const int WarmRounds = 4;
    private const int Rounds = 5;
    private const ulong Seed = 7;

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await Run("ingest", null, deadline.Token);
    }

    /// <param name="postgres">The connection string of a migrated database; null = SQLite.</param>
    public static async Task Run(string name, string? postgres, CancellationToken cancellation)
    {
        var city = CityGenerator.Generate(new(200_000, Seed, Sensors, "Benchmark City"));
        var window = new IngestOptions().InFlightMax;
        await using var broker = await Mosquitto.Start(cancellation, keepsOverRestart: false);
        await using var silo = await IngestSilo.Start(city, broker.Port, cancellation, postgres);
        await using var bare = await BareSubscriber.Connect(broker.Port, window, cancellation);
        var load = new NumberedReadings(city, Seed, broker.Port);
        // No sensor's grain is awake at first, either: shown, but not counted.
        for (var round = 0; round < WarmRounds; round++)
        {
            Tell(await One(load, bare, silo, bareFirst: true, cancellation), "after the start");
        }

        var drains = new List<(Drain Bare, Drain Silo)>();
        for (var round = 0; round < Rounds; round++)
        {
            drains.Add(await One(load, bare, silo, bareFirst: round % 2 == 0, cancellation));
            Tell(drains[^1], "warm");
        }

        await silo.RequireAllStored(load.Sent, cancellation);
        await silo.Stop(cancellation);
        await BareSubscriber.RequireNothingLeft(broker.Port, IngestSilo.ClientId, cancellation);
        Tell(name, drains, window);
    }

    private static async Task<(Drain Bare, Drain Silo)> One(
        NumberedReadings load, BareSubscriber bare, IngestSilo silo, bool bareFirst, CancellationToken cancellation)
    {
        silo.Pause();
        bare.Pause();
        await load.Publish(Readings, cancellation);
        if (bareFirst)
        {
            var first = await bare.Drain(Readings, cancellation);
            return (first, await silo.Drain(Readings, cancellation));
        }

        var ours = await silo.Drain(Readings, cancellation);
        return (await bare.Drain(Readings, cancellation), ours);
    }

    private static void Tell((Drain Bare, Drain Silo) round, string when) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{when}: silo {round.Silo.PerSecond:0}/s, bare subscriber {round.Bare.PerSecond:0}/s, ratio {round.Silo.PerSecond / round.Bare.PerSecond:0.000}"));

    private static void Tell(string name, List<(Drain Bare, Drain Silo)> drains, int window)
    {
        var median = drains.OrderBy(pair => pair.Silo.PerSecond / pair.Bare.PerSecond).ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"silo {median.Silo.PerSecond:0} readings/s at {median.Silo.CpuMicroseconds:0.0} us CPU each, bare subscriber {median.Bare.PerSecond:0}/s at {median.Bare.CpuMicroseconds:0.0} us (the broker's apart); {Readings} readings of {Sensors} sensors a round, window {window}, {Environment.ProcessorCount} cores"));
        Console.WriteLine(new Verdict(name, median.Silo.PerSecond / median.Bare.PerSecond, Target, MoreIsBetter: true));
    }
}

/// <summary>One session brought to empty.</summary>
internal readonly record struct Drain(int Readings, TimeSpan Took, TimeSpan Cpu)
{
    public double PerSecond => Readings / Took.TotalSeconds;

    public double CpuMicroseconds => Cpu.TotalMicroseconds / Readings;
}
