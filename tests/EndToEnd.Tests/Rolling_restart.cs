using System.Collections.Concurrent;
using CityTwin.Client;
using CityTwin.Core.Model;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;
using Path = System.IO.Path;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// Three silos are restarted one after the other, as for an upgrade, while clients of the package read, watch and command with
/// its defaults and the addresses of all three.
/// </summary>
public sealed class Rolling_restart : IDisposable
{
    private const int Readers = 4;
    private const int Commanders = 3;
    private const int SegmentsEach = 10;
    private const int ShownMax = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly City City = CityReader.Open(SampleCity.Folder).City!;
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-rolling-").FullName;
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, int> _ordered = [];
    private readonly ConcurrentDictionary<string, int> _levels = [];
    private int _reads;
    private int _gaps;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Fails_no_read_and_does_each_command_once()
    {
        var keys = Path.Combine(_folder, "keys.json");
        var (made, key, why) = await Programs.Run(
            Programs.Cli, Cancellation, "key", "create", "--file", keys, "--name", "test", "--role", "operator", "--role", "viewer");
        Assert.True(made == 0, why);
        await using var cluster = await SiloCluster.Start(Cancellation, arrange: arranged =>
        {
            foreach (var silo in arranged.All)
            {
                silo.Environment["CITYTWIN_KEYS_FILE"] = keys;
                silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", key.Trim());
            }
        });
        using var client = new CityTwinClient(new()
        {
            Addresses = [.. cluster.All.Select(silo => new Uri($"http://127.0.0.1:{silo.GrpcPort}"))],
            Credential = _ => ValueTask.FromResult(key.Trim()),
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var commanding = Enumerable.Range(0, Commanders).Select(number => Command(client, number, stop.Token)).ToList();
        var reading = Enumerable.Range(0, Readers).Select(number => Read(client, number, stop.Token)).ToList();
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var watching = Watch(client, seen.Token);

        foreach (var silo in cluster.All)
        {
            var (reads, orders) = (_reads, _ordered.Values.Sum());
            Assert.Equal(0, await silo.Stop(Cancellation));
            await silo.Run(Cancellation);
            await SiloProcess.Until("it is ready", async () =>
            {
                using var answer = await silo.Http.GetAsync("readyz", Cancellation);
                return answer.IsSuccessStatusCode;
            }, Patience, Cancellation);
            Assert.True(_reads > reads && _ordered.Values.Sum() > orders, "Nothing happened during a restart, so that this proves nothing.");
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. commanding, .. reading]);
        Assert.True(_failures.IsEmpty, $"{_failures.Count} calls failed, {_reads} reads did not:\n{string.Join('\n', _failures.Take(ShownMax))}\n{cluster.Said()}");
        await Once(cluster);
        await seen.CancelAsync();
        await watching;
        TestContext.Current.SendDiagnosticMessage(
            "three silos restarted one after the other: {0} reads, none failed; {1} commands, each done once; {2} gaps in a watch", _reads, _ordered.Values.Sum(), _gaps);
    }

    /// <summary>An order that changes its segment makes one more version of its causes: as many as were given, and no more.</summary>
    private async Task Once(SiloCluster cluster)
    {
        using var log = cluster.ReadLog();
        log.ReadOn();
        Assert.All(_ordered, order => Assert.Equal((order.Key, order.Value), (order.Key, (int)log.Segments[new(order.Key)].CauseVersion)));
        await SiloProcess.Until("the levels are those of the last orders", async () =>
            (await cluster.All[0].Levels(Cancellation)).All(segment => _levels.GetValueOrDefault(segment.Key, -1) == segment.Value), Patience, Cancellation);
    }

    private async Task Read(CityTwinClient client, int number, CancellationToken stop)
    {
        for (var count = number; !stop.IsCancellationRequested; count++)
        {
            await Called(async () =>
            {
                var segment = City.Segments[count * Readers % City.Segments.Length].Id;
                var answer = await client.Segments.GetSegmentAsync(new() { Name = $"segments/{segment}" }, cancellationToken: Cancellation);
                Assert.Equal($"segments/{segment}", answer.Name);
                await client.Zones.ListZonesAsync(new() { PageSize = 5 }, cancellationToken: Cancellation);
                Interlocked.Add(ref _reads, 2);
            });
            await Task.Delay(Pace, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Fails and restores segments of its own, each order to another level than the one before.</summary>
    private async Task Command(CityTwinClient client, int number, CancellationToken stop)
    {
        // A tie is open without an order.
        var segments = City.Segments.Where((segment, at) => at % (City.Segments.Length / SegmentsEach) == number && !segment.NormallyOpen).Select(segment => segment.Id.Value).ToList();
        for (var count = 0; !stop.IsCancellationRequested; count++)
        {
            var segment = segments[count % segments.Count];
            await Called(async () =>
            {
                if (count / segments.Count % 2 == 0)
                {
                    await client.Segments.FailSegmentAsync(new() { Name = $"segments/{segment}", Principal = "test", Reason = "drill", LevelPermille = count % 1000 }, cancellationToken: Cancellation);
                }
                else
                {
                    await client.Segments.RestoreSegmentAsync(new() { Name = $"segments/{segment}", Principal = "test", Reason = "drill" }, cancellationToken: Cancellation);
                }

                _ordered.AddOrUpdate(segment, 1, (_, times) => times + 1);
            });
            await Task.Delay(Pace, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sees the levels of all segments until the test has seen what it wanted.</summary>
    private async Task Watch(CityTwinClient client, CancellationToken seen)
    {
        try
        {
            await foreach (var message in client.WatchSegments(new(), seen))
            {
                if (message.Kind == WatchKind.Gap)
                {
                    Interlocked.Increment(ref _gaps);
                }

                if (message.Segment is { } segment)
                {
                    _levels[segment.Name["segments/".Length..]] = segment.LevelPermille;
                }
            }
        }
        catch (OperationCanceledException) when (seen.IsCancellationRequested)
        {
            // This is how it ends.
        }
    }

    private async Task Called(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException failure)
        {
            _failures.Enqueue(failure.Status.ToString());
        }
    }
}
