using System.Globalization;
using CityTwin.Protocol.V1;

namespace CityTwin.Benchmarks.Reading;

/// <summary>
/// An empty unary call behind the doors against the same one without them, both with the interceptor that translates errors:
/// the same client with the same key, taking turns in the same run. Of a call that does something, the doors are a smaller share.
/// </summary>
internal static class PermissionBenchmark
{
    private const double Target = 0.9;
    private const int Rounds = 7;

    public static async Task Run()
    {
        await using var server = await ReadServer.Start(sensors: 1);
        var (locked, open) = (new IngestService.IngestServiceClient(server.Locked), new IngestService.IngestServiceClient(server.Unlocked));
        var nothing = new ListMalformedMessagesRequest();
        Func<Task> through = async () => await locked.ListMalformedMessagesAsync(nothing);
        Func<Task> past = async () => await open.ListMalformedMessagesAsync(nothing);
        await ReadBenchmark.PerSecond(through);
        await ReadBenchmark.PerSecond(past);
        var ratios = new List<(double Through, double Past)>();
        for (var round = 0; round < Rounds; round++)
        {
            ratios.Add((await ReadBenchmark.PerSecond(through), await ReadBenchmark.PerSecond(past)));
        }

        var median = ratios.OrderBy(pair => pair.Through / pair.Past).ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"through the doors {median.Through:0}/s, without doors {median.Past:0}/s"));
        Console.WriteLine(new Verdict("permission", median.Through / median.Past, Target, MoreIsBetter: true));
    }
}
