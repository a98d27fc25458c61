using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Silos and their certificates: what they show to callers and devices, and by what they know each other.</summary>
public sealed class Certified_silo : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-certificates-").FullName;
    private readonly CertificateAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Certificate => Path.Combine(_folder, "tls.crt");

    private string Key => Path.Combine(_folder, "tls.key");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Timeout = 180_000)]
    public async Task Sends_the_whole_chain_at_every_port_and_says_when_a_renewed_one_is_of_no_use_or_ends_soon()
    {
        var first = _authority.Write(Certificate, Key);
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        foreach (var port in new[] { "GRPC_TLS", "MQTT_LISTEN_TLS" })
        {
            silo.Environment[$"CITYTWIN_{port}_CERTIFICATE_FILE"] = Certificate;
            silo.Environment[$"CITYTWIN_{port}_KEY_FILE"] = Key;
        }

        await silo.Run(Cancellation);
        Assert.Equal((first, first), (await _authority.Handshake(silo.GrpcPort, Cancellation), await _authority.Handshake(silo.MqttPort, Cancellation)));
        Assert.DoesNotContain("certificate", await Troubles(silo));

        await File.WriteAllTextAsync(Certificate, "no certificate", Cancellation);
        await SiloProcess.Until("it is said", () => Task.FromResult(silo.Said().Contains("cannot be used", StringComparison.Ordinal)), Patience, Cancellation);
        Assert.Equal(first, await _authority.Handshake(silo.GrpcPort, Cancellation));

        var second = _authority.Write(Certificate, Key, TimeSpan.FromDays(13));
        await SiloProcess.Until("the renewed one shows at both", async () =>
            await _authority.Handshake(silo.GrpcPort, Cancellation) == second && await _authority.Handshake(silo.MqttPort, Cancellation) == second, Patience, Cancellation);
        await SiloProcess.Until("it is said to end soon", async () => (await Troubles(silo)).Contains("certificate"), Patience, Cancellation);
        Assert.Single(silo.Said().Split('\n'), line => line.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Fact(Timeout = 300_000)]
    public async Task Silos_that_know_each_other_by_certificates_are_one_cluster_and_let_nobody_else_in()
    {
        _authority.Write(Certificate, Key);
        await using var server = await PostgresServer.Start(Cancellation);
        var database = await server.Create(Cancellation);
        await using var one = SiloCluster.Prepare(server, database);
        await using var other = SiloCluster.Prepare(server, database);
        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.crt"), _authority.Root.ExportCertificatePem(), Cancellation);
        foreach (var silo in new[] { one, other })
        {
            silo.Environment["CITYTWIN_SILO_TLS_AUTHORITY_FILE"] = Path.Combine(_folder, "ca.crt");
            silo.Environment["CITYTWIN_SILO_TLS_CERTIFICATE_FILE"] = Certificate;
            silo.Environment["CITYTWIN_SILO_TLS_KEY_FILE"] = Key;
        }

        await one.RunToEnd(Cancellation, "--migrate");
        await Task.WhenAll(one.Run(Cancellation), other.Run(Cancellation));
        await SiloProcess.Until("each sees both", async () => await Active(one) == 2 && await Active(other) == 2, Patience, Cancellation);
        await one.Post("v1/segments/substation-north:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the other shows what one was told", async () => (await other.Levels(Cancellation))["substation-north"] == 0, Patience, Cancellation);

        using var stranger = new CertificateAuthority();
        Assert.True(await IsSpokenTo(one.SiloPort, _authority.Show()));
        Assert.False(await IsSpokenTo(one.SiloPort, stranger.Show()));
        Assert.False(await IsSpokenTo(one.SiloPort, null));

        var renewed = _authority.Write(Certificate, Key);
        await SiloProcess.Until("a renewed certificate shows", async () => await Shown(one) == renewed, Patience, Cancellation);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_silo_alone_has_one_port_more_at_which_it_speaks_to_nobody()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var others = Assert.Single(silo.Listening().Except([silo.HttpPort, silo.GrpcPort, silo.MqttPort]));
        Assert.False(await IsSpokenTo(others, _authority.Show()));
        Assert.False(await IsSpokenTo(others, null));
        // In the clear a silo would begin; this one waits for a handshake, and hangs up.
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, others, Cancellation);
        Assert.False(await Hears(tcp.GetStream()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("of another authority")]
    public async Task Does_not_start_with_a_certificate_that_other_silos_would_not_believe(string authority)
    {
        _authority.Write(Certificate, Key);
        using var stranger = new CertificateAuthority();
        var file = Path.Combine(_folder, "ca.crt");
        await File.WriteAllTextAsync(file, authority.Length == 0 ? "" : stranger.Root.ExportCertificatePem(), Cancellation);
        await using var silo = SiloProcess.Prepare(null);
        silo.Environment["CITYTWIN_POSTGRES"] = "Host=nowhere.invalid";
        silo.Environment["CITYTWIN_SILO_TLS_AUTHORITY_FILE"] = file;
        silo.Environment["CITYTWIN_SILO_TLS_CERTIFICATE_FILE"] = Certificate;
        silo.Environment["CITYTWIN_SILO_TLS_KEY_FILE"] = Key;
        silo.Launch();
        Assert.Equal(1, await silo.Ended(Cancellation));
        await SiloProcess.Until("it has said why", () => Task.FromResult(silo.Said().Contains("the authority vouches for", StringComparison.Ordinal)), Patience, Cancellation, silo.Said);
    }

    [Theory]
    [InlineData("--advertise 192.0.2.1 would open this silo", null)]
    [InlineData("set all three", "CITYTWIN_SILO_TLS_KEY_FILE")]
    [InlineData("leave one out", "CITYTWIN_SILO_TLS_KEY_FILE", "off")]
    [InlineData("it is 'off', or left out", null, "on")]
    public async Task Does_not_start_where_others_reach_it_without_certificates_and_says_what_to_set(string said, string? variable, string mode = "")
    {
        await using var silo = SiloProcess.Prepare(null, "--advertise", "192.0.2.1");
        silo.Environment["CITYTWIN_POSTGRES"] = "Host=nowhere.invalid";
        silo.Environment["CITYTWIN_SILO_TLS"] = mode;
        silo.Environment[variable ?? "CITYTWIN_SILO_TLS_KEY_FILE"] = variable is null ? "" : Key;
        silo.Launch();
        Assert.Equal(1, await silo.Ended(Cancellation));
        await SiloProcess.Until("it has said why", () => Task.FromResult(silo.Said().Contains(said, StringComparison.Ordinal)), Patience, Cancellation, silo.Said);
    }

    private static async Task<List<string>> Troubles(SiloProcess silo) =>
        [.. (await silo.Get("v1/health", Cancellation)).GetProperty("troubles").EnumerateArray().Select(trouble => trouble.GetProperty("code").GetString()!)];

    private static async Task<int> Active(SiloProcess silo) => (await silo.Get("v1/health", Cancellation)).GetProperty("silos").EnumerateArray()
        .Count(member => member.GetProperty("standing").GetString()!.EndsWith("ACTIVE", StringComparison.Ordinal));

    /// <summary>Whether the port of silos says anything to whoever shows this: each side begins with who it is.</summary>
    private static async Task<bool> IsSpokenTo(int port, SslStreamCertificateContext? shown)
    {
        try
        {
            using var tcp = new TcpClient();
            await using var tls = await Reach(port, tcp, shown);
            return await Hears(tls);
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<bool> Hears(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], Cancellation) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<string> Shown(SiloProcess silo)
    {
        using var tcp = new TcpClient();
        await using var tls = await Reach(silo.SiloPort, tcp, _authority.Show());
        return ((System.Security.Cryptography.X509Certificates.X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private static async Task<SslStream> Reach(int port, TcpClient tcp, SslStreamCertificateContext? shown)
    {
        await tcp.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        var tls = new SslStream(tcp.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "silo", ClientCertificateContext = shown, ApplicationProtocols = [new("Orleans1")] }, Cancellation);
        return tls;
    }
}
