using System.Diagnostics;
using System.Globalization;

namespace CityTwin.Benchmarks.Cascade;

/// <summary>
/// A substation fails and 10,000 segments fall with it; then it is restored. Measured until every segment has what was
/// decided in its own storage too; when the decision was durable and every watcher could see it is told beside it. The
/// ceiling, in turn in the same process: 20,000 awaited pings of empty grains, half of them at once, and one bulk write of
/// 10,000 states.
/// </summary>
internal static class CascadeBenchmark
{
    private const double Target = 3;
    private const int WarmRounds = 30;
    private const int Rounds = 9;

    public static async Task Run()
    {
        var city = CascadeCity.Build();
        await using var silo = await CascadeSilo.Start(city);
        using var bulk = new BulkWrite(silo.Folder);
        var empty = city.Segments.Select(segment => silo.Grains.GetGrain<IEmptyGrain>(segment.Id.Value)).ToArray();
        var rounds = new List<(double Published, double Durable, double Pings, double Bulk)>();
        for (var round = 0; round < WarmRounds + Rounds; round++)
        {
            var level = round % 2 == 0 ? 0 : 1000;
            var (published, durable) = await silo.Cascade($"round-{round}", level, city.Segments[^2].Id);
            var pings = await Time(() => Ping(empty));
            var write = await Time(() => Task.Run(() => bulk.Write(CascadeCity.Dependents)));
            if (round >= WarmRounds)
            {
                rounds.Add((published.TotalMilliseconds, durable.TotalMilliseconds, pings, write));
            }
        }

        var median = rounds.OrderBy(one => one.Durable / (one.Pings + one.Bulk)).ElementAt(Rounds / 2);
        var decision = rounds.Select(one => one.Published / (one.Pings + one.Bulk)).Order().ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{CascadeCity.Dependents} dependents: decision durable and published after {median.Published:0} ms, {decision:0.00} of the ceiling"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"in every segment's own storage too after {median.Durable:0} ms; 20,000 pings {median.Pings:0} ms, one bulk write {median.Bulk:0} ms"));
        Console.WriteLine(new Verdict("cascade", median.Durable / (median.Pings + median.Bulk), Target));
    }

    private static async Task Ping(IEmptyGrain[] grains)
    {
        for (var phase = 0; phase < 2; phase++)
        {
            await Task.WhenAll(grains.Select(grain => grain.Ping()));
        }
    }

    private static async Task<double> Time(Func<Task> what)
    {
        var began = Stopwatch.GetTimestamp();
        await what();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
