using System.Diagnostics;
using System.Globalization;
using CityTwin.Protocol.V1;

namespace CityTwin.Benchmarks.Reading;

/// <summary>One zone with its status against an empty unary call: the same client, taking turns in the same run.</summary>
internal static class ReadBenchmark
{
    private const double Target = 0.6;
    private const int Callers = 32;
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    public static async Task Run()
    {
        await using var server = await ReadServer.Start(sensors: 1000);
        var zones = new ZoneService.ZoneServiceClient(server.Ours);
        var empty = new IngestService.IngestServiceClient(server.Empty);
        var request = new GetZoneRequest { Name = "zones/harbour" };
        var nothing = new ListMalformedMessagesRequest();
        Func<Task> get = async () => await zones.GetZoneAsync(request);
        Func<Task> call = async () => await empty.ListMalformedMessagesAsync(nothing);
        await PerSecond(get);
        await PerSecond(call);
        var ratios = new List<(double Ours, double Peer)>();
        for (var round = 0; round < Rounds; round++)
        {
            ratios.Add((await PerSecond(get), await PerSecond(call)));
        }

        var median = ratios.OrderBy(pair => pair.Ours / pair.Peer).ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"GetZone {median.Ours:0}/s, empty unary call {median.Peer:0}/s, {Callers} callers"));
        Console.WriteLine(new Verdict("read", median.Ours / median.Peer, Target, MoreIsBetter: true));
    }

    public static async Task<double> PerSecond(Func<Task> call)
    {
        var (started, calls) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < Round)
            {
                await call();
                Interlocked.Increment(ref calls);
            }
        }));
        return calls / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
