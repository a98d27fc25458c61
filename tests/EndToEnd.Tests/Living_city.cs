using System.Text.Json;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>The main job with real programs: a silo, <c>mosquitto_pub</c>, <c>citytwin simulate</c>, <c>kill -9</c>.</summary>
public sealed class Living_city
{
    private const string Substation = "substation-north";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_and_its_feed_moves_values()
    {
        await using var silo = await SiloProcess.Start(Cancellation);
        var zones = await silo.Get("v1/zones", Cancellation);
        Assert.NotEmpty(zones.GetProperty("zones").EnumerateArray());
        await SiloProcess.Until("a hundred sensors have reported", async () =>
        {
            var reported = await silo.Get("v1/sensors?pageSize=1000", Cancellation);
            return reported.GetProperty("sensors").EnumerateArray().Count(sensor => sensor.TryGetProperty("observeTime", out var at) && at.ValueKind == JsonValueKind.String) >= 100;
        }, Patience, Cancellation);
        foreach (var page in new[] { "", "livez", "readyz", "healthz", "metrics" })
        {
            using var answer = await silo.Http.GetAsync(page, Cancellation);
            Assert.True(answer.IsSuccessStatusCode, $"/{page} answers {answer.StatusCode}.");
        }
    }

    [Fact]
    public async Task Falls_to_what_the_simulation_says_when_a_substation_fails_and_comes_back()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var before = await silo.Levels(Cancellation);
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await AtLevels(silo, await Simulated(before, Substation));

