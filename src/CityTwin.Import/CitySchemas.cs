using System.Collections.Immutable;

namespace CityTwin.Import;

/// <summary>
/// The JSON Schemas (draft 2020-12) of the files of a city and of breach scenarios, for editors and for programs that write cities. They
/// refer to one another by file name, so they belong into one folder.
/// </summary>
public static class CitySchemas
{
    private const string Suffix = ".schema.json";

    /// <summary>The names of all schema files, sorted.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. typeof(CitySchemas).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The text of one schema file.</summary>
    public static ReadOnlyMemory<byte> Read(string name)
    {
        using var resource = typeof(CitySchemas).Assembly.GetManifestResourceStream(name);
        Core.Invariant.Hold(resource is not null, "Every schema that is named is embedded.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>All schema files, ready to be written to a directory.</summary>
    public static CityFolder ToFolder() =>
        Names.Aggregate(CityFolder.Empty, (folder, name) => folder.With(name, Read(name)));
}
