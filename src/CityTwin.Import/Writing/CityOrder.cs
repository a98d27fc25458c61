using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Writing;

/// <summary>Puts a city's lists in their one order, so that the same city has the same bytes however it was made.</summary>
internal static class CityOrder
{
    public static City Sorted(City city) => city with
    {
        Zones = [.. city.Zones.OrderBy(zone => zone.Id).Select(Sorted)],
        Networks = [.. city.Networks.OrderBy(network => network.Id)],
        Segments = [.. city.Segments.OrderBy(segment => segment.Id)],
        Sensors = [.. city.Sensors.OrderBy(sensor => sensor.Id)],
        Guards = [.. city.Guards.OrderBy(guard => guard.Id).Select(Sorted)],
        Background = [.. city.Background.Order(Comparer<BackgroundFeature>.Create(Compare))],
        Assumptions = [.. city.Assumptions
            .OrderBy(assumption => assumption.Feature, StringComparer.Ordinal)
            .ThenBy(assumption => assumption.Parameter, StringComparer.Ordinal)],
    };

    private static Zone Sorted(Zone zone) => zone with { Services = [.. zone.Services.OrderBy(service => service.Service)] };

    private static Guard Sorted(Guard guard) => guard with { Skills = [.. guard.Skills.Order(StringComparer.Ordinal)] };

    private static int Compare(BackgroundFeature a, BackgroundFeature b)
    {
        var order = string.CompareOrdinal(a.Kind, b.Kind);
        order = order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        order = order != 0 ? order : a.IsArea.CompareTo(b.IsArea);
        order = order != 0 ? order : a.Parts.Length.CompareTo(b.Parts.Length);
        for (var part = 0; order == 0 && part < a.Parts.Length; part++)
        {
            order = Compare(a.Parts[part], b.Parts[part]);
        }

        return order;
    }

    private static int Compare(ImmutableArray<LonLat> a, ImmutableArray<LonLat> b)
    {
        var order = a.Length.CompareTo(b.Length);
        for (var point = 0; order == 0 && point < a.Length; point++)
        {
            order = a[point].Longitude.CompareTo(b[point].Longitude);
            order = order != 0 ? order : a[point].Latitude.CompareTo(b[point].Latitude);
        }

        return order;
    }
}
