using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Reading;

/// <summary>The rules of <c>dependencies.json</c> by id, ready to be joined to the features of the layers.</summary>
internal sealed class DependencyTables
{
    private static readonly SegmentRule NoRule = new();

    public Dictionary<string, (SegmentRule Rule, bool IsNormallyOpen, Place Place)> Segments { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ImmutableArray<ZoneService>> Zones { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Expression?> Sensors { get; } = new(StringComparer.Ordinal);

    public (SegmentRule Rule, bool IsNormallyOpen) Rule(string segment) =>
        Segments.TryGetValue(segment, out var found) ? (found.Rule, found.IsNormallyOpen) : (NoRule, false);

    public ImmutableArray<ZoneService> Services(string zone) => Zones.GetValueOrDefault(zone, []);

    public Expression? Availability(string sensor) => Sensors.GetValueOrDefault(sensor);
}
