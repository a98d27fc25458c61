using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>The telecom that a generated city has.</summary>
/// <param name="CellSites">The cell site by the slug of the zone it covers.</param>
/// <param name="Exchanges">The exchange by the slug of the zone it serves.</param>
internal sealed record TelecomGrid(
    PowerGrid Power, ImmutableDictionary<string, SegmentId> CellSites, ImmutableDictionary<string, SegmentId> Exchanges)
{
    public SegmentId ExchangeOf(PlannedZone zone) => Exchanges[zone.Slug];

    public SegmentId CellSiteOf(PlannedZone zone) => CellSites[zone.Slug];

    /// <summary>Half by mobile, half by line, and a line at home needs power at home.</summary>
    public Expression ServiceOf(PlannedZone zone) => Expressions.Mean(
    [
        Expressions.Of(CellSiteOf(zone)),
        Expressions.Least(Expressions.Of(ExchangeOf(zone)), Expressions.Of(Power.StationOf(zone))),
    ]);
}

/// <summary>
/// Telecom: exchanges on a fibre ring between two national gateways, cell sites, and a radio core. Exchanges and
/// cell sites work from batteries when the feeder fails, and substations are controlled over any of them: the loop
/// power - exchange - control - power goes through <c>needs</c>, and only a blackout longer than every battery
/// locks it, as it would in the field (a black start opens it).
/// </summary>
internal sealed class TelecomBuilder(TownPlan plan, PowerGrid power, CityDraft draft)
{
    private const int ResidentsPerExchange = 60_000;
    private const int ExchangesMin = 2;
    private const int ZonesPerCellSite = 4;
    private const int ExchangeRestartSeconds = 300;
    public const string RadioCore = "radio-core";

    private readonly NetworkId _core = new("telecom-core");

    public static SegmentId ControlOf(PlannedSite substation) => new($"control-{substation.Slug}");

    public TelecomGrid Build()
    {
        draft.Add(new Network(_core, "Telecom core", Services.Telecom));
        var areas = Clusters.Of(plan.Zones, Math.Max(ExchangesMin, plan.Options.Population / ResidentsPerExchange), plan.Centre);
        var exchanges = areas.Select(area => (Area: area, Id: AddExchange(area.Seat))).OrderBy(pair => pair.Area.Seat.Middle.East).ToArray();
        AddRing([.. exchanges.Select(pair => (pair.Id, pair.Area.Seat))]);

        var exchangeOf = new Dictionary<string, SegmentId>(StringComparer.Ordinal);
        foreach (var (area, id) in exchanges)
        {
            area.Zones.ToList().ForEach(zone => exchangeOf.Add(zone.Slug, id));
        }

        var cellOf = new Dictionary<string, SegmentId>(StringComparer.Ordinal);
        var cells = Math.Max(2, (plan.Zones.Length + ZonesPerCellSite - 1) / ZonesPerCellSite);
        foreach (var area in Clusters.Of(plan.Zones, cells, plan.Zones[^1].Middle))
        {
            var id = AddCellSite(area.Seat, exchangeOf[area.Seat.Slug]);
            area.Zones.ToList().ForEach(zone => cellOf.Add(zone.Slug, id));
        }

        AddControl([.. exchanges.Select(pair => (pair.Id, pair.Area.Seat))]);
        return new(power, cellOf.ToImmutableDictionary(StringComparer.Ordinal), exchangeOf.ToImmutableDictionary(StringComparer.Ordinal));
    }

    private SegmentId AddExchange(PlannedZone seat)
    {
        var (slug, name) = draft.NameAfter("exchange", seat);
        var zone = ZoneBuilder.IdOf(seat);
        var place = seat.Beside(60, 40);
        var battery = draft.AddBackup(
            $"battery-exchange-{slug}", $"Battery of exchange {name}", "battery", power.StationOf(seat), BackupPower.Exchange, zone, place, Services.Telecom);
        var id = $"exchange-{slug}";
        draft.Assume(id, "restart.lagSeconds");
        return draft.Add(new Segment(
            new(id), $"Exchange {name}", "exchange", Services.Telecom, zone, [place.OnEarth()],
            new(
                Needs: Expressions.Of(battery),
                RestartLagTicks: ExchangeRestartSeconds * SegmentRule.TicksPerSecond,
                Membership: new(_core, null, false)),
            false));
    }

