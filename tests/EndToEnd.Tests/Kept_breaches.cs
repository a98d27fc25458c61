using System.Text.Json;
using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>A breach that a real silo runs and keeps.</summary>
public sealed class Kept_breaches
{
    private const string Scenario = "ransomware-waterworks";
    private const int Runs = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task End_after_a_kill_with_the_bytes_of_the_command_line()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await silo.Post("v1/breaches", new { readyScenario = Scenario, runs = Runs, newCity = true, principal = "test", requestId = "r1" }, Cancellation);
        var name = (await silo.Get("v1/breaches", Cancellation)).GetProperty("breaches")[0].GetProperty("name").GetString();
        JsonElement breach = default;
        await SiloProcess.Until("runs are in", async () => (await Read()).GetProperty("runsDone").GetInt64() > 0, Patience, Cancellation);
        Assert.Equal("BREACH_STATE_RUNNING", breach.GetProperty("state").GetString());
        await silo.Kill();
        await silo.Run(Cancellation);

        await SiloProcess.Until("it is done", async () => (await Read()).TryGetProperty("endTime", out var at) && at.ValueKind == JsonValueKind.String, Patience, Cancellation);
        var (exitCode, output, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "breach", "run", SampleCity.Folder, Scenario, "--runs", $"{Runs}", "--format", "json");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(output, breach.GetProperty("reportJson").GetString());

        async Task<JsonElement> Read() => breach = await silo.Get($"v1/{name}", Cancellation);
    }
}
