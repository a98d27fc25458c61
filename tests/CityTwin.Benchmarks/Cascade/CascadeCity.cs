using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Benchmarks.Cascade;

/// <summary>One substation, a hundred feeders, and their stations: 10,000 segments that fall with it.</summary>
internal static class CascadeCity
{
    public const int Dependents = 10_000;
    private const int Feeders = 100;

    public static readonly SegmentId Substation = new("substation");

    public static City Build()
    {
        var feeders = Enumerable.Range(0, Feeders).Select(i => Segment(Feeder(i), Substation));
        var stations = Enumerable.Range(0, Dependents - Feeders).Select(i => Segment(new($"station-{i:D5}"), Feeder(i % Feeders)));
        return new(
            new(new string('c', 64)), "Cascade City", "UTC", true, [], [],
            [.. feeders.Concat(stations).Append(Segment(Substation, null)).OrderBy(segment => segment.Id)], [], [], [], []);
    }

    private static SegmentId Feeder(int number) => new($"feeder-{number:D3}");

    private static Segment Segment(SegmentId id, SegmentId? supply) =>
        new(id, id.Value, "segment", new("power"), null, [], new(supply is { } from ? new Supplier(from) : null), false);
}
