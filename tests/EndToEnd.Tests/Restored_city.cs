using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// A city that is backed up while its silos run, and restored elsewhere. A backup under load holds all that was acknowledged
/// before it began and adds up in itself; one of a quiet city answers as that city does, and watchers notice that it is another.
/// </summary>
public sealed partial class Restored_city : IDisposable
{
    private const int Seed = 5;
    private const int MessagesPerSecondMax = 300;
    private const int ShownMax = 20;

    /// <summary>Twice as many as there are sessions at the broker.</summary>
    private const int DealtMax = 12;
    private const int ShownBefore = 200;
    private const int ShownBehind = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Until a cluster that has just started has done what the backup is to hold. What is asked of the restored city has <see cref="Patience"/>.</summary>
    private static readonly TimeSpan PatienceBefore = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-restored-").FullName;
    private readonly City _city;

    public Restored_city()
    {
        CityFiles.CopyPatientSample(CityFolder);
        _city = CityReader.Open(CityFolder).City!;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CityFolder => Path.Combine(_folder, "city");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Answers_as_it_did_from_a_data_folder()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed", "--city", CityFolder);
        await Run(
            silo,
            silo.MqttPort,
            ["--data", silo.DataFolder],
            () => Task.FromResult(SiloProcess.Prepare(null, "--no-feed")),
            restored => KeptLog.OfFile(restored.Database),
            silo.Said,
            readingsMayBeLate: false);
    }

    [Fact]
    public async Task Answers_as_it_did_from_PostgreSQL()
    {
        await using var broker = await Mosquitto.Start(Cancellation, keepsOverRestart: false);
        await using var cluster = await SiloCluster.Start(Cancellation, broker, city: CityFolder);
        await Run(
            cluster.All[0],
            broker.Port,
            [],
            async () => SiloCluster.Prepare(cluster.Server, await cluster.Server.Create(Cancellation, "template0")),
            restored => KeptLog.OfServer(restored.Environment["CITYTWIN_POSTGRES"]),
            cluster.Said,
            readingsMayBeLate: true);
    }

