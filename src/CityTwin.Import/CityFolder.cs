using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CityTwin.Import.Reading;

namespace CityTwin.Import;

/// <summary>
/// The files of a city: from a directory, or from one bundle (a JSON object that maps each file name to its
/// content), which is how a definition is stored, sent and hashed.
/// </summary>
/// <param name="Files">File name, without any folder, to content; sorted by name (ordinal).</param>
public sealed record CityFolder(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Files)
{
    /// <summary>The file every city has; it names the others.</summary>
    public const string ManifestName = "city.json";

    /// <summary>A longer file stands in a bundle as a list of pieces: a JSON string ends at 166 million bytes.</summary>
    private const int PieceBytesMax = 64 * 1024 * 1024;

    private const string Base64Key = "base64";
    private static readonly string[] Extensions = [".json", ".geojson", ".csv"];
    private static readonly JsonWriterOptions BundleOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A folder with no file.</summary>
    public static CityFolder Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal));

    /// <summary>The same folder with one file added or replaced.</summary>
    public CityFolder With(string name, ReadOnlyMemory<byte> content) => new(Files.SetItem(name, content));

    /// <summary>The same folder with one text file added or replaced.</summary>
    public CityFolder With(string name, string content) => With(name, Encoding.UTF8.GetBytes(content));

    /// <summary>The same folder without a file.</summary>
    public CityFolder Without(string name) => new(Files.Remove(name));

    /// <summary>Reads a city from disk: a directory (its <c>.json</c>, <c>.geojson</c> and <c>.csv</c> files), or a bundle file.</summary>
    public static CityFolderResult Open(string path)
    {
        var faults = new FaultList();
        if (File.Exists(path))
        {
            var bytes = ReadFile(path, Path.GetFileName(path), faults);
            return bytes is { } bundle ? FromBundle(bundle) : new(null, faults.ToImmutable());
        }

        if (!Directory.Exists(path))
        {
            faults.Error(FaultCode.MissingFile, Place.Whole(path), $"There is no folder or bundle file {path}.");
            return new(null, faults.ToImmutable());
        }

        return new(ReadDirectory(path, faults), faults.ToImmutable());
    }

    /// <summary>Unpacks a bundle made by <see cref="ToBundle"/>.</summary>
    public static CityFolderResult FromBundle(ReadOnlyMemory<byte> bundle)
    {
        const string Name = "bundle";
        var faults = new FaultList();
        using var document = JsonFile.Parse(Name, bundle, faults);
        if (document is null)
        {
            return new(null, faults.ToImmutable());
        }

        var folder = Empty.Files.ToBuilder();
        if (JsonFile.Members(document.RootElement, Place.Root(Name), faults) is { } members)
        {
            foreach (var (name, content) in members)
            {
                if (Content(content) is { } bytes)
                {
                    folder[name] = bytes;
                }
                else
                {
                    faults.Error(FaultCode.WrongType, Place.Root(Name).Member(name),
                        "A file's content must be a string, a list of strings where it is long, or {\"base64\": \"...\"} where it is not UTF-8.");
                }
            }
        }

        return new(faults.HasErrors ? null : new CityFolder(folder.ToImmutable()), faults.ToImmutable());
    }

    /// <summary>All files as one JSON object of file name to content, long ones in pieces; the same files give the same bytes.</summary>
    public byte[] ToBundle() => Bundle().WrittenSpan.ToArray();

    /// <summary>The SHA-256 of the bundle, as 64 lower-case hex digits.</summary>
    public string HashOfBundle() => Convert.ToHexStringLower(SHA256.HashData(Bundle().WrittenSpan));

    /// <summary>Writes every file into a directory, which is made if need be. Other files there are left alone.</summary>
    /// <exception cref="IOException">The directory or a file cannot be written.</exception>
    public void WriteTo(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, content) in Files)
        {
            using var file = File.Create(Path.Combine(directory, name));
            file.Write(content.Span);
        }
    }

    private ArrayBufferWriter<byte> Bundle()
    {
        // Escaped quotes make the bundle longer than its files; about a quarter in practice.
        var total = Files.Values.Sum(content => (long)content.Length);
        var buffer = new ArrayBufferWriter<byte>((int)Math.Clamp(total + (total / 2), 1024, CityLimits.FileBytesMax));
        using (var writer = new Utf8JsonWriter(buffer, BundleOptions))
        {
            writer.WriteStartObject();
            foreach (var (name, content) in Files)
            {
                writer.WritePropertyName(name);
                Write(writer, content.Span);
            }

            writer.WriteEndObject();
        }

        return buffer;
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> content)
    {
        if (!Utf8.IsValid(content))
        {
            writer.WriteStartObject();
            writer.WriteBase64String(Base64Key, content);
            writer.WriteEndObject();
        }
        else if (content.Length <= PieceBytesMax)
        {
            writer.WriteStringValue(content);
        }
        else
        {
            writer.WriteStartArray();
            for (var left = content; !left.IsEmpty;)
            {
                var piece = left[..PieceLength(left)];
                writer.WriteStringValue(piece);
                writer.Flush();
                left = left[piece.Length..];
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>Up to the last line that fits, or else the last whole character.</summary>
    private static int PieceLength(ReadOnlySpan<byte> left)
    {
        if (left.Length <= PieceBytesMax)
        {
            return left.Length;
        }

        var lines = left[..PieceBytesMax].LastIndexOf((byte)'\n') + 1;
        var length = lines > 0 ? lines : PieceBytesMax;
        while ((left[length] & 0b1100_0000) == 0b1000_0000)
        {
            length--;
        }

        return length;
    }

    private static CityFolder? ReadDirectory(string directory, FaultList faults)
    {
        var files = Empty.Files.ToBuilder();
        var paths = Directory.EnumerateFiles(directory)
            .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Take(CityLimits.FilesMax + 1).ToList();
        if (paths.Count > CityLimits.FilesMax)
        {
            faults.Error(FaultCode.LimitExceeded, Place.Whole(directory),
                $"The folder holds more than {CityLimits.FilesMax} data files; is it the folder of one city?");
            return null;
        }

        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (ReadFile(path, name, faults) is { } content)
            {
                files[name] = content;
            }
        }

        return new(files.ToImmutable());
    }

    private static ReadOnlyMemory<byte>? ReadFile(string path, string name, FaultList faults)
    {
        try
        {
            if (new FileInfo(path).Length <= CityLimits.FileBytesMax)
            {
                return File.ReadAllBytes(path);
            }

            faults.Error(FaultCode.LimitExceeded, Place.Whole(name),
                $"The file is larger than {CityLimits.FileBytesMax} bytes; split the layer into several files.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Error(FaultCode.UnreadableFile, Place.Whole(name), $"The file cannot be read: {exception.Message}");
        }

        return null;
    }

    private static byte[]? Content(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String when JsonFile.Text(content) is { } text => Encoding.UTF8.GetBytes(text),
        JsonValueKind.Object when content.TryGetProperty(Base64Key, out var encoded)
            && encoded.ValueKind == JsonValueKind.String
            && encoded.TryGetBytesFromBase64(out var bytes) => bytes,
        JsonValueKind.Array => Joined(content),
        _ => null,
    };

    private static byte[]? Joined(JsonElement pieces)
    {
        using var joined = new MemoryStream();
        foreach (var piece in pieces.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.String || JsonFile.Text(piece) is not { } text)
            {
                return null;
            }

            joined.Write(Encoding.UTF8.GetBytes(text));
        }

        return joined.ToArray();
    }
}

/// <summary>The files of a city, or why they could not be had; faults may come with files.</summary>
public sealed record CityFolderResult(CityFolder? Folder, ImmutableArray<Fault> Faults);
