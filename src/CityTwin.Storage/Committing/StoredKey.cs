using System.Collections.Concurrent;
using System.Text;
using CityTwin.Core;
using Orleans.Runtime;
using Orleans.Storage;

namespace CityTwin.Storage.Committing;

/// <summary>
/// The key columns of a grain's row, as the stock AdoNet provider fills them, whose own type for it is not public: a key
/// that reads as a GUID or a hexadecimal number goes into the two halves, any other into the extension. So "0077042" and
/// "77042" would be one row, which is why every grain key of ours has a prefix with a colon.
/// </summary>
/// <param name="Extension">In UTF-8, as the key itself keeps it and the row stores it.</param>
/// <param name="StateName">Unique over all grains: the key of the row leaves the type of the grain out.</param>
internal readonly record struct StoredKey(
    int IdHash, long N0, long N1, int TypeHash, string StateName, byte[]? Extension, string ServiceId)
{
    private static readonly OrleansDefaultHasher Hasher = new();

    /// <summary>As many as there are kinds of grain states.</summary>
    private static readonly ConcurrentDictionary<string, int> TypeHashes = new(StringComparer.Ordinal);

    public static StoredKey Of(string stateName, GrainId grain, string serviceId)
    {
        Invariant.Hold(!stateName.Contains('`', StringComparison.Ordinal), "A state's name is not the name of a generic type.");
        var (n0, n1, extension, bytes) = Columns(grain);
        return new StoredKey(
            Hasher.Hash(bytes), n0, n1, TypeHashes.GetOrAdd(stateName, name => Hasher.Hash(Encoding.UTF8.GetBytes(name))), stateName, extension, serviceId);
    }

    public override string ToString() => $"{StateName}/{(Extension is null ? $"{N0:x16}{N1:x16}" : Encoding.UTF8.GetString(Extension))}";

    private static (long N0, long N1, byte[]? Extension, byte[] Hashed) Columns(GrainId grain)
    {
        var key = IdSpan.UnsafeGetArray(grain.Key);
        if (key is [_, (byte)':', ..])
        {
            // One of ours: with a colon in second place it reads as no number, and need not be tried.
            return (0, 0, key, Reversed([], key));
        }

        if (grain.TryGetGuidKey(out var guid, out var text))
        {
            var (bytes, extension) = (guid.ToByteArray(), Utf8(text));
            return (BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8), extension, Reversed(bytes, extension));
        }

        if (grain.TryGetIntegerKey(out var number, out text))
        {
            var extension = Utf8(text);
            return (0, number, extension, Reversed(BitConverter.GetBytes(number), extension));
        }

        return (0, 0, key, Reversed([], key));
    }

    private static byte[]? Utf8(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    /// <summary>What is hashed: number, then text, back to front (the provider reverses on little-endian machines, the only ones .NET runs on).</summary>
    private static byte[] Reversed(byte[] number, byte[]? text)
    {
        byte[] bytes = [.. number, .. text ?? []];
        Array.Reverse(bytes);
        return bytes;
    }
}

/// <summary>Which keys name one row: the bytes of their extensions are compared, not the arrays.</summary>
internal sealed class StoredKeyComparer : IEqualityComparer<StoredKey>
{
    public static StoredKeyComparer Instance { get; } = new();

    public bool Equals(StoredKey x, StoredKey y) =>
        x.IdHash == y.IdHash && x.TypeHash == y.TypeHash && x.N0 == y.N0 && x.N1 == y.N1
        && (x.Extension is null) == (y.Extension is null) && x.Extension.AsSpan().SequenceEqual(y.Extension)
        && string.Equals(x.StateName, y.StateName, StringComparison.Ordinal) && string.Equals(x.ServiceId, y.ServiceId, StringComparison.Ordinal);

    public int GetHashCode(StoredKey key) => key.IdHash ^ key.TypeHash;
}
