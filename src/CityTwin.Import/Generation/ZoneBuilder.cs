using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>Everything built in the town that a zone can be served by.</summary>
internal sealed record Utilities(PowerGrid Power, TelecomGrid Telecom, WaterGrid Water, TransportGrid Transport, CivicGrid Civic);

/// <summary>Makes the zones and binds each service they receive to the segments that bring it.</summary>
internal sealed class ZoneBuilder(TownPlan plan, Census census, Utilities utilities, CityDraft draft)
{
    private const int HospitalCriticalPermille = 500;

    public static ZoneId IdOf(PlannedZone zone) => new(zone.Slug);

    public static ZoneId IdOf(PlannedSite site) => new($"site-{site.Slug}");

    public static ZoneId IdOf(PlannedDistrict district) => new(district.Slug);

    public void Build()
    {
        foreach (var district in plan.Districts)
        {
            draft.Add(new Zone(
                IdOf(district), district.Name, ZoneKind.District, null, [plan.Mesh.OutlineOf(district.Cells)], 0, 0, ServicesOf(district), 1));
        }

        foreach (var zone in plan.Zones)
        {
            Assume(IdOf(zone));
            draft.Add(new Zone(
                IdOf(zone), zone.Name, ZoneKind.Zone, IdOf(zone.District), [plan.Mesh.OutlineOf(zone.Cells)],
                census.Day[zone.Slug], census.Night[zone.Slug],
                [.. BasicServices(zone).OrderBy(service => service.Service)], zone.Use == LandUse.Residential ? 1 : 2));
        }

        foreach (var site in plan.Sites)
        {
            Assume(IdOf(site));
            const double Margin = PlannedSite.Margin;
            var ring = plan.Mesh.PartOf(site.Column, site.Row, Margin, Margin, 1 - Margin, 1 - Margin);
            draft.Add(new Zone(
                IdOf(site), site.Name, ZoneKind.Site, IdOf(site.Zone), [new([ring])],
                census.Day[site.Slug], census.Night[site.Slug], ServicesOf(site), SecurityLevelOf(site)));
        }
    }

    private void Assume(ZoneId zone)
    {
        draft.Assume(zone.Value, "peopleByDay");
        draft.Assume(zone.Value, "peopleByNight");
    }

    private static int SecurityLevelOf(PlannedSite site) => site.Kind switch
    {
        SitePlanner.Substation or SitePlanner.Waterworks => 3,
        SitePlanner.School => 1,
        _ => 2,
    };

    private IEnumerable<ZoneService> BasicServices(PlannedZone zone) =>
    [
        new(Services.Power, utilities.Power.ServiceOf(zone), null),
        new(Services.Water, Expressions.Of(utilities.Water.JunctionOf(zone)), null),
        new(Services.Telecom, utilities.Telecom.ServiceOf(zone), null),
        new(Services.Transport, utilities.Transport.ServiceOf(zone), null),
        new(Services.Health, utilities.Civic.HealthOf(zone.Middle), null),
        new(Services.Waste, utilities.Civic.WasteOf(zone), null),
        new(Services.CitizenServices, utilities.Civic.CitizenServicesOf(utilities.Telecom.ExchangeOf(zone)), null),
    ];

    /// <summary>A district's service is the mean of its zones', weighed by the people who live there.</summary>
    private ImmutableArray<ZoneService> ServicesOf(PlannedDistrict district)
    {
        var zones = plan.Zones.Where(zone => zone.District == district).ToImmutableArray();
        var weights = zones.Select(zone => 1.0 + census.Night[zone.Slug]).ToArray();
        var services = zones.Select(zone => BasicServices(zone).ToImmutableArray()).ToImmutableArray();
        return
        [
            .. services[0]
                .Select((first, index) => new ZoneService(
                    first.Service,
                    services.Select(service => service[index].Level).Distinct().Count() == 1
                        ? first.Level
                        : Expressions.Weighed([.. services.Select(service => service[index].Level)], weights),
                    null))
                .OrderBy(service => service.Service),
        ];
    }

    /// <summary>A site has its zone's services, but its own backup power, and a hospital's are critical.</summary>
    private ImmutableArray<ZoneService> ServicesOf(PlannedSite site)
    {
        var hospital = site.Kind == SitePlanner.Hospital;
        int? critical = hospital ? HospitalCriticalPermille : null;
        var own = new SegmentId(site.Slug);
        var exchange = Expressions.Of(utilities.Telecom.ExchangeOf(site.Zone));
        var power = utilities.Civic.PowerOfSites.TryGetValue(site.Slug, out var backup) ? backup : utilities.Power.StationOf(site.Zone);
        ZoneService[] services =
        [
            new(Services.Power, Expressions.Of(power), critical),
            new(Services.Water, Expressions.Of(utilities.Water.JunctionOf(site.Zone)), critical),
            new(Services.Telecom, exchange, null),
            new(Services.Transport, utilities.Transport.ServiceOf(site.Zone), null),
            new(Services.Waste, utilities.Civic.WasteOf(site.Zone), null),
        ];
        ZoneService[] purpose = site.Kind switch
        {
            SitePlanner.Hospital => [new(Services.Health, Expressions.Of(own), critical)],
            SitePlanner.TownHall => [new(Services.CitizenServices, Expressions.Of(own), HospitalCriticalPermille)],
            SitePlanner.School or SitePlanner.Police => [new(Services.CitizenServices, Expressions.Of(own), null)],
            _ => [],
        };
        return [.. services.Concat(purpose).OrderBy(service => service.Service)];
    }
}
