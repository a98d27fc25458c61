using System.Collections.Immutable;

namespace CityTwin.Import.Generation;

/// <summary>Who is where by day and by night. Both sums are the population exactly: nobody is counted twice or lost.</summary>
/// <param name="Day">At 12:00, by the slug of a zone or site.</param>
/// <param name="Night">At 00:00.</param>
internal sealed record Census(ImmutableDictionary<string, int> Day, ImmutableDictionary<string, int> Night)
{
    // Rough shares of a town's residents; assumed, and said so in every zone's assumptions.
    private const double HomeByDay = 0.46;
    private const double PupilsPerResident = 0.13;
    private const double PatientsPerResident = 0.003;
    private const double HospitalByDayPerNight = 2.6;
    private const double TownHallPerResident = 0.004;

    public static Census Count(TownPlan plan)
    {
        var population = plan.Options.Population;
        var places = plan.Zones.Select(zone => zone.Slug).Concat(plan.Sites.Select(site => site.Slug)).ToImmutableArray();
        var siteNight = plan.Sites.Select(site => AtNight(plan, site)).ToArray();
        var siteDay = plan.Sites.Select((site, index) => ByDay(plan, site, siteNight[index])).ToArray();

        var homes = plan.Zones.Select(zone => zone.Area * HomesPerArea(plan, zone)).ToArray();
        var jobs = plan.Zones.Select(zone => zone.Area * JobsPerArea(plan, zone)).ToArray();
        var (homesSum, jobsSum) = (homes.Sum(), jobs.Sum());
        var zoneDay = homes.Zip(jobs, (home, job) => (HomeByDay * home / homesSum) + ((1 - HomeByDay) * job / jobsSum)).ToArray();

        var night = Shares.Of(population - siteNight.Sum(), homes).Concat(siteNight);
        var day = Shares.Of(population - siteDay.Sum(), zoneDay).Concat(siteDay);
        return new(
            places.Zip(day).ToImmutableDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            places.Zip(night).ToImmutableDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
    }

    private static double HomesPerArea(TownPlan plan, PlannedZone zone) => zone.Use switch
    {
        LandUse.Centre => 1.5,
        LandUse.Harbour => 0.4,
        LandUse.Industry => 0.08,
        _ => 1.25 - (0.7 * Far(plan, zone)),
    };

    private static double JobsPerArea(TownPlan plan, PlannedZone zone) => zone.Use switch
    {
        LandUse.Centre => 5.0,
        LandUse.Harbour => 2.0,
        LandUse.Industry => 1.8,
        _ => 0.9 - (0.6 * Far(plan, zone)),
    };

    /// <summary>0 in the centre, 1 at the far corners.</summary>
    private static double Far(TownPlan plan, PlannedZone zone)
    {
        var reach = plan.Mesh.Corner(0, plan.Mesh.Rows).DistanceTo(plan.Mesh.Corner(plan.Mesh.Columns, 0)) / 2;
        return Math.Min(1, zone.Middle.DistanceTo(plan.Centre) / reach);
    }

    private static int AtNight(TownPlan plan, PlannedSite site) => site.Kind switch
    {
        SitePlanner.Hospital => 10 + (int)(plan.Options.Population * PatientsPerResident / plan.SitesOf(SitePlanner.Hospital).Count()),
        SitePlanner.Police => 8,
        SitePlanner.Waterworks or SitePlanner.TreatmentPlant => 2,
        _ => 0,
    };

    private static int ByDay(TownPlan plan, PlannedSite site, int night) => site.Kind switch
    {
        SitePlanner.Hospital => (int)(night * HospitalByDayPerNight),
        SitePlanner.School => (int)(plan.Options.Population * PupilsPerResident / plan.SitesOf(SitePlanner.School).Count()),
        SitePlanner.TownHall => 5 + (int)(plan.Options.Population * TownHallPerResident),
        SitePlanner.Police => 25,
        SitePlanner.Waterworks or SitePlanner.TreatmentPlant => 12,
        _ => 0,
    };
}
