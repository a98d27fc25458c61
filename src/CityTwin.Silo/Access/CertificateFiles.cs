using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CityTwin.Silo.Access;

/// <summary>
/// A certificate and its key in two PEM files, which whoever renews it replaces while the silo runs: the next handshake, at
/// the latest a second later, shows the new one. While the two do not belong together the old one goes on.
/// </summary>
internal sealed class CertificateFiles : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private X509Certificate2 _current;
    private string _known;
    private long _looked;

    /// <exception cref="CryptographicException">They are no certificate with its key.</exception>
    public CertificateFiles(string certificate, string key, TimeProvider time)
    {
        (_certificate, _key, _time) = (certificate, key, time);
        _known = Read();
        _current = Load(_known);
        _looked = time.GetTimestamp();
    }

    /// <summary>Never disposed of when it is replaced: a handshake may be under way with it.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_looked) >= Look)
                {
                    _looked = _time.GetTimestamp();
                    Renew();
                }

                return _current;
            }
        }
    }

    public void Dispose() => _current.Dispose();

    private void Renew()
    {
        try
        {
            var now = Read();
            if (now != _known)
            {
                _current = Load(now);
                _known = now;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // One of the two has been replaced already, the other not yet: the next look will do.
        }
    }

    private string Read() => File.ReadAllText(_certificate) + "\n" + File.ReadAllText(_key);

    /// <summary>By way of PKCS#12: some platforms serve no certificate whose key was only just read from PEM.</summary>
    private static X509Certificate2 Load(string pem)
    {
        using var read = X509Certificate2.CreateFromPem(pem, pem);
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
    }
}
