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
    public static CityFolder Write(City city) => WriteSorted(CityOrder.Sorted(city));

    /// <summary>The SHA-256 of the canonical bundle. The formatting of the files a city was read from does not count.</summary>
    public static CityHash HashOf(City city) => new(Write(city).HashOfBundle());

    /// <summary>The city with its lists in order and its <see cref="City.Hash"/> set: what a maker of cities hands out.</summary>
    public static City Seal(City city)
    {
        var sorted = CityOrder.Sorted(city);
        return sorted with { Hash = new(WriteSorted(sorted).HashOfBundle()) };
    }

    private static CityFolder WriteSorted(City sorted)
    {
        var assumptions = sorted.Assumptions.ToLookup(assumption => assumption.Feature, StringComparer.Ordinal);
        var folder = CityFolder.Empty
            .With(CityFolder.ManifestName, ManifestWriter.Write(sorted))
            .With(CityFormat.DependenciesFile, DependenciesWriter.Write(sorted, assumptions))
            .With(CityFormat.ZonesFile, LayerWriter.Zones(sorted, assumptions))
            .With(CityFormat.SegmentsFile, LayerWriter.Segments(sorted, assumptions))
            .With(CityFormat.SensorsFile, LayerWriter.Sensors(sorted, assumptions))
            .With(CityFormat.GuardsFile, LayerWriter.Guards(sorted, assumptions));
        if (!sorted.Background.IsEmpty)
        {
            folder = folder.With(CityFormat.BackgroundFile, LayerWriter.Background(sorted));
        }

        return sorted.Security == SecurityModel.None
            ? folder
            : folder.With(SecurityFormat.File, SecurityWriter.Write(sorted.Security));
    }
}
