using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CityTwin.Client;
using CityTwin.Protocol.V1;
using CityTwin.Testing;
using Xunit;
using Path = System.IO.Path;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Those who speak for many sensors: by a stream of readings, and as a Sparkplug edge node.</summary>
public sealed class Gateways : IDisposable
{
    private const string Sensor = "tank-old-town-flow";
    private const int Messages = 100;

    /// <summary>Of one sensor, so each waits for the commit of the one before.</summary>
    private const int ReadingsEach = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Sensors = ["tank-old-town-flow", "tank-university-quarter-flow"];

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-gateway-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 180_000)]
    public async Task Two_streams_at_once_lose_nothing_and_double_nothing_when_the_silo_is_killed_under_them()
    {
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        silo.Environment["CITYTWIN_KEYS_FILE"] = Path.Combine(_folder, "keys.json");
        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", await Key("viewer"));
        var device = await Key("device");
        await silo.Run(Cancellation);
        using var client = new CityTwinClient(new() { Addresses = [new($"http://127.0.0.1:{silo.GrpcPort}")], Credential = _ => new(device) });
        var half = new TaskCompletionSource();
        var gateways = Sensors.Select((sensor, at) => Send(client, sensor, at == 0 ? half : null)).ToList();

        await half.Task.WaitAsync(Patience, Cancellation);
        await silo.Kill();
        await silo.Run(Cancellation);

        Assert.All(await Task.WhenAll(gateways), stored => Assert.Equal(Messages * ReadingsEach, stored));
        foreach (var sensor in Sensors)
        {
            Assert.Equal(Enumerable.Range(1, Messages * ReadingsEach).Select(number => (long)number), await Kept(silo, sensor));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Edge_node_is_believed_while_it_lives_and_offline_when_the_broker_speaks_its_will()
    {
        await using var broker = await Mosquitto.Start(Cancellation);
        await using var silo = SiloProcess.Prepare(broker, "--no-feed");
        silo.Environment["CITYTWIN_SPARKPLUG_GROUPS"] = "Plant, Elsewhere";
        await silo.Run(Cancellation);
        await SiloProcess.Until("the edge nodes are listened to", async () => (await silo.Http.GetAsync("healthz", Cancellation)).IsSuccessStatusCode
            && await silo.Http.GetStringAsync("healthz", Cancellation) == "Healthy", Patience, Cancellation);

        // Its birth number is 1: as text, its death is an argument.
        using var node = Process.Start(new ProcessStartInfo("mosquitto_sub",
        [
            "-p", $"{broker.Port}", "-t", "spBv1.0/Plant/NCMD/node", "--will-topic", "spBv1.0/Plant/NDEATH/node", "--will-qos", "1",
            "--will-payload", "\u0012\u000b\u000a\u0005bdSeq\u0020\u0004\u0058\u0001",
        ]) { RedirectStandardOutput = true })!;
        try
        {
            await Publish(broker, "NBIRTH", seq: 0, isBirth: true, 4);
            await SiloProcess.Until("the sensor is believed", async () => await Quality(silo) == "SENSOR_QUALITY_GOOD", Patience, Cancellation);
            await Publish(broker, "NDATA", seq: 1, isBirth: false, 5);
            await SiloProcess.Until("the new value is there", async () => (await Look(silo)).GetProperty("value").GetDouble() == 5, Patience, Cancellation);
        }
        finally
        {
            node.Kill();
        }

        await SiloProcess.Until("the sensor is offline", async () => await Quality(silo) == "SENSOR_QUALITY_OFFLINE", Patience, Cancellation);
        await Publish(broker, "NBIRTH", seq: 0, isBirth: true, 5);
        await SiloProcess.Until("the sensor is back", async () => await Quality(silo) == "SENSOR_QUALITY_GOOD", Patience, Cancellation);
    }

    [Fact]
    public async Task Sparkplug_without_a_broker_of_its_own_does_not_start_and_says_what_to_set()
    {
        await using var silo = SiloProcess.Prepare(null);
        silo.Environment["CITYTWIN_SPARKPLUG_GROUPS"] = "Plant";
        silo.Launch();
        Assert.Equal(1, await silo.Ended(Cancellation));
        await SiloProcess.Until("it has said why", () => Task.FromResult(silo.Said().Contains("CITYTWIN_MQTT_HOST", StringComparison.Ordinal)), Patience, Cancellation);
    }

    private static async Task<int> Send(CityTwinClient client, string sensor, TaskCompletionSource? half)
    {
        var stored = 0;
        await foreach (var answer in client.SendReadings(Numbered(), Cancellation))
        {
            Assert.Empty(answer.Refused);
            stored += answer.Stored;
            if (answer.MessageNumber == Messages / 2)
            {
                half?.SetResult();
            }
        }

        return stored;

        async IAsyncEnumerable<SendReadingsRequest> Numbered()
        {
            for (var message = 0; message < Messages; message++)
            {
                await Task.Yield();
                yield return new()
                {
                    Readings =
                    {
                        Enumerable.Range((message * ReadingsEach) + 1, ReadingsEach)
                            .Select(number => new NewReading { Sensor = $"sensors/{sensor}", Value = number, Boot = 1, Sequence = number }),
                    },
                };
            }
        }
    }

    private static async Task<List<long>> Kept(SiloProcess silo, string sensor)
    {
        var (kept, token) = (new List<long>(), "");
        do
        {
            var page = await silo.Get($"v1/sensors/{sensor}/readings?orderBy=observe_time&pageSize=1000&pageToken={Uri.EscapeDataString(token)}", Cancellation);
            kept.AddRange(page.GetProperty("readings").EnumerateArray()
                .Select(reading => reading.GetProperty("sequence").GetInt64()));
            token = page.GetProperty("nextPageToken").GetString()!;
        }
        while (token.Length > 0);
        kept.Sort();
        return kept;
    }

    private static async Task<string> Quality(SiloProcess silo) => (await Look(silo)).GetProperty("quality").GetString()!;

    private static Task<JsonElement> Look(SiloProcess silo) => silo.Get($"v1/sensors/{Sensor}", Cancellation);

    /// <summary>A payload with the sensor as the only metric, and in a birth the birth number 1.</summary>
    private async Task Publish(Mosquitto broker, string verb, byte seq, bool isBirth, double value)
    {
        // Sparkplug's own encoding, byte by byte: metrics are field 2, seq is field 3 of the payload.
        byte[] name = [0x0a, (byte)Sensor.Length, .. Encoding.ASCII.GetBytes(Sensor)];
        byte[] metric = [.. name, 0x18, .. Varint((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), 0x20, 10, 0x69, .. BitConverter.GetBytes(value)];
        byte[] number = isBirth ? [0x12, 11, 0x0a, 5, .. "bdSeq"u8, 0x20, 4, 0x58, 1] : [];
        var file = Path.Combine(_folder, $"{verb}.bin");
        await File.WriteAllBytesAsync(file, [.. number, 0x12, (byte)metric.Length, .. metric, 0x18, seq], Cancellation);
        await Mosquitto.Command("mosquitto_pub", Cancellation, "-p", $"{broker.Port}", "-t", $"spBv1.0/Plant/{verb}/node", "-f", file);

        static IEnumerable<byte> Varint(ulong left)
        {
            for (; left >= 0x80; left >>= 7)
            {
                yield return (byte)((left & 0x7f) | 0x80);
            }

            yield return (byte)left;
        }
    }

    private async Task<string> Key(string role)
    {
        var (exitCode, output, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "key", "create", "--file", Path.Combine(_folder, "keys.json"), "--name", role, "--role", role);
        Assert.True(exitCode == 0, errors);
        return output.Trim();
    }
}
