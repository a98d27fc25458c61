using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>
/// Power: a transmission intake, two lines to each substation, radial feeders behind a breaker each, one
/// transformer station for about 1,500 residents, and normally-open ties where two feeders come close.
/// </summary>
internal sealed class PowerGridBuilder(TownPlan plan, Census census, CityDraft draft)
{
    private const int ResidentsPerStation = 1_500;
    private const int StationsPerZoneMax = 4;
    private const int StationsPerFeeder = 5;
    private const int SubstationsPerNetwork = 4;
    private const int TiesPerFeeder = 2;
    private const int StationsForASwitch = 4;

    private readonly List<Station> _stations = [];
    private readonly HashSet<string> _zoneSlugs = [.. plan.Zones.Select(zone => zone.Slug)];

    public PowerGrid Build()
    {
        var substations = plan.SitesOf(SitePlanner.Substation).ToImmutableArray();
        var intakes = Intakes(substations.Length > SubstationsPerNetwork ? 2 : 1);
        var served = plan.Zones.ToLookup(zone => Clusters.Nearest(substations, zone.Middle, site => site.Middle));
        var byBearing = substations.OrderBy(site => (site.Middle - plan.Centre).Bearing()).ToArray();
        var networks = byBearing.Chunk(SubstationsPerNetwork).ToArray();
        for (var number = 1; number <= networks.Length; number++)
        {
            var network = new NetworkId(networks.Length == 1 ? "power-grid" : $"power-grid-{number}");
            draft.Add(new Network(network, networks.Length == 1 ? "Power grid" : $"Power grid {number}", Services.Power));
            foreach (var site in networks[number - 1])
            {
                AddSubstation(site, network, intakes);
                AddFeeders(site, network, [.. served[site]]);
            }
        }

        AddTies();
        return new(_stations
            .GroupBy(station => station.Zone.Slug, StringComparer.Ordinal)
            .ToImmutableDictionary(
                group => group.Key,
                group => group.OrderBy(station => station.Number).Select(station => station.Id).ToImmutableArray(),
                StringComparer.Ordinal));
    }

    private ImmutableArray<(SegmentId Id, Metres Place)> Intakes(int count)
    {
        var (mesh, intakes) = (plan.Mesh, ImmutableArray.CreateBuilder<(SegmentId, Metres)>());
        for (var intake = 0; intake < count; intake++)
        {
            var corner = mesh.Corner(intake == 0 ? mesh.Columns - 2 : 2, mesh.Rows);
            var place = corner + ((corner - plan.Centre) * 0.12);
            var id = draft.Add(new Segment(
                new(count == 1 ? "grid-intake" : intake == 0 ? "grid-intake-east" : "grid-intake-west"),
                count == 1 ? "Grid intake" : intake == 0 ? "Grid intake east" : "Grid intake west",
                "intake", Services.Power, null, [place.OnEarth()], new(), false));
            intakes.Add((id, place));
        }

        return intakes.ToImmutable();
    }

    private void AddSubstation(PlannedSite site, NetworkId network, ImmutableArray<(SegmentId Id, Metres Place)> intakes)
    {
        var lines = ImmutableArray.CreateBuilder<SegmentId>();
        for (var line = 1; line <= 2; line++)
        {
            var intake = intakes[(line - 1) % intakes.Length];
            var aside = new Metres(line == 1 ? 25 : -25, 0);
            lines.Add(draft.Add(new Segment(
                new($"line-{site.Slug}-{line}"), $"{site.Name} line {line}", "line", Services.Power, null,
                [(intake.Place + aside).OnEarth(), (site.Middle + aside).OnEarth()], new(Supply: Expressions.Of(intake.Id)), false)));
        }

        draft.Add(new Segment(
            new(site.Slug), site.Name, "substation", Services.Power, ZoneBuilder.IdOf(site), [site.Middle.OnEarth()],
            new(
                Supply: Expressions.Greatest(lines),
                Needs: Expressions.Of(TelecomBuilder.ControlOf(site)),
                Membership: new(network, null, IsSource: true)),
            false));
    }

    private void AddFeeders(PlannedSite site, NetworkId network, ImmutableArray<PlannedZone> zones)
    {
        var stations = zones.SelectMany(StationsOf).ToArray();
        var count = (stations.Length + StationsPerFeeder - 1) / StationsPerFeeder;
        var sectors = stations.OrderBy(station => (station.Place - site.Middle).Bearing()).ToArray();
        for (var feeder = 0; feeder < count; feeder++)
        {
            var from = feeder * sectors.Length / count;
            var to = (feeder + 1) * sectors.Length / count;
            AddFeeder(site, network, sectors[from..to]);
        }
    }

    private IEnumerable<Station> StationsOf(PlannedZone zone)
    {
        var count = Math.Clamp((census.Night[zone.Slug] + ResidentsPerStation - 1) / ResidentsPerStation, 1, StationsPerZoneMax);
        var cells = plan.Chance.Shuffled([.. zone.Cells.Cells()], zone.Slug, "stations");
        for (var number = 0; number < count; number++)
        {
            var (column, row) = cells[number % cells.Length];
            var place = number == 0 ? zone.Middle : plan.Mesh.Inside(column, row, 0.12, 0.14 + (0.2 * (number / cells.Length)));

            // In a very large city the names run out, and a second Elmbrook is 'elmbrook-2' itself.
            var slug = count == 1 ? zone.Slug : $"{zone.Slug}-{number + 1}";
            slug = count > 1 && _zoneSlugs.Contains(slug) ? $"{zone.Slug}-no-{number + 1}" : slug;
            yield return new(new($"station-{slug}"), slug, count == 1 ? zone.Name : $"{zone.Name} {number + 1}", zone, number, place, default, default);
        }
    }