    private void AddRing((SegmentId Id, PlannedZone Seat)[] exchanges)
    {
        var mesh = plan.Mesh;
        var west = AddGateway("west", mesh.Corner(0, mesh.Rows / 2));
        var east = AddGateway("east", mesh.Corner(mesh.Columns, mesh.Rows / 2));
        var stops = exchanges
            .Select(exchange => (exchange.Id, exchange.Seat.Slug, exchange.Seat.Name, Place: exchange.Seat.Beside(60, 40)))
            .Prepend((west.Id, "west", "West", west.Place))
            .Append((east.Id, "east", "East", east.Place))
            .ToArray();
        for (var stop = 1; stop < stops.Length; stop++)
        {
            var (a, b) = (stops[stop - 1], stops[stop]);
            draft.Add(new Segment(
                new($"fibre-{a.Item2}-{b.Item2}"), $"Fibre {a.Item3} - {b.Item3}", "fibre", Services.Telecom, null,
                plan.Streets.Line(a.Item4, b.Item4), new(Membership: new(_core, new(a.Item1, b.Item1), false)), false));
        }
    }

    private (SegmentId Id, Metres Place) AddGateway(string side, Metres edge)
    {
        var outside = edge + ((edge - plan.Centre) * 0.18);
        var title = side == "west" ? "west" : "east";
        var backbone = draft.Add(new Segment(
            new($"backbone-{side}"), $"National backbone {title}", "backbone", Services.Telecom, null,
            [outside.OnEarth(), edge.OnEarth()], new(), false));
        var gateway = draft.Add(new Segment(
            new($"gateway-{side}"), $"Gateway {title}", "gateway", Services.Telecom, null, [edge.OnEarth()],
            new(Supply: Expressions.Of(backbone), Membership: new(_core, null, IsSource: true)), false));
        return (gateway, edge);
    }

    private SegmentId AddCellSite(PlannedZone seat, SegmentId exchange)
    {
        var zone = ZoneBuilder.IdOf(seat);
        var place = seat.Beside(-55, 45);
        var battery = draft.AddBackup(
            $"battery-cell-{seat.Slug}", $"Battery of cell site {seat.Name}", "battery", power.StationOf(seat), BackupPower.CellSite, zone, place, Services.Telecom);
        return draft.Add(new Segment(
            new($"cell-{seat.Slug}"), $"Cell site {seat.Name}", "cell-site", Services.Telecom, zone, [place.OnEarth()],
            new(Supply: Expressions.Of(exchange), Needs: Expressions.Of(battery)), false));
    }

    private void AddControl((SegmentId Id, PlannedZone Seat)[] exchanges)
    {
        var police = plan.SitesOf(SitePlanner.Police).First();
        var zone = ZoneBuilder.IdOf(police);
        var mast = plan.Mesh.Inside(police.Column, police.Row, 0.36, 0.5);
        var battery = draft.AddBackup(
            $"battery-{RadioCore}", "Battery of the radio core", "battery", power.StationOf(police.Zone), BackupPower.RadioCore, zone,
            mast, Services.Telecom);
        var radio = draft.Add(new Segment(
            new(RadioCore), "Emergency radio core", "radio", Services.Telecom, zone, [mast.OnEarth()],
            new(Needs: Expressions.Of(battery)), false));
        foreach (var site in plan.SitesOf(SitePlanner.Substation))
        {
            var nearest = exchanges.OrderBy(exchange => exchange.Seat.Middle.DistanceTo(site.Middle)).Take(2).Select(exchange => exchange.Id);
            draft.Add(new Segment(
                ControlOf(site), $"Remote control of {site.Name}", "control", Services.Power, ZoneBuilder.IdOf(site),
                [plan.Mesh.Inside(site.Column, site.Row, 0.4, 0.6).OnEarth()], new(Needs: Expressions.Greatest(nearest.Append(radio))), false));
        }
    }
}
