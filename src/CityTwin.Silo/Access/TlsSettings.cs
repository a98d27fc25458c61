using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CityTwin.Silo.Access;

/// <summary>
/// TLS of each port, from the environment: CITYTWIN_TLS_CERTIFICATE_FILE and CITYTWIN_TLS_KEY_FILE (PEM) for the three that
/// serve callers and devices, CITYTWIN_HTTP_TLS_..., CITYTWIN_GRPC_TLS_... and CITYTWIN_MQTT_LISTEN_TLS_... for one, and for
/// silos among themselves see <see cref="SiloTls"/>. Null = that port speaks in the clear.
/// </summary>
internal sealed record TlsSettings(CertificateFiles? Http, CertificateFiles? Grpc, CertificateFiles? Mqtt, CertificateFiles? Silos)
{
    /// <summary>Each once.</summary>
    public ImmutableArray<CertificateFiles> All { get; } = [.. new[] { Http, Grpc, Mqtt, Silos }.OfType<CertificateFiles>().Distinct()];

    /// <exception cref="StartRefusedException">A file is missing, or they do not belong together.</exception>
    public static TlsSettings From(Func<string, string?> environment, ClusterSettings? cluster)
    {
        var opened = new Dictionary<(string, string), CertificateFiles>();
        return new(Of("HTTP_TLS"), Of("GRPC_TLS"), Of("MQTT_LISTEN_TLS"), SiloTls.From(environment, cluster));

        CertificateFiles? Of(string port)
        {
            var (certificate, key) = (Given($"CITYTWIN_{port}_CERTIFICATE_FILE"), Given($"CITYTWIN_{port}_KEY_FILE"));
            var name = $"CITYTWIN_{port}";
            if (certificate is null && key is null)
            {
                (certificate, key, name) = (Given("CITYTWIN_TLS_CERTIFICATE_FILE"), Given("CITYTWIN_TLS_KEY_FILE"), "CITYTWIN_TLS");
            }

            return certificate is null && key is null ? null
                : certificate is null || key is null ? throw new StartRefusedException($"{name}_CERTIFICATE_FILE and {name}_KEY_FILE belong together; set both.")
                : opened.TryGetValue((certificate, key), out var known) ? known
                : opened[(certificate, key)] = Open(certificate, key, name);
        }

        string? Given(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
    }

    public static void Serve(ListenOptions listen, HttpProtocols protocols, CertificateFiles? files)
    {
        listen.Protocols = protocols;
        if (files is not null)
        {
            // A selector would send the certificate alone, without those that lead to its authority.
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificateContext = files.Own }) });
        }
    }

    /// <exception cref="StartRefusedException">They cannot be used.</exception>
    public static CertificateFiles Open(string certificate, string key, string name, string? authority = null)
    {
        try
        {
            return new CertificateFiles(certificate, key, authority).Open();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartRefusedException($"{name}_CERTIFICATE_FILE '{certificate}' and what belongs to it cannot be used: {failure.Message}");
        }
    }
}
