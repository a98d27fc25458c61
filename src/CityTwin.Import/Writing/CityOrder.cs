using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Writing;

/// <summary>Puts a city's lists in their one order, so that the same city has the same bytes however it was made.</summary>
internal static class CityOrder
{
    public static City Sorted(City city) => city with
    {
        Zones = [.. Sorted(city.Zones, (a, b) => a.Id.CompareTo(b.Id)).Select(Sorted)],
        Networks = Sorted(city.Networks, (a, b) => a.Id.CompareTo(b.Id)),
        Segments = Sorted(city.Segments, (a, b) => a.Id.CompareTo(b.Id)),
        Sensors = Sorted(city.Sensors, (a, b) => a.Id.CompareTo(b.Id)),
        Guards = [.. Sorted(city.Guards, (a, b) => a.Id.CompareTo(b.Id)).Select(Sorted)],
        Background = Sorted(city.Background, Compare),
        Assumptions = Sorted(city.Assumptions, Compare),
        Security = SecurityOrder.Sorted(city.Security),
    };

    /// <summary>Most cities come from their own canonical files: what is in order already is not sorted again.</summary>
    private static ImmutableArray<T> Sorted<T>(ImmutableArray<T> things, Comparison<T> compare)
    {
        for (var i = 1; i < things.Length; i++)
        {
            if (compare(things[i - 1], things[i]) > 0)
            {
                return things.Sort(compare);
            }
        }

        return things;
    }

    private static int Compare(Assumption a, Assumption b)
    {
        var order = string.CompareOrdinal(a.Feature, b.Feature);
        return order != 0 ? order : string.CompareOrdinal(a.Parameter, b.Parameter);
    }

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
