using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CityTwin.Silo.Access;

/// <summary>
/// TLS of each port, from the environment: CITYTWIN_TLS_CERTIFICATE_FILE and CITYTWIN_TLS_KEY_FILE (PEM) for all three, and
/// CITYTWIN_HTTP_TLS_..., CITYTWIN_GRPC_TLS_..., CITYTWIN_MQTT_LISTEN_TLS_... for one. Null = that port speaks in the clear.
/// </summary>
internal sealed class TlsSettings(CertificateFiles? http, CertificateFiles? grpc, CertificateFiles? mqtt) : IDisposable
{
    public Func<X509Certificate2>? Http => http is null ? null : () => http.Current;

    public Func<X509Certificate2>? Grpc => grpc is null ? null : () => grpc.Current;

    public Func<X509Certificate2>? Mqtt => mqtt is null ? null : () => mqtt.Current;

    /// <exception cref="StartRefusedException">A file is missing, or they do not belong together.</exception>
    public static TlsSettings From(Func<string, string?> environment)
    {
        return new(Of("HTTP_TLS"), Of("GRPC_TLS"), Of("MQTT_LISTEN_TLS"));

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
                : Open(certificate, key, name);
        }

        string? Given(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
    }

    public static void Serve(ListenOptions listen, HttpProtocols protocols, Func<X509Certificate2>? certificate)
    {
        listen.Protocols = protocols;
        if (certificate is not null)
        {
            listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate());
        }
    }

    public void Dispose()
    {
        http?.Dispose();
        grpc?.Dispose();
        mqtt?.Dispose();
    }

    private static CertificateFiles Open(string certificate, string key, string name)
    {
        try
        {
            return new(certificate, key, TimeProvider.System);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartRefusedException($"{name}_CERTIFICATE_FILE '{certificate}' and its key cannot be used: {failure.Message}");
        }
    }
}
