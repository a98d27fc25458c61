using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using CityTwin.Client;
using CityTwin.Core.Model;
using CityTwin.Protocol.V1;
using Grpc.Core;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Gives an order once.</summary>
/// <param name="levelPermille">What the segment may give from now on; <see cref="Orders.Whole"/> = all.</param>
/// <returns>Whether it was confirmed; else nobody knows whether it was taken: that is what the id is for.</returns>
internal delegate Task<bool> GiveOrder(SegmentId segment, int levelPermille, string requestId, CancellationToken cancellation);

/// <summary>An operator who fails and restores segments, and repeats each order under its id until it is confirmed.</summary>
/// <param name="segments">Nobody else orders about them meanwhile.</param>
internal sealed class Orders(IReadOnlyList<SegmentId> segments, int seed, GiveOrder give)
{
    public const int Whole = 1000;
    private const string Operator = "operator";
    private const string Reason = "drill";

    /// <summary>Seldom enough that a batch can settle in between.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>A silo that stands still answers nobody: then the order goes to another one.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SegmentId, List<int>> _confirmed = new();

    /// <summary>What orders asked for of each segment, per mille, one after the other and nothing twice in a row; all of them are confirmed.</summary>
    public IReadOnlyDictionary<SegmentId, List<int>> Confirmed => _confirmed;

    public int Count { get; private set; }

    public int Repeats { get; private set; }

    public static Orders OverRest(SiloProcess silo, City city, int seed) => new(SegmentsOf(city), seed, async (segment, level, request, cancellation) =>
    {
        var body = new Dictionary<string, object> { ["principal"] = Operator, ["reason"] = Reason, ["requestId"] = request };
        if (level < Whole)
        {
            body["levelPermille"] = level;
        }

        var path = $"v1/segments/{segment}:{(level < Whole ? "fail" : "restore")}";
        try
        {
            using var answer = await silo.Http.PostAsJsonAsync(path, body, cancellation);
            return answer.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.NotFound) ? answer.IsSuccessStatusCode
                : throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    });

    public static Orders OverGrpc(CityTwinClient client, IReadOnlyList<SegmentId> segments, int seed) => new(segments, seed, async (segment, level, request, cancellation) =>
    {
        var (name, options) = ($"segments/{segment}", new CallOptions(deadline: DateTime.UtcNow + AnswerMax, cancellationToken: cancellation));
        try
        {
            _ = level < Whole
                ? await client.Segments.FailSegmentAsync(new() { Name = name, Principal = Operator, Reason = Reason, RequestId = request, LevelPermille = level }, options)
                : await client.Segments.RestoreSegmentAsync(new() { Name = name, Principal = Operator, Reason = Reason, RequestId = request }, options);
            return true;
        }
        catch (RpcException failure) when (failure.StatusCode is not (StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.Unauthenticated or StatusCode.PermissionDenied)
            && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    });

    /// <summary>Orders until it is told to stop; the last order is repeated until it is confirmed, as all others.</summary>
    public async Task Run(CancellationToken stop, CancellationToken cancellation)
    {
        var chance = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            var segment = segments[chance.Next(segments.Count)];
            var level = chance.Next(2) == 0 ? Whole : chance.Next(10) * 100;
            var request = $"drill-{seed}-{Count++}";
            while (!await give(segment, level, request, cancellation))
            {
                Repeats++;
                await Task.Delay(Pace, cancellation);
            }

            var given = _confirmed.GetOrAdd(segment, _ => []);
            if (given.Count == 0 || given[^1] != level)
            {
                given.Add(level);
            }

            await Task.Delay(Pace, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public static IReadOnlyList<SegmentId> SegmentsOf(City city) => [.. city.Segments.Select(segment => segment.Id)];
}
