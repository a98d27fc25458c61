using System.Collections.Immutable;
using System.Security.Cryptography;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Archiving;

/// <summary>
/// The city in one file: what the database gives, then a line that says what that is. The label comes last because only then
/// all of it is known, so that a file that was cut off has none.
/// </summary>
internal static class ArchiveFile
{
    private const byte NewLine = (byte)'\n';
    private const int BufferBytes = 128 * 1024;

    /// <summary>What the database has put into the file.</summary>
    public sealed record Contents(int Schema, ImmutableSortedDictionary<string, long> Rows);

    /// <summary>Writes an archive. It bears its name once it is whole and on disk; what fails before leaves nothing.</summary>
    /// <param name="fill">Writes the contents to the empty file whose name it is given.</param>
    /// <exception cref="StorageUnusableException">It cannot be written; the message is one line that says why.</exception>
    public static ArchiveLabel Write(string path, ArchiveKind kind, DateTimeOffset at, Func<string, Contents> fill)
    {
        var part = $"{path}.part";
        if (File.Exists(path) || File.Exists(part))
        {
            throw new StorageUnusableException($"'{(File.Exists(path) ? path : part)}' exists already; give another name, or delete it if nobody is writing it.");
        }

        try
        {
            Create(part);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, fault);
        }

        try
        {
            var contents = fill(part);
            var label = Seal(part, new(ArchiveLabel.NewestFormat, kind, contents.Schema, at, 0, contents.Rows, ""));
            File.Move(part, path, overwrite: false);
            return label;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, fault);
        }
        finally
        {
            // Gone already when all went well.
            File.Delete(part);
        }
    }

    /// <summary>Reads the label, and checks the whole file by it.</summary>
    /// <param name="newestSchema">The newest version of the schema that this program knows.</param>
    /// <exception cref="StorageUnusableException">It is not to be restored here; the message is one line that says why.</exception>
    public static ArchiveLabel Verify(string path, ArchiveKind kind, int newestSchema, CancellationToken cancellation)
    {
        try
        {
            using var file = File.OpenRead(path);
            var label = ReadLabel(file) ?? throw Refused(path, "is no archive of CityTwin, or only a part of one: its last line does not say what it is. Take another copy of it.");
            if (label.Format > ArchiveLabel.NewestFormat)
            {
                throw Refused(path, $"is of archive format {label.Format}, made by a newer CityTwin; this one knows up to {ArchiveLabel.NewestFormat}.");
            }

            file.Position = 0;
            if (Digest(file, label, cancellation) != label.Sha256)
            {
                throw Refused(path, "has been damaged or altered since it was written: it is not what its SHA-256 says. Take another copy of it.");
            }

            if (label.Kind != kind)
            {
                throw Refused(path, label.Kind == ArchiveKind.Postgres
                    ? "is of a city on PostgreSQL and can only be restored to one: set CITYTWIN_POSTGRES_FILE."
                    : "is of a city in a data folder and can only be restored to one: leave CITYTWIN_POSTGRES_FILE and CITYTWIN_POSTGRES out, and give --data.");
            }

            return label.Schema <= newestSchema ? label
                : throw Refused(path, $"has schema version {label.Schema}, made by a newer CityTwin; this one knows up to {newestSchema}.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, $"cannot be read ({fault.Message}).");
        }
    }

    /// <summary>Copies so many bytes.</summary>
    /// <param name="taken">Is given each piece too.</param>
    public static void Copy(Stream from, Stream to, long bytes, CancellationToken cancellation, Action<ReadOnlySpan<byte>>? taken = null)
    {
        var buffer = new byte[BufferBytes];
        while (bytes > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, from.Read(buffer, 0, (int)Math.Min(bytes, buffer.Length)));
            if (piece.IsEmpty)
            {
                throw new EndOfStreamException("It ends too early.");
            }

            to.Write(piece);
            taken?.Invoke(piece);
            bytes -= piece.Length;
        }
    }

    /// <summary>Only whoever made it may read it: everything about the city is in there.</summary>
    private static void Create(string part)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(part, options).Dispose();
    }

    private static ArchiveLabel Seal(string part, ArchiveLabel label)
    {
        using var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        label = label with { Bytes = file.Length };
        label = label with { Sha256 = Digest(file, label, CancellationToken.None) };
        var json = label.ToJson();
        if (json.Length > ArchiveLabel.BytesMax - 2)
        {
            throw new InvalidOperationException($"The label of an archive has {json.Length} bytes.");
        }

        file.WriteByte(NewLine);
        file.Write(json);
        file.WriteByte(NewLine);
        file.Flush(flushToDisk: true);
        return label;
    }

    /// <returns>Null when the file does not end with a label of what precedes it.</returns>
    private static ArchiveLabel? ReadLabel(FileStream file)
    {
        var end = new byte[Math.Min(file.Length, ArchiveLabel.BytesMax)];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        if (end is not [.. var before, NewLine] || before.AsSpan().LastIndexOf(NewLine) is not (>= 0 and var place))
        {
            return null;
        }

        return ArchiveLabel.Parse(before.AsSpan(place + 1)) is { } label && label.Bytes == file.Length - end.Length + place ? label : null;
    }

    private static string Digest(FileStream file, ArchiveLabel label, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Copy(file, Stream.Null, label.Bytes, cancellation, piece => hash.AppendData(piece));
        hash.AppendData((label with { Sha256 = "" }).ToJson());
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static StorageUnusableException Refused(string path, string why) => new($"The archive '{path}' {why}");

    private static StorageUnusableException Unwritable(string path, Exception fault) =>
        new($"The archive '{path}' cannot be written: {fault.Message.ReplaceLineEndings(" ")}", fault);
}
