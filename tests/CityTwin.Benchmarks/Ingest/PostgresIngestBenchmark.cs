using System.Diagnostics;
using System.Globalization;
using System.Net;
using CityTwin.Grains.Storing;
using CityTwin.Storage;
using CityTwin.Storage.Postgres;
using CityTwin.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace CityTwin.Benchmarks.Ingest;

/// <summary>
/// <see cref="IngestBenchmark"/> on PostgreSQL; and before it the same states written by group commit, with a published
/// change each, and by the stock provider, which writes each by itself and publishes nothing. The server waits for the disk.
/// </summary>
internal static class PostgresIngestBenchmark
{
    private const double CommitTarget = 8;
    private const int Rows = 3_000;
    private const int Grouped = 10;
    private const int Rounds = 3;
    private const int StateBytes = 200;
    private const int StatusBytes = 80;

    /// <summary>As many as ingest stores at one time.</summary>
    private const int Callers = 4_096;

    /// <summary>The stock provider is quickest with few callers and as many connections: more would only wait in its pool.</summary>
    private const int StockCallers = 64;

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var cancellation = deadline.Token;
        await using var server = await PostgresServer.Start(cancellation, isDurable: true);
        await Commits(await Migrated(server, cancellation), cancellation);
        await IngestBenchmark.Run("ingest-pg", await Migrated(server, cancellation), cancellation);
    }

    private static async Task<string> Migrated(PostgresServer server, CancellationToken cancellation)
    {
        var connection = server.ConnectionString(await server.Create(cancellation));
        PostgresSchema.Migrate(new() { ConnectionString = connection }, _ => { });
        return connection;
    }

    private static async Task Commits(string connection, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.AddCityTwinPostgresStorage(new() { ConnectionString = $"{connection};Maximum Pool Size={StockCallers}" });
            silo.ConfigureEndpoints(IPAddress.Loopback, Mosquitto.FreePort(), Mosquitto.FreePort());
            silo.Configure<ClusterOptions>(cluster => cluster.ServiceId = cluster.ClusterId = "bench");
        });
        using var host = builder.Build();
        await host.StartAsync(cancellation);
        var rounds = new List<(double Stock, double Group)>();
        for (var round = -1; round < Rounds; round++)
        {
            var stock = await Write(host, StorageNames.Plain, $"stock{round}", Rows, StockCallers);
            var group = await Write(host, StorageNames.Published, $"group{round}", Rows * Grouped, Callers);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(round < 0 ? "after the start" : "warm")}: group commit {group:0} states/s at {Callers} callers, stock {stock:0}/s at {StockCallers}, ratio {group / stock:0.0}"));
            if (round >= 0)
            {
                rounds.Add((stock, group));
            }
        }

        await host.StopAsync(cancellation);
        var median = rounds.OrderBy(pair => pair.Group / pair.Stock).ElementAt(Rounds / 2);
        Console.WriteLine(new Verdict("ingest-pg commits", median.Group / median.Stock, CommitTarget, MoreIsBetter: true));
    }

    /// <summary>Each state is written twice: made, and changed.</summary>
    /// <returns>Writes a second.</returns>
    private static async Task<double> Write(IHost host, string provider, string name, int rows, int callers)
    {
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>(provider);
        var next = -1;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var row = Interlocked.Increment(ref next); row < rows; row = Interlocked.Increment(ref next))
            {
                var grain = GrainId.Create("bench", $"s:{name}-{row}");
                var state = new GrainState<Stored<byte[]>>(new Stored<byte[]>(new byte[StateBytes], [], 1) { Changes = [new("sensor", $"{name}-{row}", new byte[StatusBytes])] });
                await storage.WriteStateAsync(name, grain, state);
                await storage.WriteStateAsync(name, grain, state);
            }
        })));
        return 2 * rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
