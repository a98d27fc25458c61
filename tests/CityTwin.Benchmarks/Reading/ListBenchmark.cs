using System.Diagnostics;
using System.Globalization;
using CityTwin.Protocol.V1;

namespace CityTwin.Benchmarks.Reading;

/// <summary>Pages of 100 through a filter that selects 1 % of 100,000 sensors, for eight callers at once, to the last page.</summary>
internal static class ListBenchmark
{
    private const double TargetMilliseconds = 25;
    private const int Callers = 8;
    private const int Sensors = 100_000;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    public static async Task Run()
    {
        await using var server = await ReadServer.Start(Sensors);
        var client = new SensorService.SensorServiceClient(server.Ours);
        await Times(client, Long / 3);
        var before = Environment.CpuUsage.TotalTime;
        var times = await Times(client, Long);
        var cpu = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / times.Count;
        times.Sort();
        var p95 = times[(int)(times.Count * 0.95)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{times.Count} pages, p50 {times[times.Count / 2]:0.0} ms, p95 {p95:0.0} ms, {cpu:0.00} ms CPU a page (server and client), {Callers} callers"));
        Console.WriteLine(new Verdict("list", p95 / TargetMilliseconds, 1));
    }

    private static async Task<List<double>> Times(SensorService.SensorServiceClient client, TimeSpan lasting)
    {
        var (started, all) = (Stopwatch.GetTimestamp(), new List<double>());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            var (mine, token) = (new List<double>(), "");
            while (Stopwatch.GetElapsedTime(started) < lasting)
            {
                var asked = Stopwatch.GetTimestamp();
                var page = await client.ListSensorsAsync(new() { PageSize = 100, Filter = "kind = flow AND quality = GOOD", PageToken = token });
                mine.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                token = page.NextPageToken;
            }

            lock (all)
            {
                all.AddRange(mine);
            }
        }));
        return all;
    }
}
