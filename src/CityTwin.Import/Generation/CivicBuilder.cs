using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>The segments of what serves people directly: hospitals, schools, the town hall, sewers.</summary>
/// <param name="Lifts">The sewage lift station by the district's slug.</param>
/// <param name="PowerOfSites">What a site with its own backup is powered by, by the site's slug.</param>
internal sealed record CivicGrid(
    ImmutableArray<(SegmentId Id, Metres Place)> Hospitals,
    ImmutableDictionary<string, SegmentId> Lifts,
    SegmentId TreatmentPlant,
    SegmentId TownHall,
    ImmutableDictionary<string, SegmentId> PowerOfSites)
{
    private const double NearestHospitalShare = 0.7;
    private const int TownHallShare = 800_000;
    private const int LineShare = 400_000;

    /// <summary>Most go to the nearest hospital; the others take what it cannot.</summary>
    public Expression HealthOf(Metres place)
    {
        var byDistance = Hospitals.OrderBy(hospital => hospital.Place.DistanceTo(place)).Take(2).Select(hospital => Expressions.Of(hospital.Id));
        return Expressions.Weighed([.. byDistance], [NearestHospitalShare, 1 - NearestHospitalShare]);
    }

    public Expression WasteOf(PlannedZone zone) =>
        Expressions.Least(Expressions.Of(Lifts[zone.District.Slug]), Expressions.Of(TreatmentPlant));

    /// <summary>Permits, benefits and registers live in the town hall's data centre, and people reach it by line.</summary>
    public Expression CitizenServicesOf(SegmentId exchange) => new Leontief(
        [new(Expressions.Of(TownHall), TownHallShare), new(Expressions.Of(exchange), LineShare)]);
}

/// <summary>Hospitals and schools with their generators, the town hall's data centre, sewage lifts and the treatment plant.</summary>
internal sealed class CivicBuilder(TownPlan plan, PowerGrid power, TelecomGrid telecom, WaterGrid water, CityDraft draft)
{
    private const int HospitalWithoutWaterPermille = 300;
    private const int HospitalWithoutTelecomPermille = 700;
    private const int SchoolWithoutWaterPermille = 200;
    private const int PlantWithoutTelecomPermille = 700;

    private readonly Dictionary<string, SegmentId> _powerOfSites = new(StringComparer.Ordinal);

    public CivicGrid Build()
    {
        var hospitals = plan.SitesOf(SitePlanner.Hospital).Select(site => (AddHospital(site), site.Middle)).ToImmutableArray();
        foreach (var school in plan.SitesOf(SitePlanner.School))
        {
            AddSchool(school);
        }

        foreach (var police in plan.SitesOf(SitePlanner.Police))
        {
            var generator = AddGenerator(police, BackupPower.Police, Services.CitizenServices);
            Add(police, Services.CitizenServices, Expressions.Of(generator));
        }

        var townHall = AddTownHall(plan.SitesOf(SitePlanner.TownHall).First());
        var treatment = AddTreatmentPlant(plan.SitesOf(SitePlanner.TreatmentPlant).First());
        var lifts = plan.Districts.ToImmutableDictionary(district => district.Slug, AddLift, StringComparer.Ordinal);
        return new(hospitals, lifts, treatment, townHall, _powerOfSites.ToImmutableDictionary(StringComparer.Ordinal));
    }

    private SegmentId AddHospital(PlannedSite site)
    {
        var generator = AddGenerator(site, BackupPower.Hospital, Services.Health);
        draft.Assume(site.Slug, "needs");
        return Add(site, Services.Health, Expressions.Least(
            Expressions.Of(generator),
            Expressions.AtLeast(HospitalWithoutWaterPermille, Expressions.Of(water.JunctionOf(site.Zone))),
            Expressions.AtLeast(HospitalWithoutTelecomPermille, Expressions.Of(telecom.ExchangeOf(site.Zone)))));
    }

    private void AddSchool(PlannedSite site)
    {
        var generator = AddGenerator(site, BackupPower.School, Services.CitizenServices);
        draft.Assume(site.Slug, "needs");
        Add(site, Services.CitizenServices, Expressions.Least(
            Expressions.Of(generator),
            Expressions.AtLeast(SchoolWithoutWaterPermille, Expressions.Of(water.JunctionOf(site.Zone)))));
    }

    private SegmentId AddTownHall(PlannedSite site)
    {
        var generator = AddGenerator(site, BackupPower.DataCentre, Services.CitizenServices);
        return Add(site, Services.CitizenServices, Expressions.Least(
            Expressions.Of(generator), Expressions.Of(telecom.ExchangeOf(site.Zone))));
    }

    private SegmentId AddTreatmentPlant(PlannedSite site)
    {
        var generator = AddGenerator(site, BackupPower.TreatmentPlant, Services.Waste);
        draft.Assume(site.Slug, "needs");
        return Add(site, Services.Waste, Expressions.Least(
            Expressions.Of(generator),
            Expressions.AtLeast(PlantWithoutTelecomPermille, Expressions.Of(telecom.ExchangeOf(site.Zone)))));
    }

    private SegmentId AddLift(PlannedDistrict district)
    {
        var zone = plan.Zones.Where(candidate => candidate.District == district).MinBy(candidate => candidate.Middle.North)!;
        var place = zone.Beside(10, -80);
        return draft.Add(new Segment(
            new($"lift-{district.Slug}"), $"Sewage lift {district.Name}", "lift", Services.Waste, ZoneBuilder.IdOf(zone), [place.OnEarth()],
            new(Needs: Expressions.Of(power.StationOf(zone))), false));
    }

    private SegmentId AddGenerator(PlannedSite site, BackupPower backup, ServiceId service)
    {
        var id = draft.AddBackup(
            $"generator-{site.Slug}", $"Generator of {site.Name}", "generator", power.StationOf(site.Zone), backup, ZoneBuilder.IdOf(site), site.Middle, service);
        _powerOfSites.Add(site.Slug, id);
        return id;
    }

    private SegmentId Add(PlannedSite site, ServiceId service, Expression needs) => draft.Add(new Segment(
        new(site.Slug), site.Name, site.Kind, service, ZoneBuilder.IdOf(site), [site.Middle.OnEarth()], new(Needs: needs), false));
}
