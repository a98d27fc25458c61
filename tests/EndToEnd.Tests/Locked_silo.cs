using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>The silo with credentials configured, as it would be beyond one machine.</summary>
public sealed class Locked_silo : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-keys-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Keys => Path.Combine(_folder, "keys.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Does_not_start_beyond_loopback_without_credentials_and_says_what_to_set()
    {
        await using var silo = SiloProcess.Prepare(null, "--listen", "0.0.0.0");
        silo.Launch();
        Assert.Equal(1, await silo.Ended(Cancellation));
        await SiloProcess.Until("it has said why", () => Task.FromResult(silo.Said().Contains("CITYTWIN_KEYS_FILE", StringComparison.Ordinal)), Patience, Cancellation);
    }

    [Theory]
    [InlineData("the ingress")]
    [InlineData("0.0.0.0/0")]
    public async Task Does_not_start_trusting_proxies_that_are_no_networks_or_everybody(string proxies)
    {
        await using var silo = SiloProcess.Prepare(null);
        silo.Environment["CITYTWIN_TRUSTED_PROXIES"] = proxies;
        silo.Launch();
        Assert.Equal(1, await silo.Ended(Cancellation));
        await SiloProcess.Until("it has said why", () => Task.FromResult(silo.Said().Contains($"CITYTWIN_TRUSTED_PROXIES has '{proxies}'", StringComparison.Ordinal)), Patience, Cancellation);
    }

    [Fact]
    public async Task Takes_keys_as_they_come_and_go_at_every_port()
    {
        var (viewer, device) = (await Key("anna", "--role", "viewer"), await Key("breaker", "--role", "device", "--sensor", "breaker-feeder-harbour-status"));
        var auditor = await Key("cora", "--role", "auditor");
        var started = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Keys, Cancellation)))}";
        await using var silo = SiloProcess.Prepare(null, "--listen", "0.0.0.0");
        var (certificate, key) = (Path.Combine(_folder, "grpc.pem"), Path.Combine(_folder, "grpc.key"));
        var first = Certificates.Write(certificate, key);
        silo.Environment["CITYTWIN_KEYS_FILE"] = Keys;
        silo.Environment["CITYTWIN_GRPC_TLS_CERTIFICATE_FILE"] = certificate;
        silo.Environment["CITYTWIN_GRPC_TLS_KEY_FILE"] = key;
        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", viewer);
        await silo.Run(Cancellation);

        // The feed shows a key of its own at the broker.
        await SiloProcess.Until("the feed reports", async () =>
            (await silo.Get("v1/sensors?pageSize=1000", Cancellation)).GetProperty("sensors").EnumerateArray()
                .Any(sensor => sensor.TryGetProperty("observeTime", out var at) && at.ValueKind == JsonValueKind.String), Patience, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(silo, null, "v1/zones"));
        Assert.Equal(HttpStatusCode.Redirect, await Status(silo, null, ""));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(silo, null, "metrics"));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(silo, viewer, "metrics"));
        Assert.Equal(HttpStatusCode.OK, await Status(silo, null, "healthz"));

        Assert.NotEqual(0, await Publish(silo, null));
        Assert.NotEqual(0, await Publish(silo, viewer[..^1] + "!"));
        Assert.Equal(0, await Publish(silo, device));

        Assert.Equal(first, await Handshake(silo.GrpcPort));
        var second = Certificates.Write(certificate, key);
        await SiloProcess.Until("the renewed certificate shows", async () => await Handshake(silo.GrpcPort) == second, Patience, Cancellation);

        // It hears what zones are; its connection ends with its key, and it is not let in again.
        using var subscriber = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "mosquitto_sub", ["-p", $"{silo.MqttPort}", "-V", "5", "-u", "anna", "-P", viewer, "-W", "90", "-t", "citytwin/v1/zones/+/status"]) { RedirectStandardOutput = true })!;
        Assert.NotNull(await subscriber.StandardOutput.ReadLineAsync(Cancellation));
        var heard = subscriber.StandardOutput.ReadToEndAsync(Cancellation);
        Assert.Equal(0, (await Programs.Run(Programs.Cli, Cancellation, "key", "revoke", "--file", Keys, viewer.Split('_')[1])).ExitCode);
        await SiloProcess.Until("the revoked key is refused", async () => await Status(silo, viewer, "v1/zones") == HttpStatusCode.Unauthorized, Patience, Cancellation);
        await SiloProcess.Until("its subscription has ended", () => Task.FromResult(heard.IsCompleted), Patience, Cancellation);

        // The program ends well although the broker said no.
        await Publish(silo, device, "substation-north-status");
        var revoked = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Keys, Cancellation)))}";
        string[] told =
        [
            $"permission,,start with permissions,,OK: keys {started}; permissions as shipped",
            $"permission,,take over keys,,OK: keys {revoked}; revoked {viewer.Split('_')[1]}",
            "refusal,,connect,127.0.0.1,UNAUTHENTICATED", "refusal,anna,stay connected,127.0.0.1,UNAUTHENTICATED",
            "refusal,breaker,publish citytwin/v1/sensors/substation-north-status/reading,127.0.0.1,PERMISSION_DENIED",
        ];
        List<string> entered = [];
        await SiloProcess.Until("all of it is entered", async () => told.All((entered = await Entries(silo, auditor)).Contains), Patience, Cancellation, () => string.Join('\n', entered));
    }

    private async Task<string> Key(string name, params string[] more)
    {
        var (exitCode, output, errors) = await Programs.Run(Programs.Cli, Cancellation, ["key", "create", "--file", Keys, "--name", name, .. more]);
        Assert.True(exitCode == 0, errors);
        return output.Trim();
    }

    private static async Task<HttpStatusCode> Status(SiloProcess silo, string? key, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = silo.Http.BaseAddress };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private static async Task<List<string>> Entries(SiloProcess silo, string auditor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/audit/entries?pageSize=1000") { Headers = { Authorization = new("Bearer", auditor) } };
        using var answer = await silo.Http.SendAsync(request, Cancellation);
        using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return [.. page.RootElement.GetProperty("auditEntries").EnumerateArray().Select(entry =>
            $"{Text(entry, "kind")},{Text(entry, "principal")},{Text(entry, "action")},{Text(entry, "from")},{Text(entry, "status")}"
            + (Text(entry, "reason").Split(": ", 2) is [_, var what] ? $": {what}" : ""))];

        static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
    }

    private static async Task<int> Publish(SiloProcess silo, string? key, string sensor = "breaker-feeder-harbour-status")
    {
        using var publisher = System.Diagnostics.Process.Start("mosquitto_pub",
        [
            "-p", $"{silo.MqttPort}", "-q", "1", "-V", "5", "-t", $"citytwin/v1/sensors/{sensor}/reading", "-m", """{"value":"closed"}""",
            .. key is null ? Array.Empty<string>() : ["-u", "device", "-P", key],
        ]);
        await publisher.WaitForExitAsync(Cancellation);
        return publisher.ExitCode;
    }

    private static async Task<string> Handshake(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var tls = new SslStream(tcp.GetStream(), false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", ApplicationProtocols = [SslApplicationProtocol.Http2] }, Cancellation);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
