using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>The junction that serves each zone, by the zone's slug, and the pumping stations.</summary>
internal sealed record WaterGrid(ImmutableDictionary<string, SegmentId> Junctions, ImmutableArray<SegmentId> Tanks)
{
    public SegmentId JunctionOf(PlannedZone zone) => Junctions[zone.Slug];
}

/// <summary>
/// Water: a river intake and the waterworks, a pumping station and a tank for each pressure area, mains along the
/// streets to a junction in every zone, and shut valves between the areas.
/// </summary>
internal sealed class WaterBuilder(TownPlan plan, PowerGrid power, TelecomGrid telecom, CityDraft draft)
{
    private const int ResidentsPerArea = 50_000;
    private const int AreasMin = 2;
    private const int AreasPerNetwork = 4;
    private const int WorksRestartSeconds = 1_800;
    private const int PumpRestartSeconds = 60;
    private const int TankEnduranceSeconds = 6 * 3600;
    private const int TankRechargeSeconds = 4 * 3600;

    // Without the control room a pump is started and stopped by hand.
    private const int PumpByHandPermille = 600;

    private readonly List<Junction> _junctions = [];

    public WaterGrid Build()
    {
        var works = AddWaterworks();
        var areas = Clusters.Of(plan.Zones, Math.Max(AreasMin, plan.Options.Population / ResidentsPerArea), plan.Centre);
        var tanks = ImmutableArray.CreateBuilder<SegmentId>();
        for (var number = 0; number < areas.Length; number++)
        {
            var group = 1 + (number / AreasPerNetwork);
            var network = new NetworkId(areas.Length <= AreasPerNetwork ? "water-mains" : $"water-mains-{group}");
            if (number % AreasPerNetwork == 0)
            {
                draft.Add(new Network(network, areas.Length <= AreasPerNetwork ? "Water mains" : $"Water mains {group}", Services.Water));
            }

            tanks.Add(AddArea(areas[number], network, works, number % 2 == 0));
        }

        AddShutValves();
        return new(
            _junctions.ToImmutableDictionary(junction => junction.Zone.Slug, junction => junction.Id, StringComparer.Ordinal),
            tanks.ToImmutable());
    }

    private SegmentId AddWaterworks()
    {
        var site = plan.SitesOf(SitePlanner.Waterworks).First();
        var zone = ZoneBuilder.IdOf(site);
        var station = power.StationOf(site.Zone);
        var head = plan.Mesh.Corner(plan.Mesh.RiverColumn, plan.Mesh.Rows);
        var intake = draft.Add(new Segment(
            new("river-intake"), "River intake", "water-intake", Services.Water, null, [head.OnEarth()],
            new(Needs: Expressions.Of(station)), false));
        var generator = draft.AddBackup(
            "generator-waterworks", "Generator of the waterworks", "generator", station, BackupPower.Waterworks, zone, site.Middle, Services.Water);
        draft.Assume("waterworks", "restart.lagSeconds");
        return draft.Add(new Segment(
            new("waterworks"), "Waterworks", "waterworks", Services.Water, zone, [site.Middle.OnEarth()],
            new(
                Supply: Expressions.Of(intake),
                Needs: Expressions.Least(
                    Expressions.Of(generator),
                    Expressions.AtLeast(PumpByHandPermille, Expressions.Of(telecom.ExchangeOf(site.Zone)))),
                RestartLagTicks: WorksRestartSeconds * SegmentRule.TicksPerSecond),
            false));
    }

