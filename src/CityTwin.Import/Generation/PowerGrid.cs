using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>The power that a generated city has: which transformer stations serve which zone.</summary>
/// <param name="Stations">By the zone's slug, the one in the middle first.</param>
internal sealed record PowerGrid(ImmutableDictionary<string, ImmutableArray<SegmentId>> Stations)
{
    /// <summary>The station to plug a plant in that zone into.</summary>
    public SegmentId StationOf(PlannedZone zone) => Stations[zone.Slug][0];

    public Expression ServiceOf(PlannedZone zone) => Expressions.Mean(Stations[zone.Slug].Select(station => (Expression)new Supplier(station)));
}
