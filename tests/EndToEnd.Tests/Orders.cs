using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using CityTwin.Core.Model;

namespace CityTwin.EndToEnd.Tests;

/// <summary>An operator who fails and restores segments over REST, and repeats each order under its id until it is confirmed.</summary>
internal sealed class Orders(SiloProcess silo, City city, int seed)
{
    private const int Whole = 1000;

    /// <summary>Seldom enough that a batch can settle in between.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<SegmentId, int> _confirmed = new();

    /// <summary>What the last order of each segment asked for, per mille; all of them are confirmed.</summary>
    public IReadOnlyDictionary<SegmentId, int> Confirmed => _confirmed;

    public int Count { get; private set; }

    public int Repeats { get; private set; }

    /// <summary>Orders until it is told to stop; the last order is repeated until it is confirmed, as all others.</summary>
    public async Task Run(CancellationToken stop, CancellationToken cancellation)
    {
        var chance = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            var segment = city.Segments[chance.Next(city.Segments.Length)].Id;
            var level = chance.Next(2) == 0 ? Whole : chance.Next(10) * 100;
            var body = new Dictionary<string, object> { ["principal"] = "operator", ["reason"] = "drill", ["requestId"] = $"drill-{seed}-{Count++}" };
            if (level < Whole)
            {
                body["levelPermille"] = level;
            }

            await UntilConfirmed($"v1/segments/{segment}:{(level < Whole ? "fail" : "restore")}", body, cancellation);
            _confirmed[segment] = level;
            await Task.Delay(Pace, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task UntilConfirmed(string path, Dictionary<string, object> body, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var answer = await silo.Http.PostAsJsonAsync(path, body, cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
                {
                    throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellation)}");
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Nobody knows whether it was taken: that is what the id is for.
            }

            Repeats++;
            await Task.Delay(Pace, cancellation);
        }
    }
}