    private SegmentId AddArea(ServiceArea area, NetworkId network, SegmentId works, bool hasGenerator)
    {
        var seat = area.Seat;
        var (slug, name) = draft.NameAfter("pump", seat);
        var zone = ZoneBuilder.IdOf(seat);
        var place = seat.Beside(45, -60);
        var source = power.StationOf(seat);
        if (hasGenerator)
        {
            source = draft.AddBackup(
                $"generator-pump-{slug}", $"Generator of pumping station {name}", "generator", source, BackupPower.Pump, zone, place, Services.Water);
        }

        draft.Assume($"pump-{slug}", "needs");
        draft.Assume($"pump-{slug}", "restart.lagSeconds");
        var pump = draft.Add(new Segment(
            new($"pump-{slug}"), $"Pumping station {name}", "pump", Services.Water, zone, [place.OnEarth()],
            new(
                Supply: Expressions.Of(works),
                Needs: Expressions.Least(
                    Expressions.Of(source),
                    Expressions.AtLeast(PumpByHandPermille, Expressions.Of(telecom.ExchangeOf(seat)))),
                RestartLagTicks: PumpRestartSeconds * SegmentRule.TicksPerSecond),
            false));

        var tank = AddTank(slug, name, zone, seat.Beside(75, -50), network, pump);
        AddMains(area, network, tank, seat.Beside(75, -50));
        return tank;
    }

    private SegmentId AddTank(string slug, string name, ZoneId zone, Metres place, NetworkId network, SegmentId pump)
    {
        draft.Assume($"tank-{slug}", "backup.enduranceSeconds");
        draft.Assume($"tank-{slug}", "backup.rechargeSeconds");
        return draft.Add(new Segment(
            new($"tank-{slug}"), $"Water tank {name}", "tank", Services.Water, zone, [place.OnEarth()],
            new(
                Supply: Expressions.Of(pump),
                Backup: new(1000, TankEnduranceSeconds * SegmentRule.TicksPerSecond, TankRechargeSeconds * SegmentRule.TicksPerSecond),
                Membership: new(network, null, IsSource: true)),
            false));
    }

    private void AddMains(ServiceArea area, NetworkId network, SegmentId tank, Metres root)
    {
        var places = area.Zones.Select(zone => zone.Beside(-40, -35)).ToArray();
        foreach (var (place, joinedTo) in RadialTree.Grow(root, places))
        {
            var zone = area.Zones[place];
            var junction = new Junction(new($"junction-{zone.Slug}"), zone, places[place], network, tank);
            _junctions.Add(junction);
            draft.Add(new Segment(
                junction.Id, $"Water junction {zone.Name}", "junction", Services.Water, ZoneBuilder.IdOf(zone), [junction.Place.OnEarth()],
                new(Membership: new(network, null, false)), false));
            var from = joinedTo < 0 ? tank : new SegmentId($"junction-{area.Zones[joinedTo].Slug}");
            draft.Add(new Segment(
                new($"main-{zone.Slug}"), $"Water main {zone.Name}", "main", Services.Water, ZoneBuilder.IdOf(zone),
                plan.Streets.Line(joinedTo < 0 ? root : places[joinedTo], places[place]),
                new(Membership: new(network, new(from, junction.Id), false)), false));
        }
    }

    private void AddShutValves()
    {
        var joined = new HashSet<(SegmentId, SegmentId)>();
        var close =
            from a in _junctions
            from b in _junctions
            where a.Tank.CompareTo(b.Tank) < 0 && a.Network == b.Network
            orderby a.Place.DistanceTo(b.Place), a.Id, b.Id
            select (A: a, B: b);
        foreach (var (a, b) in close)
        {
            if (joined.Add((a.Tank, b.Tank)))
            {
                draft.Add(new Segment(
                    new($"valve-{a.Zone.Slug}-{b.Zone.Slug}"), $"Shut valve {a.Zone.Name} - {b.Zone.Name}", "valve", Services.Water,
                    ZoneBuilder.IdOf(a.Zone), plan.Streets.Line(a.Place, b.Place),
                    new(Membership: new(a.Network, new(a.Id, b.Id), false)), NormallyOpen: true));
            }
        }
    }

    private sealed record Junction(SegmentId Id, PlannedZone Zone, Metres Place, NetworkId Network, SegmentId Tank);
}
