using System.Buffers;
using System.Security.Cryptography;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Security;
using CityTwin.Import.Writing;

namespace CityTwin.Import;

/// <summary>
/// Writes a city in its canonical form: the same city gives the same bytes, and reading them gives the same
/// city. One thing a line, so that two cities can be compared with any text tool.
/// </summary>
public static class CityWriter
{
    /// <summary>All files of a city; <see cref="City.Hash"/> is not part of them.</summary>
    public static CityFolder Write(City city) => CityFolder.Empty.With(FilesOf(CityOrder.Sorted(city)).Select(file =>
    {
        var content = new ArrayBufferWriter<byte>();
        file.Make(text => content.Write(text));
        return (file.Name, content.WrittenMemory);
    }));

    /// <summary>The bundle of all files (<see cref="CityFolder.ToBundle"/>), written while they are made.</summary>
    public static void WriteBundle(City city, Stream bundle) => WriteSorted(CityOrder.Sorted(city), bundle);

    /// <summary>The SHA-256 of the canonical bundle. The formatting of the files a city was read from does not count.</summary>
    public static CityHash HashOf(City city) => HashOfSorted(CityOrder.Sorted(city));

    /// <summary>The city with its lists in order and its <see cref="City.Hash"/> set: what a maker of cities hands out.</summary>
    public static City Seal(City city)
    {
        var sorted = CityOrder.Sorted(city);
        return sorted with { Hash = HashOfSorted(sorted) };
    }

    private static CityHash HashOfSorted(City sorted)
    {
        using var hash = SHA256.Create();
        using (var bundle = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            WriteSorted(sorted, bundle);
        }

        return new(Convert.ToHexStringLower(hash.Hash!));
    }

    private static void WriteSorted(City sorted, Stream bundle)
    {
        using var writer = new BundleWriter(bundle);
        foreach (var (name, make) in FilesOf(sorted).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            writer.Add(name, make);
        }

        writer.Close();
    }

    /// <summary>Each file with what makes it: its text, a few lines at a time.</summary>
    private static IEnumerable<(string Name, Action<Action<ReadOnlySpan<byte>>> Make)> FilesOf(City sorted)
    {
        var assumptions = sorted.Assumptions.ToLookup(assumption => assumption.Feature, StringComparer.Ordinal);
        yield return (CityFolder.ManifestName, into => into(ManifestWriter.Write(sorted).Span));
        yield return (CityFormat.DependenciesFile, into => DependenciesWriter.Write(sorted, assumptions, into));
        yield return (CityFormat.ZonesFile, into => LayerWriter.Zones(sorted, assumptions, into));
        yield return (CityFormat.SegmentsFile, into => LayerWriter.Segments(sorted, assumptions, into));
        yield return (CityFormat.SensorsFile, into => LayerWriter.Sensors(sorted, assumptions, into));
        yield return (CityFormat.GuardsFile, into => LayerWriter.Guards(sorted, assumptions, into));
        if (!sorted.Background.IsEmpty)
        {
            yield return (CityFormat.BackgroundFile, into => LayerWriter.Background(sorted, into));
        }

        if (sorted.Security != SecurityModel.None)
        {
            yield return (SecurityFormat.File, into => SecurityWriter.Write(sorted.Security, into));
        }
    }
}
