using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CityTwin.Import.Reading;
using CityTwin.Import.Writing;

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

    private static readonly string[] Extensions = [".json", ".geojson", ".csv"];

    /// <summary>A folder with no file.</summary>
    public static CityFolder Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal));

    /// <summary>The same folder with one file added or replaced.</summary>
    public CityFolder With(string name, ReadOnlyMemory<byte> content) => new(Files.SetItem(name, content));

    /// <summary>The same folder with files added or replaced.</summary>
    internal CityFolder With(IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> files) =>
        new(Files.SetItems(files.Select(file => KeyValuePair.Create(file.Name, file.Content))));

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
    public byte[] ToBundle()
    {
        var bundle = new MemoryStream();
        using (var writer = new BundleWriter(bundle))
        {
            foreach (var (name, content) in Files)
            {
                writer.Add(name, content.Span);
            }

            writer.Close();
        }

        return bundle.ToArray();
    }

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

    private static ReadOnlyMemory<byte>? Content(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => Joined([content]),
        JsonValueKind.Object when content.TryGetProperty(BundleWriter.Base64Key, out var encoded)
            && encoded.ValueKind == JsonValueKind.String
            && encoded.TryGetBytesFromBase64(out var bytes) => bytes,
        JsonValueKind.Array => Joined([.. content.EnumerateArray()]),
        _ => null,
    };

    /// <summary>Straight to UTF-8: as strings, the pieces of a large city would take a gigabyte.</summary>
    private static ReadOnlyMemory<byte>? Joined(JsonElement[] pieces)
    {
        if (Array.Exists(pieces, piece => piece.ValueKind != JsonValueKind.String))
        {
            return null;
        }

        var joined = new byte[pieces.Sum(piece => JsonMarshal.GetRawUtf8Value(piece).Length)];
        var length = 0;
        foreach (var piece in pieces)
        {
            var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(piece));
            reader.Read();
            try
            {
                length += reader.CopyString(joined.AsSpan(length));
            }
            catch (InvalidOperationException)
            {
                // It holds half a character.
                return null;
            }
        }

        return joined.AsMemory(0, length);
    }
}

/// <summary>The files of a city, or why they could not be had; faults may come with files.</summary>
public sealed record CityFolderResult(CityFolder? Folder, ImmutableArray<Fault> Faults);
