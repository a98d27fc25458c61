using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>What was done is in the audit log once, also after the silo was killed, and the log is whole.</summary>
public sealed class Audited : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("citytwin-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 180_000)]
    public async Task Orders_and_refusals_survive_a_kill_and_are_exported_once()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var silo = await SiloProcess.Start(cancellation, "--no-feed");
        await silo.Post("v1/segments/substation-north:fail", new { principal = "ada", reason = "drill", requestId = "one" }, cancellation);
        await silo.Post("v1/segments/substation-north:fail", new { principal = "ada", reason = "drill", requestId = "one" }, cancellation);
        using (var guest = new HttpClient { BaseAddress = silo.Http.BaseAddress })
        {
            using var look = await guest.GetAsync("v1/zones", cancellation);
            using var order = await guest.PostAsJsonAsync("v1/segments/substation-north:restore", new { principal = "eve", reason = "fun" }, cancellation);
            guest.DefaultRequestHeaders.Host = "elsewhere.example";
            using var rebound = await guest.GetAsync("v1/zones", cancellation);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (look.StatusCode, order.StatusCode, rebound.StatusCode));
        }

        // Nobody waits for the entry of a refusal; a killed silo may take one along that was not stored yet.
        await SiloProcess.Until(
            "the refusal is entered",
            async () => (await silo.Get("v1/audit/entries?filter=kind%3D%22refusal%22", cancellation)).TryGetProperty("auditEntries", out var refusals) && refusals.GetArrayLength() > 0,
            TimeSpan.FromSeconds(20), cancellation);
        await silo.Post("v1/segments/substation-north:restore", new { principal = "bert", reason = "done" }, cancellation);
        await silo.Kill();
        await silo.Run(cancellation);

        var file = Path.Combine(_folder.FullName, "audit.jsonl");
        var (exported, _, exportErrors) = await Programs.Run(Programs.Cli, cancellation, "audit", "export", "--server", $"http://127.0.0.1:{silo.GrpcPort}", "--out", file);
        var (verified, said, _) = await Programs.Run(Programs.Cli, cancellation, "audit", "verify", file);

        Assert.True(exported == 0, exportErrors);
        Assert.True(verified == 0, said);
        var entries = File.ReadLines(file).Skip(1).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("entry")).ToList();
        Assert.Equal(
            ["ada FailSegment OK", "ada FailSegment OK", "bert RestoreSegment OK"],
            entries.Where(entry => Text(entry, "kind") == "command").Select(entry => $"{Text(entry, "who")} {Text(entry, "action").Split('/')[1]} {Text(entry, "status")}"));
        Assert.Contains(entries, entry => Text(entry, "kind") == "refusal" && Text(entry, "status") == "UNAUTHENTICATED");
        Assert.Equal("read", Text(entries[^1], "kind"));
    }

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
