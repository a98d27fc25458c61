using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CityTwin.Silo.Access;

/// <summary>
/// Mutual TLS between silos, from the environment: CITYTWIN_SILO_TLS_AUTHORITY_FILE, CITYTWIN_SILO_TLS_CERTIFICATE_FILE and
/// CITYTWIN_SILO_TLS_KEY_FILE. Whoever shows a certificate of that authority is a silo, whatever name stands in it: a pod gets
/// its address after its certificate, and all may share one. So it is an authority for these silos and nobody else, or a
/// certificate that is its own. <c>CITYTWIN_SILO_TLS=off</c> says that the network between them is closed to others.
/// </summary>
internal static class SiloTls
{
    private const string Mode = "CITYTWIN_SILO_TLS";
    private const string Authority = "CITYTWIN_SILO_TLS_AUTHORITY_FILE";
    private const string Certificate = "CITYTWIN_SILO_TLS_CERTIFICATE_FILE";
    private const string Key = "CITYTWIN_SILO_TLS_KEY_FILE";

    /// <returns>Null = silos speak in the clear.</returns>
    /// <exception cref="StartRefusedException">A file is missing or of no use, or silos would be open to whoever reaches them.</exception>
    public static CertificateFiles? From(Func<string, string?> environment, ClusterSettings? cluster)
    {
        var (mode, authority, certificate, key) = (Given(Mode), Given(Authority), Given(Certificate), Given(Key));
        var isGiven = authority is not null || certificate is not null || key is not null;
        return mode is not (null or "off") ? throw new StartRefusedException($"{Mode} is '{mode}'; it is 'off', or left out.")
            : isGiven && mode is not null ? throw new StartRefusedException($"{Mode} is off, and {Mode}_..._FILE are set; leave one out.")
            : isGiven && cluster is null ? throw new StartRefusedException($"{Mode}_..._FILE are for silos that share a city on PostgreSQL; leave them out.")
            : isGiven ? TlsSettings.Open(
                certificate ?? throw Incomplete(), key ?? throw Incomplete(), Mode, authority ?? throw Incomplete())
            : cluster is not null && !IPAddress.IsLoopback(cluster.Advertise) && mode is null ? throw new StartRefusedException(
                $"--advertise {cluster.Advertise} would open this silo to whoever reaches its port; set {Authority}, {Certificate} and {Key}, or {Mode}=off where only silos reach it.")
            : null;

        string? Given(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Each connection, either way, shows the certificate of that moment and wants one of the authority.</summary>
    public static void Use(ISiloBuilder silo, CertificateFiles files) => Use(silo, () => files.Own, files.IsPeer);

    /// <summary>
    /// A silo without others still has the port for them, where anybody on this machine would pass the doors by. It shows a
    /// certificate that it makes now, and believes nothing else.
    /// </summary>
    public static void LetNobodyIn(ISiloBuilder silo, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=citytwin", key, HashAlgorithmName.SHA256).CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddYears(10));
        var own = SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null), null, offline: true);
        Use(silo, () => own, (shown, _) => shown.RawDataMemory.Span.SequenceEqual(own.TargetCertificate.RawDataMemory.Span));
    }

    private static void Use(ISiloBuilder silo, Func<SslStreamCertificateContext> own, Func<X509Certificate2, X509Chain?, bool> isPeer) => silo.UseTls(options =>
    {
        options.LocalServerCertificateSelector = (_, _) => own().TargetCertificate;
        options.RemoteCertificateValidation = (shown, sent, _) => isPeer(shown, sent);
        // The library itself would send the certificate without those that lead to the authority.
        options.OnAuthenticateAsServer = (_, server) =>
        {
            var handshake = (SslServerAuthenticationOptions)server.SslServerAuthenticationOptions;
            (handshake.ServerCertificateSelectionCallback, handshake.ServerCertificateContext) = (null, own());
        };
        options.OnAuthenticateAsClient = (_, client) =>
            ((SslClientAuthenticationOptions)client.SslClientAuthenticationOptions).ClientCertificateContext = own();
    });

    private static StartRefusedException Incomplete() => new($"{Authority}, {Certificate} and {Key} belong together; set all three.");
}
