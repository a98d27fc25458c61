using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>How each zone is reached, by its slug.</summary>
internal sealed record TransportGrid(
    ImmutableDictionary<string, Expression> Access, ImmutableArray<SegmentId> Roads, ImmutableArray<SegmentId> Bridges)
{
    public Expression ServiceOf(PlannedZone zone) => Access[zone.Slug];
}

/// <summary>
/// Transport: arterial roads and bridges that lose capacity when the traffic signals of their district go dark, and
/// a tram (in a large city a metro) whose sections need traction power and a control room.
/// </summary>
internal sealed class TransportBuilder(TownPlan plan, PowerGrid power, TelecomGrid telecom, CityDraft draft)
{
    private const int ResidentsForAMetro = 500_000;
    private const int RailRestartSeconds = 600;
    private const int RoadWithoutSignalsPermille = 600;
    private const int ZoneWithoutBridgesPermille = 400;
    private const double RoadShare = 0.75;

    /// <summary>How far from its stops a line still serves a zone, as a share of the town's width.</summary>
    private const double RailReach = 0.16;

    private readonly bool _metro = plan.Options.Population >= ResidentsForAMetro;

    public TransportGrid Build()
    {
        var signals = plan.Districts.ToDictionary(district => district.Slug, AddSignals, StringComparer.Ordinal);
        var roads = plan.Roads.ToDictionary(road => road.Slug, road => AddRoad(road, signals), StringComparer.Ordinal);
        var bridges = plan.Roads.Where(road => road.IsBridge).Select(road => roads[road.Slug]).ToImmutableArray();
        var stops = AddRail();
        var access = plan.Zones.ToImmutableDictionary(zone => zone.Slug, zone => AccessOf(zone, roads, bridges, stops), StringComparer.Ordinal);
        return new(access, [.. plan.Roads.Where(road => !road.IsBridge).Select(road => roads[road.Slug])], bridges);
    }

    private SegmentId AddSignals(PlannedDistrict district)
    {
        var zone = plan.Zones.First(candidate => candidate.District == district);
        var corner = plan.Mesh.Corner(district.Cells.Left + (district.Cells.Width / 2), district.Cells.Bottom + (district.Cells.Height / 2));
        return draft.Add(new Segment(
            new($"signals-{district.Slug}"), $"Traffic signals {district.Name}", "signals", Services.Transport, ZoneBuilder.IdOf(zone),
            [corner.OnEarth()], new(Needs: Expressions.Of(power.StationOf(zone))), false));
    }

    private SegmentId AddRoad(PlannedRoad road, Dictionary<string, SegmentId> signals)
    {
        var district = Clusters.Nearest(
            plan.Districts, MiddleOf(road), candidate => plan.Mesh.MiddleOf(candidate.Cells));
        draft.Assume(road.Slug, "needs");
        return draft.Add(new Segment(
            new(road.Slug), road.Name, road.IsBridge ? "bridge" : "road", Services.Transport, null, plan.Streets.Line(road.Corners),
            new(Needs: Expressions.AtLeast(RoadWithoutSignalsPermille, Expressions.Of(signals[district.Slug]))), false));
    }

    private ImmutableArray<(SegmentId Id, Metres Place)> AddRail()
    {
        var (kind, title) = _metro ? ("metro", "Metro") : ("tram", "Tram");
        var control = AddRailControl(kind, title);
        var mesh = plan.Mesh;
        var row = mesh.Rows * 2 / 5;
        Metres[] stops =
        [
            mesh.Corner(Math.Max(1, mesh.RiverColumn / 4), Math.Max(1, mesh.Rows / 5)),
            mesh.Corner(Math.Max(1, mesh.RiverColumn / 2), row),
            mesh.Corner(mesh.RiverColumn - 1, row),
            mesh.Corner(mesh.RiverColumn + 1 + ((mesh.Columns - mesh.RiverColumn) / 3), row + 1),
            mesh.Corner(mesh.Columns - 1, Math.Min(mesh.Rows - 1, row + (mesh.Rows / 3))),
        ];
        var sections = ImmutableArray.CreateBuilder<(SegmentId, Metres)>();
        for (var section = 1; section < stops.Length; section++)
        {
            var middle = Metres.Between(stops[section - 1], stops[section], 0.5);
            var station = power.StationOf(Clusters.Nearest(plan.Zones, middle, zone => zone.Middle));
            draft.Assume($"{kind}-section-{section}", "restart.lagSeconds");
            var id = draft.Add(new Segment(
                new($"{kind}-section-{section}"), $"{title} section {section}", kind, Services.Transport, null,
                plan.Streets.Line(stops[section - 1], stops[section]),
                new(
                    Supply: Expressions.Of(station),
                    Needs: Expressions.Of(control),
                    RestartLagTicks: RailRestartSeconds * SegmentRule.TicksPerSecond),
                false));
            sections.Add((id, middle));
        }

        return sections.ToImmutable();
    }

    private SegmentId AddRailControl(string kind, string title)
    {
        var seat = plan.Zones[Math.Min(1, plan.Zones.Length - 1)];
        return draft.Add(new Segment(
            new($"{kind}-control"), $"{title} control room", "control", Services.Transport, ZoneBuilder.IdOf(seat),
            [(seat.Beside(-60, -10)).OnEarth()],
            new(Needs: Expressions.Least(Expressions.Of(power.StationOf(seat)), Expressions.Of(telecom.ExchangeOf(seat)))), false));
    }

    private Expression AccessOf(
        PlannedZone zone, Dictionary<string, SegmentId> roads, ImmutableArray<SegmentId> bridges, ImmutableArray<(SegmentId Id, Metres Place)> stops)
    {
        var nearest = plan.Roads.Where(road => !road.IsBridge).OrderBy(road => DistanceTo(road, zone.Middle)).Take(2);
        var access = Expressions.Greatest(nearest.Select(road => roads[road.Slug]));
        var acrossTheRiver = zone.Cells.Left > plan.Mesh.RiverColumn;
        if (acrossTheRiver)
        {
            access = Expressions.Least(access, Expressions.AtLeast(ZoneWithoutBridgesPermille, Expressions.Mean(bridges.Select(Expressions.Of))));
        }

        var reach = RailReach * plan.Mesh.Corner(0, 1).DistanceTo(plan.Mesh.Corner(plan.Mesh.Columns, 1));
        var rail = Clusters.Nearest(stops, zone.Middle, stop => stop.Place);
        return rail.Place.DistanceTo(zone.Middle) > reach
            ? access
            : Expressions.Weighed([access, Expressions.Of(rail.Id)], [RoadShare, 1 - RoadShare]);
    }

    private double DistanceTo(PlannedRoad road, Metres place)
    {
        var nearest = double.MaxValue;
        for (var corner = 1; corner < road.Corners.Length; corner++)
        {
            nearest = Math.Min(nearest, place.DistanceTo(CornerOf(road, corner - 1), CornerOf(road, corner)));
        }

        return nearest;
    }

    private Metres MiddleOf(PlannedRoad road) => CornerOf(road, road.Corners.Length / 2);

    private Metres CornerOf(PlannedRoad road, int corner) => plan.Mesh.Corner(road.Corners[corner].Column, road.Corners[corner].Row);
}
