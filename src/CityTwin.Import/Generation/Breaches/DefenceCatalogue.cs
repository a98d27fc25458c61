using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>What a generated city could buy: for its networks, for its first plants, and in its grids.</summary>
internal sealed class DefenceCatalogue(TownPlan plan, CityDraft city, ModelDraft model)
{
    private const int PlantsDefended = 4;
    private const int GridBatteryPermille = 300;
    private const long EightHoursTicks = 8L * 3600 * SegmentRule.TicksPerSecond;
    private const double GuardSpeedMetresPerSecond = 1.5;

    public void Build(ImmutableArray<Plant> plants)
    {
        ForNetworks();
        foreach (var plant in plants.Take(PlantsDefended))
        {
            ForPlant(plant);
        }

        if (plants.FirstOrDefault(plant => plant.Word == "water") is { } waterworks)
        {
            model.Defence(
                $"guard-post-{waterworks.Slug}", $"Guard post: {waterworks.Name}", "guard-post",
                new GuardAdded(new(
                    new($"guard-post-{waterworks.Slug}"), $"Guard post {waterworks.Name}", waterworks.Yard ?? waterworks.Building, waterworks.Zone,
                    ["armed", "first-aid", "technical"], GuardSpeedMetresPerSecond)));
        }

        InGrids();
    }

    private void ForNetworks()
    {
        model.Defence("patch-portal", "Patches for portal and jump host", "patch", Rarer("portal-exploit", 0.3), Rarer("jump-host-take", 0.7));
        model.Defence("training-mail", "Training against letters", "training", Rarer("office-phish", 0.5));
        model.Defence("second-factor-logins", "Second factor for remote logins", "second-factor", Rarer("remote-login", 0.1), Rarer("cloud-take", 0.1));
        model.Defence("offline-backups-office", "Backups that no network reaches", "offline-backups", new StepDisabled(new("backups-destroy")));
        model.Defence("encryption-registers", "Registers encrypted", "encryption", Rarer("identity-read", 0.4), Rarer("health-read", 0.4));
        foreach (var word in new[] { "power", "water", "telecom" })
        {
            model.Defence(
                $"segmentation-{word}", $"Border to the {word} controls made narrow", "segmentation",
                Rarer($"{word}-cross", 0.4), new StepSlower(new($"{word}-cross"), Factor(3)));
            if (model.Has(new($"{word}-vendor-session")))
            {
                model.Defence(
                    $"vendor-approval-{word}", $"Sessions of the {word} supplier opened by hand", "vendor-approval",
                    Rarer($"{word}-vendor-session", 0.5),
                    new DetectionAdded(new($"{word}-vendor-session"), new(null, StarterLibrary.Guess(0.5, isShare: true), DetectionPoint.Middle, ModelDraft.Watch)));
            }
        }

        model.Defence("monitoring-networks", "Networks watched day and night", "monitoring", new ResponseFaster(StepKind.Cyber, StarterLibrary.Guess(0.4, isShare: true)));
        model.Defence("training-alarms", "Alarm centre practises", "training", new ResponseFaster(StepKind.Physical, StarterLibrary.Guess(0.7, isShare: true)));
        model.Defence("training-guards", "Guards practise", "training", new NeutralisationBetter(StarterLibrary.Guess(0.6, isShare: true)));
    }

    private void ForPlant(Plant plant)
    {
        var (slug, name) = (plant.Slug, plant.Name);
        model.Defence($"barrier-{slug}", $"Thicker door: {name}", "barrier", new StepSlower(new($"{slug}-door"), Factor(4)));
        var cameras = city.Sensors.Where(sensor => sensor.Zone == plant.Zone && sensor.Kind == "camera").Select(sensor => sensor.Id).Order().ToArray();
        model.Defence(
            $"camera-{slug}", $"Camera in the building: {name}", "camera",
            new DetectionAdded(new($"{slug}-cabinet"), new(
                cameras.Length > 0 ? cameras[0] : null, StarterLibrary.Guess(0.7, isShare: true), DetectionPoint.Beginning, null)));
    }

    private void InGrids()
    {
        var substation = plan.SitesOf(SitePlanner.Substation).First();
        model.Defence(
            $"battery-{substation.Slug}", $"Grid battery for 8 h: {substation.Name}", "battery",
            new BackupAdded(new(new(substation.Slug), new(GridBatteryPermille, EightHoursTicks, EightHoursTicks))));
        var stations = city.Segments.Where(segment => segment.Kind == "station").OrderBy(segment => segment.Id).ToArray();
        foreach (var backup in new[] { "generator-waterworks", $"battery-{TelecomBuilder.RadioCore}" })
        {
            // Another station than the one it has, which feeds it from another side where there is one.
            var fed = city[new(backup)];
            var other = stations.Where(station => fed.Rule.Supply != Expressions.Of(station.Id)).Select(station => station.Id)
                .ElementAtOrDefault(plan.Chance.Below(Math.Max(1, stations.Length - 1), backup, "second-feeder"));
            if (other.Value is not null)
            {
                model.Defence($"feeder-{backup}", $"Second feeder: {fed.Name}", "feeder", new FeedAdded(new(fed.Id, other)));
            }
        }

        if (Unlinked(stations) is var (a, b))
        {
            model.Defence($"feeder-{a.Value}", $"Cable between two feeders: {city[a].Name} - {city[b].Name}", "feeder", new LinkAdded(new(new($"second-feeder-{a.Value}"), a, b)));
        }
    }

    /// <summary>Two stations of one network that no link joins.</summary>
    private (SegmentId A, SegmentId B)? Unlinked(Segment[] stations)
    {
        var linked = city.Segments.Select(segment => segment.Rule.Membership?.Ends).OfType<LinkEnds>().SelectMany(ends => new[] { (ends.A, ends.B), (ends.B, ends.A) }).ToHashSet();
        for (var a = 0; a < stations.Length; a++)
        {
            for (var b = stations.Length - 1; b > a; b--)
            {
                if (stations[a].Rule.Membership?.Network == stations[b].Rule.Membership?.Network && !linked.Contains((stations[a].Id, stations[b].Id)))
                {
                    return (stations[a].Id, stations[b].Id);
                }
            }
        }

        return null;
    }

    private static StepRarer Rarer(string step, double factor) => new(new(step), StarterLibrary.Guess(factor, isShare: true));

    private static Estimate Factor(double factor) => new(factor, Math.Max(1, factor / 2), factor * 2, StarterLibrary.Assumed, 0.2);
}