    private void AddFeeder(PlannedSite site, NetworkId network, Station[] stations)
    {
        var tree = RadialTree.Grow(site.Middle, [.. stations.Select(station => station.Place)]).ToArray();
        var (slug, name) = NameOf(stations, stations[tree[0].Place].Zone);
        var feeder = new SegmentId($"feeder-{slug}");
        draft.Add(new Segment(
            new($"breaker-feeder-{slug}"), $"Breaker of feeder {name}", "breaker", Services.Power, ZoneBuilder.IdOf(site),
            [plan.Mesh.Inside(site.Column, site.Row, 0.6, 0.6).OnEarth()],
            new(Membership: new(network, new(new(site.Slug), feeder), false)), false));

        var (trunk, last) = Trunk(plan.Streets.Line(site.Middle, stations[tree[0].Place].Place));
        draft.Add(new Segment(
            feeder, $"Feeder {name}", "feeder", Services.Power, null, trunk, new(Membership: new(network, null, false)), false));

        var switched = SwitchedStation(tree);
        foreach (var (place, joinedTo) in tree)
        {
            var station = stations[place] with { Network = network, Feeder = feeder };
            _stations.Add(station);
            draft.Add(new Segment(
                station.Id, $"Station {station.Name}", "station", Services.Power, ZoneBuilder.IdOf(station.Zone), [station.Place.OnEarth()],
                new(Membership: new(network, null, false)), false));
            var (from, line) = joinedTo < 0 ? (feeder, last) : (stations[joinedTo].Id, plan.Streets.Line(stations[joinedTo].Place, station.Place));
            var kind = place == switched ? "switch" : "cable";
            draft.Add(new Segment(
                new($"{kind}-{station.Slug}"), $"{(kind == "switch" ? "Switch" : "Cable")} {station.Name}", kind, Services.Power,
                ZoneBuilder.IdOf(station.Zone), line, new(Membership: new(network, new(from, station.Id), false)), false));
        }
    }

    /// <summary>A line switch splits a longer feeder about in half: the last station joined directly behind the first.</summary>
    private static int SwitchedStation((int Place, int JoinedTo)[] tree) => tree.Length < StationsForASwitch
        ? -1
        : tree.Skip(1)
            .MaxBy(branch => Math.Min(Behind(tree, branch.Place), tree.Length - Behind(tree, branch.Place)))
            .Place;

    private static int Behind((int Place, int JoinedTo)[] tree, int place) =>
        1 + tree.Where(branch => branch.JoinedTo == place).Sum(branch => Behind(tree, branch.Place));

    /// <summary>The trunk ends at the last street corner; the first station's own cable is what remains.</summary>
    private static (ImmutableArray<LonLat> Trunk, ImmutableArray<LonLat> Last) Trunk(ImmutableArray<LonLat> line) =>
        line.Length > 2 ? (line[..^1], line[^2..]) : (line, [line[^1]]);

    private (string Slug, string Name) NameOf(Station[] stations, PlannedZone first)
    {
        foreach (var district in stations.GroupBy(station => station.Zone.District).OrderByDescending(group => group.Count()))
        {
            if (draft.NameAfter("feeder", district.First().Zone) is var named && named.Slug == district.Key.Slug)
            {
                return named;
            }
        }

        return stations.Select(station => (station.Slug, station.Name)).Prepend((stations[^1].Slug, stations[^1].Name)).Prepend((first.Slug, first.Name))
            .First(named => !draft.Has($"feeder-{named.Slug}"));
    }

    private void AddTies()
    {
        var tied = new Dictionary<SegmentId, int>();
        var pairs = new HashSet<(SegmentId, SegmentId)>();
        var close =
            from a in _stations
            from b in _stations
            where a.Feeder.CompareTo(b.Feeder) < 0 && a.Network == b.Network
            orderby a.Place.DistanceTo(b.Place), a.Id, b.Id
            select (A: a, B: b);
        foreach (var (a, b) in close)
        {
            if (tied.GetValueOrDefault(a.Feeder) < TiesPerFeeder && tied.GetValueOrDefault(b.Feeder) < TiesPerFeeder
                && pairs.Add((a.Feeder, b.Feeder)))
            {
                tied[a.Feeder] = tied.GetValueOrDefault(a.Feeder) + 1;
                tied[b.Feeder] = tied.GetValueOrDefault(b.Feeder) + 1;
                draft.Add(new Segment(
                    new($"tie-{a.Slug}-{b.Slug}"), $"Tie {a.Name} - {b.Name}", "tie", Services.Power, ZoneBuilder.IdOf(a.Zone),
                    plan.Streets.Line(a.Place, b.Place), new(Membership: new(a.Network, new(a.Id, b.Id), false)), NormallyOpen: true));
            }
        }
    }

    private sealed record Station(SegmentId Id, string Slug, string Name, PlannedZone Zone, int Number, Metres Place, NetworkId Network, SegmentId Feeder);
}