        await silo.Post($"v1/segments/{Substation}:restore", new { principal = "test", reason = "drill over" }, Cancellation);
        await SiloProcess.Until("the substation is back", async () => (await silo.Levels(Cancellation))[Substation] == 1000, Patience, Cancellation);
    }

    [Fact]
    public async Task Shows_what_was_and_tells_what_has_changed_since()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var before = await silo.Levels(Cancellation);
        var whole = DateTimeOffset.UtcNow;
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await AtLevels(silo, await Simulated(before, Substation));
        var (fallen, dark) = (await silo.Levels(Cancellation), DateTimeOffset.UtcNow);
        await silo.Post($"v1/segments/{Substation}:restore", new { principal = "test", reason = "drill over" }, Cancellation);
        await SiloProcess.Until("the substation is back", async () => (await silo.Levels(Cancellation))[Substation] == 1000, Patience, Cancellation);

        Assert.Equal(before, await silo.Levels(Cancellation, whole));
        Assert.Equal(fallen, await silo.Levels(Cancellation, dark));

        var (exitCode, said, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "changes", $"segments/{Substation}", "--kind", "level", "--server", $"http://127.0.0.1:{silo.GrpcPort}");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(
            ["level 0 to 1000", "level 1000 to 0"],
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line[line.IndexOf("level", StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task Gives_its_state_as_a_start_for_simulations()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the substation is down", async () => (await silo.Levels(Cancellation))[Substation] == 0, Patience, Cancellation);
        var levels = await silo.Levels(Cancellation);
        var file = Path.GetTempFileName();
        var (exitCode, _, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "snapshot", "--server", $"http://127.0.0.1:{silo.GrpcPort}", "--out", file);
        Assert.True(exitCode == 0, errors);
        var state = JsonDocument.Parse(await File.ReadAllTextAsync(file, Cancellation)).RootElement.GetProperty("segments").EnumerateArray()
            .ToDictionary(segment => segment.GetProperty("id").GetString()!, segment => segment.GetProperty("level").GetInt32());
        Assert.All(levels, level => Assert.Equal(level.Value, state.GetValueOrDefault(level.Key, 1000)));
        File.Delete(file);
    }

    [Fact]
    public async Task Falls_to_what_the_simulation_says_when_a_breaker_reports_open()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var before = await silo.Levels(Cancellation);
        var breaker = CityReader.Open(SampleCity.Folder).City!.Sensors.First(sensor => sensor.Kind == "breaker" && before[sensor.Segment!.Value.Value] == 1000);
        await Publish(silo, breaker.Id.Value, """{"value":"open"}""");
        await AtLevels(silo, await Simulated(before, breaker.Segment!.Value.Value));

        await Publish(silo, breaker.Id.Value, """{"value":"closed"}""");
        await SiloProcess.Until(
            "the breaker is closed again", async () => (await silo.Levels(Cancellation))[breaker.Segment!.Value.Value] == 1000, Patience, Cancellation);
    }

    [Fact]
    public async Task Tells_the_newest_status_of_a_zone_to_whoever_subscribes_later()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the retained status of a zone says dark", async () =>
        {
            var status = await Mosquitto.Command(
                "mosquitto_sub", Cancellation, "-p", $"{silo.MqttPort}", "-t", "citytwin/v1/zones/springacre/status", "-C", "1", "-W", "10");
            var zone = JsonDocument.Parse(status).RootElement;
            Assert.Equal("zones/springacre", zone.GetProperty("name").GetString());
            return zone.GetProperty("status").GetProperty("health").GetString() == "HEALTH_DARK";
        }, Patience, Cancellation);
    }

    [Fact]
    public async Task Tells_an_alert_over_mqtt_as_rest_answers_it()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var door = CityReader.Open(SampleCity.Folder).City!.Sensors.First(sensor => sensor.Kind == "door");
        var heard = Mosquitto.Command("mosquitto_sub", Cancellation, "-p", $"{silo.MqttPort}", "-q", "1", "-t", "citytwin/v1/alerts", "-C", "1", "-W", "60");
        await SiloProcess.Until("the alert is heard by a subscriber that comes when it comes", async () =>
        {
            await Mosquitto.Command(
                "mosquitto_pub", Cancellation, "-p", $"{silo.MqttPort}", "-q", "1", "-t", $"citytwin/v1/sensors/{door.Id}/event", "-m", """{"class":"door-forced","confidence":0.9}""");
            return heard.IsCompleted;
        }, Patience, Cancellation);

        var told = JsonDocument.Parse(await heard).RootElement;
        var answered = await silo.Get($"v1/{told.GetProperty("name").GetString()}", Cancellation);
        foreach (var field in new[] { "name", "severity", "state", "code", "text", "zone", "subject", "raiseTime", "suppressed" })
        {
            Assert.Equal(answered.GetProperty(field).ToString(), told.GetProperty(field).ToString());
        }
    }

    [Fact]
    public async Task Keeps_city_levels_and_alerts_through_kill_9()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var before = await silo.Levels(Cancellation);
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        var expected = await Simulated(before, Substation);
        await AtLevels(silo, expected);
        var door = CityReader.Open(SampleCity.Folder).City!.Sensors.First(sensor => sensor.Kind == "door");
        await Mosquitto.Command(
            "mosquitto_pub", Cancellation, "-p", $"{silo.MqttPort}", "-q", "1", "-t", $"citytwin/v1/sensors/{door.Id}/event", "-m", """{"class":"door-forced","confidence":0.9}""");
        await SiloProcess.Until("the alert is there", async () => (await Alerts(silo)).Length > 0, Patience, Cancellation);
        var alerts = await Alerts(silo);

        await silo.Kill();
        await silo.Run(Cancellation);
        await AtLevels(silo, expected);
        Assert.Equal(alerts, await Alerts(silo));
    }

    [Fact]
    public async Task Says_in_one_line_why_it_cannot_start()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await Refuses("port", "--http-port", $"{silo.HttpPort}");
        await Refuses("data folder", "--data", "/proc/citytwin");

        var broken = Directory.CreateTempSubdirectory("citytwin-broken-");
        await File.WriteAllTextAsync(Path.Combine(broken.FullName, "city.json"), """{"schemaVersion":1,"name":"Broken""", Cancellation);
        await Refuses("city.json", "--city", broken.FullName);
        broken.Delete(recursive: true);
    }

    private static async Task Refuses(string word, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-refused-");
        string[] ports = ["--http-port", $"{Mosquitto.FreePort()}", "--grpc-port", $"{Mosquitto.FreePort()}", "--mqtt-port", $"{Mosquitto.FreePort()}"];
        string[] data = ["--data", folder.FullName];
        var given = arguments.Where((_, index) => index % 2 == 0).ToHashSet();
        var defaults = ports.Concat(data).Chunk(2).Where(pair => !given.Contains(pair[0])).SelectMany(pair => pair);
        var (exitCode, _, errors) = await Programs.Run(Programs.Silo, Cancellation, [.. defaults, .. arguments]);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("citytwin-silo: ", errors, StringComparison.Ordinal);
        Assert.Contains(word, errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static Task<string> Publish(SiloProcess silo, string sensor, string payload) => Mosquitto.Command(
        "mosquitto_pub", Cancellation, "-p", $"{silo.MqttPort}", "-q", "1", "-t", $"citytwin/v1/sensors/{sensor}/reading", "-m", payload);

    private static async Task<string[]> Alerts(SiloProcess silo) =>
        [.. (await silo.Get("v1/alerts", Cancellation)).GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("name").GetString()!)];

    private static Task AtLevels(SiloProcess silo, SortedDictionary<string, int> expected) => SiloProcess.Until(
        "every segment has exactly the simulated level", async () => (await silo.Levels(Cancellation)).SequenceEqual(expected), Patience, Cancellation);

    /// <summary>The levels that <c>citytwin simulate</c> gives a second after a segment has failed.</summary>
    private static async Task<SortedDictionary<string, int>> Simulated(SortedDictionary<string, int> before, string failed)
    {
        var scenario = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            scenario, $$"""{"schemaVersion":1,"name":"drill","horizon":2,"events":[{"at":1,"target":"{{failed}}","level":0}]}""", Cancellation);
        var (exitCode, output, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "simulate", SampleCity.Folder, scenario, "--format", "json");
        File.Delete(scenario);
        Assert.True(exitCode == 0, errors);
        var levels = new SortedDictionary<string, int>(before, StringComparer.Ordinal);
        foreach (var change in JsonDocument.Parse(output).RootElement.GetProperty("timeline").EnumerateArray())
        {
            levels[change.GetProperty("segment").GetString()!] = change.GetProperty("to").GetInt32();
        }

        return levels;
    }
}