    private async Task Run(
        SiloProcess silo, int port, string[] source, Func<Task<SiloProcess>> elsewhere, Func<SiloProcess, KeptLog> logOf, Func<string> said, bool readingsMayBeLate)
    {
        await Live(silo, port, said);
        var quiet = Path.Combine(_folder, "quiet.archive");
        var token = (await silo.WatchSegments("", Cancellation))[^1].GetProperty("resumeToken").GetString()!;
        var entries = (await silo.Get("v1/audit", Cancellation)).GetProperty("size").GetInt64();
        await silo.RunToEnd(Cancellation, ["--backup", quiet, .. source]);
        // A silo that has seen the city founded tells its first batch otherwise than one that has started since.
        await silo.Kill();
        await silo.Run(Cancellation);
        await AnswersAsBefore(silo, quiet, elsewhere, token, entries);

        var feed = new LoadFeed(_city, new() { Port = port, Connections = 2, Window = 8, Seed = Seed, PerSecondMax = MessagesPerSecondMax }, TimeProvider.System);
        var orders = Orders.OverRest(silo, _city, Seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (load, ordering) = (feed.Run(stop.Token), orders.Run(stop.Token, Cancellation));
        await Task.Delay(Spell, Cancellation);
        var (acknowledged, before) = (feed.Acknowledged.ToDictionary(), orders.Count);
        // What a broker of its own has acknowledged may lie there still, with the session of the silo that was killed: that is in no backup.
        using (var log = logOf(silo))
        {
            await AreStored(log, acknowledged);
        }

        var busy = Path.Combine(_folder, "busy.archive");
        await silo.RunToEnd(Cancellation, ["--backup", busy, .. source]);
        Assert.True(orders.Count > before && acknowledged.Count > 0, "Nothing happened during the backup, so that this proves nothing.");
        await stop.CancelAsync();
        await Task.WhenAll(load, ordering);
        await AddsUp(busy, elsewhere, logOf, acknowledged, readingsMayBeLate);
    }

    /// <summary>A bit of everything that a city keeps, and nothing of which more comes by itself within a test.</summary>
    private async Task Live(SiloProcess silo, int port, Func<string> said)
    {
        var voltage = _city.Sensors.Where(sensor => sensor.Kind == "voltage").ToArray();
        await Kills.Listens(silo, port, voltage[0].Id);
        var breaker = _city.Sensors.First(sensor => sensor.Kind == "breaker");
        await Publish(port, breaker.Id, "reading", """{"value":"open"}""");
        await Publish(port, _city.Sensors.First(sensor => sensor.Kind == "door").Id, "event", $$"""{"class":"{{LoadFeed.EventClass}}","confidence":0.9}""");
        // The broker deals what comes to the sessions by turns, and some may lie with a silo that is still starting: behind these, nothing does.
        // Each is of a millisecond of its own: those that come late and all at once are one to history if their times are the same.
        var observed = DateTimeOffset.UtcNow;
        for (var sent = 0; sent < DealtMax; sent++)
        {
            await Publish(port, voltage[1].Id, "reading", $$"""{"value":231,"observedAt":"{{observed.AddMilliseconds(sent):O}}"}""");
        }

        await silo.Post("v1/segments/tie-guildhall-weavers-row:close", new { principal = "ada", reason = "drill" }, Cancellation);
        await silo.Post("v1/guards/guard-cathedral:dispatch", new { principal = "ada", reason = "look", place = "zones/guildhall" }, Cancellation);
        await silo.Post("v1/zones/guildhall:setPosture", new { principal = "ada", reason = "drill", posture = "SECURITY_POSTURE_HIGH" }, Cancellation);
        await silo.Post("v1/breaches", new { readyScenario = "ransomware-waterworks", runs = 500, newCity = true, principal = "ada" }, Cancellation);
        var state = (IsDone: false, Alerts: 0, Level: -1, Readings: 0);
        await SiloProcess.Until(
            "the breach is done, the alert is raised, the opened breaker carries nothing and every reading has come",
            async () =>
            {
                state = (
                    (await silo.Get("v1/breaches", Cancellation)).GetProperty("breaches").EnumerateArray().Any(breach => breach.TryGetProperty("endTime", out var at) && at.ValueKind == JsonValueKind.String),
                    (await silo.Get("v1/alerts", Cancellation)).GetProperty("alerts").GetArrayLength(),
                    (await silo.Levels(Cancellation))[breaker.Segment!.Value.Value],
                    (await silo.Get($"v1/sensors/{voltage[1].Id}/readings?pageSize=500", Cancellation)).GetProperty("readings").GetArrayLength());
                return state is { IsDone: true, Alerts: > 0, Level: 0, Readings: DealtMax };
            },
            PatienceBefore, Cancellation, orElse: () => $"{state}\n{said()}");
    }

    private Task AreStored(KeptLog log, Dictionary<SensorId, long> acknowledged)
    {
        var waiting = _city.Sensors.Where(sensor => acknowledged.GetValueOrDefault(sensor.Id) > 0).ToList();
        return SiloProcess.Until("what was acknowledged is stored", () =>
        {
            log.ReadOn();
            waiting.RemoveAll(sensor => sensor.Role == SensorRole.Detection
                ? log.Sensors.TryGetValue(sensor.Id, out var trace) && trace.Missing(sensor.Role, acknowledged[sensor.Id]).IsEmpty
                : log.History.TryGetValue(sensor.Id, out var kept) && kept.Greatest >= acknowledged[sensor.Id] && kept.Numbers == kept.Greatest);
            return Task.FromResult(waiting.Count == 0);
        }, PatienceBefore, Cancellation, orElse: () => string.Join(' ', waiting.Take(ShownMax).Select(sensor => sensor.Id)));
    }

    private static Task<string> Publish(int port, SensorId sensor, string what, string message) => Mosquitto.Command(
        "mosquitto_pub", Cancellation, "-p", $"{port}", "-q", "1", "-t", $"citytwin/v1/sensors/{sensor}/{what}", "-m", message);

    private async Task AnswersAsBefore(SiloProcess silo, string archive, Func<Task<SiloProcess>> elsewhere, string token, long entries)
    {
        await using var restored = await Restore(archive, elsewhere);
        var different = "";
        await SiloProcess.Until(
            "the restored city answers as the old one",
            async () =>
            {
                var (old, now) = (await Answers(silo, entries), await Answers(restored, entries));
                different = string.Join("\n\n", old.Keys.Where(path => old[path] != now[path]).Select(path => $"{path}:\n{Difference(old[path], now[path])}"));
                return different.Length == 0;
            },
            Patience, Cancellation, orElse: () => different);

        var told = await restored.WatchSegments(token, Cancellation);
        Assert.Equal("WATCH_KIND_GAP", told[0].GetProperty("kind").GetString());
        Assert.Equal(_city.Segments.Length, told.Count(message => message.GetProperty("kind").GetString() == "WATCH_KIND_SNAPSHOT"));

        var log = Path.Combine(_folder, "audit.jsonl");
        var (exported, _, why) = await Programs.Run(Programs.Cli, Cancellation, "audit", "export", "--server", $"http://127.0.0.1:{restored.GrpcPort}", "--out", log);
        Assert.True(exported == 0, why);
        var (verified, said, _) = await Programs.Run(Programs.Cli, Cancellation, "audit", "verify", log);
        Assert.True(verified == 0, said);
        await restored.Post("v1/segments/substation-north:fail", new { principal = "ada", reason = "it goes on" }, Cancellation);
    }

    /// <summary>Both texts from shortly before where they part.</summary>
    private static string Difference(string one, string other)
    {
        var at = one.AsSpan().CommonPrefixLength(other);
        return $"{Around(one, at)}\n{Around(other, at)}";
    }

    private static string Around(string text, int at) => text[Math.Max(0, at - ShownBefore)..Math.Min(text.Length, at + ShownBehind)];

    private async Task AddsUp(string archive, Func<Task<SiloProcess>> elsewhere, Func<SiloProcess, KeptLog> logOf, Dictionary<SensorId, long> acknowledged, bool readingsMayBeLate)
    {
        await using var restored = await Restore(archive, elsewhere);
        using var log = logOf(restored);
        var accounts = new Accounts(_city, log, LoadFeed.EventClass, readingsMayBeLate);
        List<string> open = [];
        await SiloProcess.Until("what was acknowledged before the backup is there once, at the replayed levels", async () =>
        {
            log.ReadOn();
            open = accounts.Open(acknowledged, new Dictionary<SegmentId, List<int>>(), await restored.Levels(Cancellation));
            return open.Count == 0;
        }, Patience, Cancellation, orElse: () => $"seed {Seed}: {open.Count} things do not add up:\n{string.Join('\n', open.Take(ShownMax))}");
    }

    private static async Task<SiloProcess> Restore(string archive, Func<Task<SiloProcess>> elsewhere)
    {
        var restored = await elsewhere();
        await restored.RunToEnd(Cancellation, "--restore", archive, "--data", restored.DataFolder);
        await restored.Run(Cancellation);
        return restored;
    }

    /// <summary>What a city says of itself, save for tokens, which mean nothing in another log, and what depends on the moment of the question.</summary>
    private async Task<Dictionary<string, string>> Answers(SiloProcess silo, long entries)
    {
        string[] paths =
        [
            "v1/zones?pageSize=500", "v1/segments?pageSize=500", "v1/sensors?pageSize=500", "v1/alerts?pageSize=500", "v1/guards", "v1/assets?pageSize=500",
            "v1/conduits?pageSize=500", "v1/cascades?pageSize=50", "v1/definition", "v1/breaches",
            $"v1/audit/entries/1:prove?size={entries}", $"v1/audit:prove?earlierSize=1&size={entries}",
            .. _city.Sensors.Take(5).Select(sensor => $"v1/sensors/{sensor.Id}/readings?pageSize=500"),
        ];
        var answers = new Dictionary<string, string>();
        foreach (var path in paths)
        {
            answers[path] = Passing().Replace((await silo.Get(path, Cancellation)).ToString(), "");
        }

        foreach (var grain in new[] { "grains/segment/substation-north", $"grains/sensor/{_city.Sensors[0].Id}", "grains/guard/guard-cathedral", "grains/zone/guildhall" })
        {
            var inspection = await silo.Get($"v1/{grain}", Cancellation);
            answers[grain] = $"{inspection.GetProperty("storedVersion")} {inspection.GetProperty("storedJson")} {inspection.GetProperty("memoryJson")}";
        }

        return answers;
    }

    [GeneratedRegex("\"(resourceVersion|version|timeToDark|asOfTime)\":\"[^\"]+\"")]
    private static partial Regex Passing();
}
