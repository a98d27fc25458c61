using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>What stands alone and is worth attacking, on its ground and over its network.</summary>
/// <param name="Slug">Also the id of its segment.</param>
/// <param name="Word">The utility: <c>power</c>, <c>water</c> or <c>telecom</c>.</param>
/// <param name="Control">The step after which its control centre does what the adversary wants.</param>
/// <param name="Switched">What its controller switches.</param>
/// <param name="Carried">What is worked by hand while its conduit is isolated, and how well.</param>
/// <param name="Yard">Between the fence and the building; null where there is no fence.</param>
internal sealed record Plant(
    string Slug,
    string Name,
    string Word,
    ZoneId Zone,
    StepId Control,
    ImmutableArray<SegmentId> Switched,
    (SegmentId Segment, int ByHandPermille) Carried,
    LonLat Outside,
    LonLat? Yard,
    LonLat Building);

/// <summary>Finds the plants of a city.</summary>
internal sealed class Plants(TownPlan plan, CityDraft city, OfficeWays ways)
{
    private const int SubstationByHandPermille = 900;
    private const int WaterByHandPermille = 800;
    private const int ExchangeByHandPermille = 950;
    private const double DegreesAside = 0.0002;

    private readonly Dictionary<SegmentId, ImmutableArray<SegmentId>> _breakers = city.Segments
        .Where(segment => segment is { Kind: "breaker", Rule.Membership.Ends: not null })
        .GroupBy(segment => segment.Rule.Membership!.Ends!.Value.A)
        .ToDictionary(group => group.Key, group => group.Select(segment => segment.Id).Order().ToImmutableArray());

    /// <summary>Each kind in turn, so that a small model has some of each.</summary>
    public IEnumerable<Plant> InTurn()
    {
        Queue<Plant>[] kinds =
        [
            new(plan.SitesOf(SitePlanner.Substation).Select(Substation)),
            new(plan.Sites.Where(site => site.Kind is SitePlanner.Waterworks or SitePlanner.TreatmentPlant)
                .Select(site => OnGround(site, "water", ways.WaterControl, [new(site.Slug)], (new(site.Slug), WaterByHandPermille)))),
            new(OfKind("exchange").Select(segment => InStreet(segment, "telecom", ways.TelecomControl, ExchangeByHandPermille))),
            new(OfKind("pump").Select(segment => InStreet(segment, "water", ways.WaterControl, WaterByHandPermille))),
        ];
        while (kinds.Any(kind => kind.Count > 0))
        {
            foreach (var kind in kinds)
            {
                if (kind.TryDequeue(out var plant))
                {
                    yield return plant;
                }
            }
        }
    }

    private IEnumerable<Segment> OfKind(string kind) => city.Segments.Where(segment => segment.Kind == kind).OrderBy(segment => segment.Id);

    private Plant Substation(PlannedSite site) => OnGround(
        site, "power", ways.PowerControl, _breakers.GetValueOrDefault(new(site.Slug), [new(site.Slug)]),
        (TelecomBuilder.ControlOf(site), SubstationByHandPermille));

    private Plant OnGround(PlannedSite site, string word, StepId control, ImmutableArray<SegmentId> switched, (SegmentId, int) carried) => new(
        site.Slug, site.Name, word, ZoneBuilder.IdOf(site), control, switched, carried,
        plan.Mesh.Inside(site.Column, site.Row, 0.5, PlannedSite.Margin / 2).OnEarth(),
        plan.Mesh.Inside(site.Column, site.Row, 0.5, 0.3).OnEarth(),
        site.Middle.OnEarth());

    private static Plant InStreet(Segment segment, string word, StepId control, int byHandPermille) => new(
        segment.Id.Value, segment.Name, word, segment.Zone!.Value, control, [segment.Id], (segment.Id, byHandPermille),
        segment.Path[0] with { Longitude = Math.Round(segment.Path[0].Longitude + DegreesAside, 6) }, null, segment.Path[0]);
}
