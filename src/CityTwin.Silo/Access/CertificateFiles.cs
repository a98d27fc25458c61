using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CityTwin.Silo.Access;

/// <summary>
/// A certificate with those that lead to its authority, and its key, in PEM files which whoever renews them replaces while the
/// silo runs: after the next <see cref="Renew"/> handshakes show the new ones. What cannot be used changes nothing.
/// </summary>
/// <param name="authority">The file of those whose certificates are believed; null = nobody has to show one.</param>
internal sealed class CertificateFiles(string certificate, string key, string? authority = null)
{
    /// <summary>RFC 5280, 4.2.1.12. A certificate that names no use is good for any.</summary>
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");

    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private byte[] _known = [];
    private byte[]? _refused;
    private bool _isTold;
    private Shown? _current;

    /// <summary>What a handshake shows, with the certificates between it and its authority.</summary>
    public SslStreamCertificateContext Own => Current.Own;

    /// <summary>What it is told by: the file of the certificate.</summary>
    public string Name => certificate;

    /// <summary>When the first of those that it shows ends.</summary>
    public DateTimeOffset Ends => Own.IntermediateCertificates.Append(Own.TargetCertificate).Min(shown => new DateTimeOffset(shown.NotAfter));

    /// <summary>Never disposed of when it is replaced: a handshake may be under way with it.</summary>
    private Shown Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException($"'{certificate}' was not read.");

    /// <exception cref="CryptographicException">They are no certificate with its key, or the authority does not know it.</exception>
    /// <exception cref="IOException">A file cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public CertificateFiles Open()
    {
        _known = Read();
        _current = Load(_known);
        return this;
    }

    /// <summary>Whether somebody else's certificate comes from the authority, and holds now. Names are not looked at.</summary>
    public bool IsPeer(X509Certificate2 shown, X509Chain? sent) => WhyNoPeer(shown, sent?.ChainPolicy.ExtraStore ?? [], Current.Authorities) is null;

    /// <summary>Takes over what has been replaced.</summary>
    /// <returns>Why it cannot be used, once for each content, at the second look: of two files one may have been replaced already, the other not yet.</returns>
    public string? Renew()
    {
        byte[] now = [];
        try
        {
            now = Read();
            if (!now.AsSpan().SequenceEqual(_known))
            {
                Volatile.Write(ref _current, Load(now));
                _known = now;
            }

            _refused = null;
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var isSecond = _refused.AsSpan().SequenceEqual(now) && _refused is not null;
            var tells = isSecond && !_isTold;
            (_refused, _isTold) = (now, isSecond);
            return tells ? failure.Message : null;
        }
    }

    private byte[] Read() =>
        [.. File.ReadAllBytes(certificate), (byte)'\n', .. File.ReadAllBytes(key), (byte)'\n', 0, .. authority is null ? [] : File.ReadAllBytes(authority)];

    private Shown Load(byte[] content)
    {
        var parts = Encoding.UTF8.GetString(content).Split('\0');
        var (own, authorities) = (new X509Certificate2Collection(), new X509Certificate2Collection());
        own.ImportFromPem(parts[0]);
        authorities.ImportFromPem(parts[1]);
        using var read = X509Certificate2.CreateFromPem(parts[0], parts[0]);
        // By way of PKCS#12: some platforms serve no certificate whose key was only just read from PEM.
        var leaf = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        return authority is not null && WhyNoPeer(leaf, own, authorities) is { } fault
            ? throw new CryptographicException($"the certificate is not one that the authority vouches for to serve and to call: {fault}")
            // Nothing is looked for elsewhere: what is to be sent stands in the file.
            : new(SslStreamCertificateContext.Create(leaf, own, offline: true), authorities);
    }

    private static string? WhyNoPeer(X509Certificate2 shown, X509Certificate2Collection between, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerUse);
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        return chain.Build(shown) ? null : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
    }

    private sealed record Shown(SslStreamCertificateContext Own, X509Certificate2Collection Authorities);
}
