using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Core.Access;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>
/// A real silo under messages that are wrong in every way that a seed can draw: afterwards it lives, has refused each by a proper
/// status and in time, is as large as before, and takes what is right. CITYTWIN_FUZZ sets how many messages there are
/// (200000 for the full run), CITYTWIN_SEED which.
/// </summary>
public sealed class Fuzzed : IDisposable
{
    private const int Workers = 6;
    private const int Devices = 64;

    /// <summary>As AccessOptions has it.</summary>
    private const int RefusalsBurst = 60;
    private const string Chatterer = "chatterer";
    private const string LastOne = "last-one";

    /// <summary>
    /// Working set of the last fifth of a run by that of the fifth in its middle, both as means: under a limit the heap goes up and
    /// down by a tenth from one collection to the next. A short run still warms up in its second half.
    /// </summary>
    private const double GrowthMax = 1.25;
    private const int ShortRun = 20_000;
    private const double ShortGrowthMax = 1.6;

    private const int Looks = 50;
    private const int MessagesMin = 1_000;

    /// <summary>
    /// Bytes of heap, a tenth of what a container of k8s/ has. Without a limit the collector takes what the machine has before it looks
    /// at what is old, and a working set says nothing of what is alive; with one, a silo that keeps what it should not runs out of it.
    /// </summary>
    private const long HeapMax = 400L << 20;

