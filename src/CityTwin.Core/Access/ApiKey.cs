using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Core.Model;

namespace CityTwin.Core.Access;

/// <summary>
/// A key as it is kept: without its secret. A key is 256 random bits, so one round of SHA-256 keeps it as well as a slow
/// hash would; those are for words that people think of.
/// </summary>
/// <param name="Id">Public; it stands in the key itself, so that the log can say which one was shown.</param>
/// <param name="Name">Who holds it.</param>
/// <param name="Hash">SHA-256 of the whole key, in lower-case hexadecimal digits.</param>
/// <param name="Kind">The key that an embedded silo gives to its own machine is of another kind than those in the file.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    string Hash,
    ImmutableArray<Grant> Grants,
    DateTimeOffset? Expires = null,
    bool IsRevoked = false,
    PrincipalKind Kind = PrincipalKind.Key)
{
    /// <summary>What every key begins with: scanners of source code and logs find it by that.</summary>
    public const string Prefix = "ctk_";

    public const int SecretBytes = 32;
    public const int IdBytes = 6;
    private const int IdLength = 2 * IdBytes;

    /// <summary>The only sensor that it speaks for; null for all that its grants cover.</summary>
    public SensorId? Sensor { get; init; }

    public Principal Principal => field ??= new(Name, Kind, Grants, Expires, Sensor);

    /// <summary>The key that its holder gets to see, once.</summary>
    public static string Write(ReadOnlySpan<byte> id, ReadOnlySpan<byte> secret) =>
        $"{Prefix}{Convert.ToHexStringLower(id)}_{System.Buffers.Text.Base64Url.EncodeToString(secret)}";

    /// <summary>The id in a key; null when it is none.</summary>
    public static string? IdIn(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && key.Length > Prefix.Length + IdLength && key[Prefix.Length + IdLength] == '_'
            ? key[Prefix.Length..(Prefix.Length + IdLength)] : null;

    /// <summary>A key anew, and how it is kept.</summary>
    public static (string Key, ApiKey Kept) Make(
        ReadOnlySpan<byte> id, ReadOnlySpan<byte> secret, string name, ImmutableArray<Grant> grants, DateTimeOffset? expires = null, PrincipalKind kind = PrincipalKind.Key)
    {
        var key = Write(id, secret);
        return (key, new(Convert.ToHexStringLower(id), name, HashOf(key), grants, expires, Kind: kind));
    }

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Whether they say the same: a record with lists is never equal to one read anew; its file form is.</summary>
    public bool IsSame(ApiKey other) => KeyFile.Write([this]).AsSpan().SequenceEqual(KeyFile.Write([other]));

    /// <summary>Whether a key is this one. It takes the same time wherever they differ.</summary>
    public bool Matches(string key) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(key)), Encoding.ASCII.GetBytes(Hash));
}
