using System.Diagnostics;
using System.Globalization;
using System.Text;
using CityTwin.Protocol.V1;
using CityTwin.Testing;
using Grpc.Core;

namespace CityTwin.Benchmarks.Flood;

/// <summary>
/// One device floods the embedded broker with messages that are wrong, as fast as the broker takes them, while another one reports an
/// alarm every 100 ms. How long each alarm takes from its publish to a watch of alerts counts, at the 99th percentile; beside it the
/// same without the flood. Who floods works on the same cores. There is no peer: the ceiling is a time.
/// </summary>
internal static class FloodBenchmark
{
    private const double TargetMilliseconds = 250;
    private const string Alarming = "door-substation-north";
    private const string Flooding = "camera-cathedral-1";
    private const int WarmAlarms = 50;
    private const int QuietAlarms = 150;
    private const int FloodedAlarms = 400;
    private const int BlockMessages = 500;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    public static async Task Run()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var cancellation = deadline.Token;
        var (silo, keys) = await FloodSilo.Start([Alarming, Flooding], cancellation);
        await using var disposed = silo;
        using var channel = silo.Connect();
        using var alarming = await MqttLine.Open(silo.MqttPort, Alarming, keys[0], cancellation);
        using var call = new AlertService.AlertServiceClient(channel).WatchAlerts(new(), cancellationToken: cancellation);
        var alarms = new SeenAlarms(call.ResponseStream, cancellation);

        await Report(alarming, alarms, WarmAlarms, cancellation);
        Tell("without the flood", await Report(alarming, alarms, QuietAlarms, cancellation), silo.WorkingSet);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var began = Stopwatch.GetTimestamp();
        var flood = Flood(silo.MqttPort, keys[1], end.Token);
        var flooded = await Report(alarming, alarms, FloodedAlarms, cancellation);
        await end.CancelAsync();
        var messages = await flood;
        Tell($"beside {messages / Stopwatch.GetElapsedTime(began).TotalSeconds:0} wrong messages a second", flooded, silo.WorkingSet);
        Console.WriteLine(new Verdict("flood", Percentile(flooded, 0.99) / TargetMilliseconds, 1));
    }

    /// <returns>How many messages the broker took.</returns>
    private static async Task<long> Flood(int port, string key, CancellationToken cancellation)
    {
        using var line = await MqttLine.Open(port, Flooding, key, cancellation);
        string[] own = [$"citytwin/v1/sensors/{Flooding}/reading", $"citytwin/v1/sensors/{Flooding}/event"];
        (string Topic, string Payload)[] wrong =
        [
            (own[0], "{\"value\":"), (own[0], "{\"nonsense\":1}"), (own[1], "{\"class\":5}"), (own[1], "\u0000\u0001\u0002"),
            (own[0], new string('[', 500)), ($"citytwin/v1/sensors/{Alarming}/event", "{}"), ("citytwin/v1/sensors/nobody/reading", "{\"value\":1}"), ("elsewhere", ""),
        ];
        byte[] block = [.. Enumerable.Range(0, BlockMessages).SelectMany(number => MqttLine.Unacknowledged(wrong[number % wrong.Length].Topic, wrong[number % wrong.Length].Payload))];
        var messages = 0L;
        try
        {
            while (true)
            {
                await line.Send(block, cancellation);
                messages += BlockMessages;
            }
        }
        catch (OperationCanceledException)
        {
            return messages;
        }
    }

    /// <returns>From each publish to the watch that shows it, in milliseconds.</returns>
    private static async Task<List<double>> Report(MqttLine line, SeenAlarms alarms, int count, CancellationToken cancellation)
    {
        var (topic, payload) = (Encoding.ASCII.GetBytes($"citytwin/v1/sensors/{Alarming}/event"), Encoding.ASCII.GetBytes("""{"class":"door-forced","confidence":0.95}"""));
        var (sent, began) = (new List<(int Count, long At)>(count), Stopwatch.GetTimestamp());
        for (var n = 0; n < count; n++)
        {
            // At its time, however long the one before took: a late answer must not thin out what is measured.
            var early = (Every * n) - Stopwatch.GetElapsedTime(began);
            await Task.Delay(early > TimeSpan.Zero ? early : TimeSpan.Zero, cancellation);
            sent.Add((alarms.Expect(), Stopwatch.GetTimestamp()));
            await line.Send(line.Message(topic, payload, isRetained: false), cancellation);
        }

        var delays = new List<double>(count);
        foreach (var (number, at) in sent)
        {
            delays.Add(Stopwatch.GetElapsedTime(at, await alarms.Seen(number).WaitAsync(cancellation)).TotalMilliseconds);
        }

        return delays;
    }

    private static void Tell(string what, List<double> delays, long workingSet) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {delays.Count} alarms, to the watch p50 {Percentile(delays, 0.5):0} ms, p99 {Percentile(delays, 0.99):0} ms, most {delays.Max():0} ms; working set {workingSet / 1e6:0} MB"));

    private static double Percentile(List<double> of, double share)
    {
        of.Sort();
        return of[(int)(of.Count * share)];
    }
}
