using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CityTwin.Testing;

/// <summary>A root that only a test trusts, and an authority below it that vouches for certificates: a chain of three.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _between;

    public CertificateAuthority()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        Root = Request("CN=root", rootKey, isAuthority: true).CreateSelfSigned(now.AddDays(-2), now.AddDays(400));
        using var between = Request("CN=between", _key, isAuthority: true).Create(Root, now.AddDays(-2), now.AddDays(390), Serial());
        _between = between.CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Root { get; }

    /// <summary>A new certificate with the authority between it and the root, and its key, over the files that may be there.</summary>
    /// <returns>Its thumbprint.</returns>
    public string Write(string certificateFile, string keyFile, TimeSpan? left = null)
    {
        var (chain, key, thumbprint) = Issue(left);
        File.WriteAllText(keyFile, key);
        File.WriteAllText(certificateFile, chain);
        return thumbprint;
    }

    /// <summary>What whoever holds a new certificate shows.</summary>
    public SslStreamCertificateContext Show()
    {
        var (chain, key, _) = Issue(null);
        using var read = X509Certificate2.CreateFromPem(chain, key);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null), all, offline: true);
    }

    /// <summary>Trusts the root alone, and looks for nothing elsewhere.</summary>
    public X509ChainPolicy Trusting()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(Root);
        return policy;
    }

    /// <summary>Shakes hands with a port of this machine, trusting the root alone.</summary>
    /// <returns>The thumbprint of the certificate that was shown.</returns>
    public async Task<string> Handshake(int port, CancellationToken cancellation)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, cancellation);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = Trusting() }, cancellation);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    public void Dispose()
    {
        _key.Dispose();
        _between.Dispose();
        Root.Dispose();
    }

    private (string Chain, string Key, string Thumbprint) Issue(TimeSpan? left)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var leaf = Request("CN=leaf", key, isAuthority: false).Create(_between, now.AddDays(-1), now + (left ?? TimeSpan.FromDays(90)), Serial());
        return ($"{leaf.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem(), leaf.Thumbprint);
    }

    private static CertificateRequest Request(string subject, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (!isAuthority)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        return request;
    }

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(8);
}
