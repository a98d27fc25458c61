using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>The zones that one plant (substation, tank, exchange, cell site) serves, and the zone it stands in.</summary>
internal sealed record ServiceArea(PlannedZone Seat, ImmutableArray<PlannedZone> Zones);

/// <summary>Shares the zones out among plants: each zone to the nearest, the plants spread over the town.</summary>
internal static class Clusters
{
    private const int Rounds = 6;

    /// <summary>At most <paramref name="count"/> areas, none empty, in the order they were founded.</summary>
    public static ImmutableArray<ServiceArea> Of(ImmutableArray<PlannedZone> zones, int count, Metres start)
    {
        var seats = Founded(zones, Math.Min(count, zones.Length), start);
        for (var round = 0; round < Rounds; round++)
        {
            var members = Members(zones, seats);
            for (var area = 0; area < seats.Length; area++)
            {
                seats[area] = members[area].Count > 0 ? MostCentral(members[area]) : seats[area];
            }
        }

        return
        [
            .. Members(zones, seats)
                .Select((members, area) => new ServiceArea(seats[area], [.. members]))
                .Where(area => area.Zones.Length > 0),
        ];
    }

    public static T Nearest<T>(IEnumerable<T> items, Metres to, Func<T, Metres> place) => items.MinBy(item => place(item).DistanceTo(to))!;

    private static PlannedZone[] Founded(ImmutableArray<PlannedZone> zones, int count, Metres start)
    {
        var seats = new List<PlannedZone> { Nearest(zones, start, zone => zone.Middle) };
        while (seats.Count < count)
        {
            seats.Add(zones.MaxBy(zone => seats.Min(seat => seat.Middle.DistanceTo(zone.Middle)))!);
        }

        return [.. seats];
    }

    private static List<PlannedZone>[] Members(ImmutableArray<PlannedZone> zones, PlannedZone[] seats)
    {
        var members = seats.Select(_ => new List<PlannedZone>()).ToArray();
        foreach (var zone in zones)
        {
            var nearest = 0;
            for (var area = 1; area < seats.Length; area++)
            {
                nearest = seats[area].Middle.DistanceTo(zone.Middle) < seats[nearest].Middle.DistanceTo(zone.Middle) ? area : nearest;
            }

            members[nearest].Add(zone);
        }

        return members;
    }

    private static PlannedZone MostCentral(List<PlannedZone> zones)
    {
        var sum = zones.Aggregate(new Metres(0, 0), (total, zone) => total + zone.Middle);
        return Nearest(zones, sum * (1.0 / zones.Count), zone => zone.Middle);
    }
}
