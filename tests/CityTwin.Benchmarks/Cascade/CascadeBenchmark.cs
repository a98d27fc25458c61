using System.Diagnostics;
using System.Globalization;

namespace CityTwin.Benchmarks.Cascade;

/// <summary>
/// A substation fails and 10,000 segments fall with it, each asked twice, decided, published, and each segment's own state
/// written; then it is restored. Beside it 20,000 awaited pings of as many empty grains, as many at once as the cascade
/// asks at once, and one bulk write of 10,000 states. In turn, in the same process.
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{CascadeCity.Dependents} dependents: published after {median.Published:0} ms, in every segment's storage after {median.Durable:0} ms; 20,000 pings {median.Pings:0} ms, one bulk write {median.Bulk:0} ms"));
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
