using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using CityTwin.Core.Model;
using CityTwin.Import;

namespace CityTwin.Silo;

/// <summary>
/// The bundle of a definition as it is kept: gzip (RFC 1952), because half a gigabyte of a million sensors says the same few
/// things again and again. What earlier releases kept is the bundle itself, and is read as it is.
/// </summary>
internal static class PackedBundle
{
    private const int LengthBytes = sizeof(uint);

    private static ReadOnlySpan<byte> Mark => [0x1F, 0x8B];

    /// <summary>Packed while it is written.</summary>
    public static ReadOnlyMemory<byte> Of(City city)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            CityWriter.WriteBundle(city, gzip);
        }

        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }

    /// <summary>The files in it. The bundle is gone when this returns, which nobody could be sure of who holds it while a city is read.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static CityFolderResult Open(ReadOnlyMemory<byte> kept) => CityFolder.FromBundle(Unpack(kept));

    private static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> kept)
    {
        if (!kept.Span.StartsWith(Mark))
        {
            return kept;
        }

        // A gzip ends with the length of what it holds, below 4 GiB.
        var bundle = new byte[BinaryPrimitives.ReadUInt32LittleEndian(kept.Span[^LengthBytes..])];
        using var gzip = new GZipStream(new MemoryStream(kept.ToArray(), writable: false), CompressionMode.Decompress);
        gzip.ReadExactly(bundle);
        return bundle;
    }
}
