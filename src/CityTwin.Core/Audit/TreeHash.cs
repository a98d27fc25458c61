using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace CityTwin.Core.Audit;

/// <summary>A SHA-256 hash of an audit log's Merkle tree (RFC 6962, section 2.1): of one leaf, of a subtree, or of the whole.</summary>
[GenerateSerializer, Alias("tree-hash"), Immutable]
public readonly record struct TreeHash(UInt128 High, UInt128 Low)
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private const int HexLength = 2 * Size;
    private const int StackMax = 1024;

    /// <summary>The hash of the tree without leaves: that of nothing.</summary>
    public static TreeHash Empty { get; } = Of([]);

    /// <summary>Hashes a leaf. Leaves begin with 0 and nodes with 1, so that no leaf can pass for a node.</summary>
    public static TreeHash Leaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> prefixed = entry.Length < StackMax ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        prefixed[0] = 0;
        entry.CopyTo(prefixed[1..]);
        return Of(prefixed);
    }

    /// <summary>Hashes two neighbouring subtrees together.</summary>
    public static TreeHash Node(TreeHash left, TreeHash right)
    {
        Span<byte> both = stackalloc byte[1 + (2 * Size)];
        both[0] = 1;
        left.Write(both[1..]);
        right.Write(both[(1 + Size)..]);
        return Of(both);
    }

    /// <summary>Reads the <see cref="Size"/> bytes that <see cref="Write"/> wrote.</summary>
    public static TreeHash Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[(Size / 2)..]));

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out TreeHash hash)
    {
        hash = default;
        if (text is not { Length: HexLength }
            || !UInt128.TryParse(text.AsSpan(0, Size), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !UInt128.TryParse(text.AsSpan(Size), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        hash = new(high, low);
        return true;
    }

    /// <summary>Writes the hash's bytes to the beginning of <paramref name="to"/>.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt128BigEndian(to, High);
        BinaryPrimitives.WriteUInt128BigEndian(to[(Size / 2)..], Low);
    }

    /// <summary>64 hexadecimal digits, lower case.</summary>
    public override string ToString() => $"{High:x32}{Low:x32}";

    private static TreeHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }
}