    private static readonly int MessagesMax = Math.Max(MessagesMin, Number("CITYTWIN_FUZZ", 6_000));
    private static readonly ulong Seed = (ulong)Number("CITYTWIN_SEED", 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Kinds = ["zones", "segments", "sensors", "guards", "alerts", "assets", "conduits", "cascades"];

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-fuzz-").FullName;
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Tally _tally = new();
    private readonly List<ApiKey> _keys = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 1_800_000)]
    public async Task Silo_refuses_properly_whatever_comes_in_and_stays_well()
    {
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        var (administrator, device) = (Key("administrator", Roles.Administrator), Key("device", Roles.Device));
        var devices = Enumerable.Range(0, Devices).Select(number => Key($"device-{number}", Roles.Device)).ToList();
        silo.Environment["CITYTWIN_KEYS_FILE"] = Path.Combine(_folder, "keys.json");
        await File.WriteAllBytesAsync(silo.Environment["CITYTWIN_KEYS_FILE"], KeyFile.Write(_keys), Cancellation);
        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", administrator);
        await Run(silo);
        var maker = new RequestMaker(await Names(silo));
        var sensors = maker.Names.Where(name => name.StartsWith("sensors/", StringComparison.Ordinal)).ToList();
        using var grpc = new GrpcFuzz(silo.GrpcPort, maker, method => method.EndsWith("SendReadings", StringComparison.Ordinal) ? device : administrator);
        using var rest = new RestFuzz(silo.HttpPort, maker, administrator);
        var lines = Enumerable.Range(0, Workers).Select(_ => new MqttFuzz(silo.MqttPort, devices, draws => SensorWords.Json(sensors, draws))).ToList();

        await Fuzz(silo, MessagesMax * 9 / 10, (number, worker, draws) => draws.Between(0, 2) switch
        {
            0 => grpc.Send(number, draws, _tally, Cancellation),
            1 => rest.Send(number, draws, _tally, Cancellation),
            _ => lines[worker].Send(number, draws, _tally, Cancellation),
        });

        lines.ForEach(line => line.Dispose());
        await RequireWell(silo, sensor => PublishTo(silo.MqttPort, sensor, device));
        await RequireShortLog(silo, Key(Chatterer, Roles.Device), Key(LastOne, Roles.Device));
    }

    [Fact(Timeout = 600_000)]
    public async Task Silo_stays_well_whatever_comes_by_a_broker_of_its_own()
    {
        await using var broker = await Mosquitto.Start(Cancellation);
        await using var silo = SiloProcess.Prepare(broker, "--no-feed");
        silo.Environment["CITYTWIN_SPARKPLUG_GROUPS"] = "Plant, Elsewhere";
        await Run(silo);
        var sensors = (await Names(silo)).Where(name => name.StartsWith("sensors/", StringComparison.Ordinal)).ToList();
        var lines = Enumerable.Range(0, Workers).Select(_ => new MqttFuzz(broker.Port, [null], draws =>
            draws.Chance(70) ? SensorWords.Sparkplug(sensors, draws) : SensorWords.Json(sensors, draws))).ToList();

        await Fuzz(silo, MessagesMax / 10, (number, worker, draws) => lines[worker].Send(number, draws, _tally, Cancellation));

        lines.ForEach(line => line.Dispose());
        await RequireWell(silo, sensor => PublishTo(broker.Port, sensor, null));
    }

    private async Task Run(SiloProcess silo)
    {
        silo.Environment["DOTNET_GCHeapHardLimit"] = HeapMax.ToString("x", CultureInfo.InvariantCulture);
        // The log's own form for errors and worse, and the runtime's last words.
        silo.Heard = line =>
        {
            if (line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal))
            {
                _failures.Enqueue(line);
            }
        };
        await silo.Run(Cancellation);
    }

    /// <summary>Each message follows from the seed and its number alone, whoever sends it when.</summary>
    private async Task Fuzz(SiloProcess silo, int messages, Func<int, int, Draws, Task> send)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{messages} messages of seed {Seed} (CITYTWIN_FUZZ, CITYTWIN_SEED)");
        var next = -1;
        var sizes = new long[Looks];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < messages; number = Interlocked.Increment(ref next))
            {
                if (number % (messages / Looks) == 0 && number / (messages / Looks) < Looks)
                {
                    sizes[number / (messages / Looks)] = silo.WorkingSet;
                }

                await send(number, worker, new Draws(unchecked((Seed * 1_000_000_007) + (ulong)number)));
            }
        }, Cancellation)));
        var (middle, end) = (sizes[(Looks * 2 / 5)..(Looks * 3 / 5)].Average(), sizes[(Looks * 4 / 5)..].Average());
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{_tally}\nworking set {middle / 1e6:0} MB in the middle, {end / 1e6:0} MB at the end"));
        Assert.True(_tally.Wrong.Count == 0, $"Seed {Seed}: {_tally}\n{string.Join('\n', _tally.Wrong)}\n{string.Join('\n', _failures.Take(5))}");
        Assert.Equal(messages, _tally.Messages);
        Assert.InRange(end / middle, 0, messages < ShortRun ? ShortGrowthMax : GrowthMax);
    }

    /// <summary>It says of itself that it is ready, no error of ours is in its log, and what is right still goes through.</summary>
    private async Task RequireWell(SiloProcess silo, Func<string, Task> publish)
    {
        using var ready = await silo.Http.GetAsync("readyz", Cancellation);
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync(Cancellation));
        const string sensor = "tank-old-town-flow";
        var before = (await silo.Get($"v1/sensors/{sensor}", Cancellation)).GetProperty("resourceVersion").GetString();
        await publish(sensor);
        await SiloProcess.Until("a good reading shows", async () =>
            await silo.Get($"v1/sensors/{sensor}", Cancellation) is var now && now.GetProperty("resourceVersion").GetString() != before
            && now.GetProperty("value").GetDouble() == 4.25, Patience, Cancellation);
        Assert.Empty(_failures);
    }

    /// <summary>Who repeats at the broker what he may not is written down some times, and not each time.</summary>
    private async Task RequireShortLog(SiloProcess silo, string chatterer, string lastOne)
    {
        await File.WriteAllBytesAsync(silo.Environment["CITYTWIN_KEYS_FILE"], KeyFile.Write(_keys), Cancellation);
        await SiloProcess.Until("the new keys are read", async () => await Forbidden(chatterer, 1), Patience, Cancellation);
        Assert.True(await Forbidden(chatterer, 3 * RefusalsBurst));
        Assert.True(await Forbidden(lastOne, 1));
        await SiloProcess.Until("the last refusal is entered", async () => await EntriesOf(LastOne) == 1, Patience, Cancellation);
        Assert.InRange(await EntriesOf(Chatterer), RefusalsBurst / 2, 2 * RefusalsBurst);

        async Task<bool> Forbidden(string key, int times)
        {
            try
            {
                using var line = await MqttLine.Open(silo.MqttPort, "chatters", key, Cancellation);
                for (; times > 0 && await line.IsAcknowledged(line.Message("citytwin/v1/alerts"u8.ToArray(), "{}"u8.ToArray(), isRetained: false), Cancellation); times--)
                {
                }

                return times == 0;
            }
            catch (Exception failure) when (failure is IOException or InvalidOperationException)
            {
                return false;
            }
        }

        async Task<int> EntriesOf(string who) =>
            (await silo.Get($"v1/audit/entries?pageSize=1000&filter=principal%3D%22{who}%22", Cancellation)).TryGetProperty("auditEntries", out var entries) ? entries.GetArrayLength() : 0;
    }

    private static async Task PublishTo(int port, string sensor, string? key)
    {
        using var line = await MqttLine.Open(port, "in-his-right-mind", key, Cancellation);
        Assert.True(await line.IsAcknowledged(
            line.Message(Encoding.ASCII.GetBytes($"citytwin/v1/sensors/{sensor}/reading"), Encoding.ASCII.GetBytes("""{"value":4.25}"""), isRetained: false), Cancellation));
    }

    private static async Task<List<string>> Names(SiloProcess silo)
    {
        var names = new List<string> { "breaches/1", "simulations/1" };
        foreach (var kind in Kinds)
        {
            var page = await silo.Get($"v1/{kind}?pageSize=500", Cancellation);
            names.AddRange(page.GetProperty(kind).EnumerateArray().Select(thing => thing.GetProperty("name").GetString()!));
        }

        return names;
    }

    private string Key(string name, Roles roles)
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), name, [new(roles, ZoneScope.Everything)]);
        _keys.Add(kept);
        return key;
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
