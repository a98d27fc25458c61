using System.Collections.Immutable;
using CityTwin.Api.Access;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>The city as a whole as the contract says it.</summary>
internal static class CityMessages
{
    /// <param name="access">What is not seen is left out; the ground is everybody's.</param>
    public static V1.CityMap MapOf(CityVersion version, CallAccess access, bool withSensors, bool withBackground)
    {
        var index = version.Index;
        var city = index.City;
        var sight = access.In(index);
        var (zones, segments, sensors) = (
            city.Zones.Where((_, place) => sight.Sees(place)).ToList(),
            city.Segments.Where((_, place) => sight.Sees(index.ZoneOfSegment[place])).ToList(),
            city.Sensors.Where((_, place) => sight.Sees(index.ZoneOfSensor[place])).ToList());
        var map = new V1.CityMap
        {
            CityHash = city.Hash.Value,
            Zones = { zones.Select(zone => ShapeOf(index, zone, sight)) },
            Segments =
            {
                segments.Select(segment => new V1.SegmentShape
                {
                    Name = ResourceNames.Of(segment.Id),
                    DisplayName = segment.Name,
                    Kind = segment.Kind,
                    Service = segment.Service.Value,
                    Path = PathOf(segment.Path),
                    NormallyOpen = segment.NormallyOpen,
                }),
            },
            Guards =
            {
                city.Guards.Where((_, place) => sight.Sees(index.ZoneOfGuard[place])).Select(guard => new V1.GuardShape
                {
                    Name = ResourceNames.Of(guard.Id), DisplayName = guard.Name, Position = SensorMessages.PositionOf(guard.Post),
                }),
            },
        };
        if (withSensors)
        {
            map.Sensors.AddRange(sensors.Select(sensor => new V1.SensorShape
            {
                Name = ResourceNames.Of(sensor.Id),
                DisplayName = sensor.Name,
                Kind = sensor.Kind,
                Position = SensorMessages.PositionOf(sensor.Position),
                Segment = sensor.Segment is { } segment ? ResourceNames.Of(segment) : "",
            }));
        }

        if (withBackground)
        {
            map.Background.AddRange(city.Background.Select(feature => new V1.BackgroundShape
            {
                Kind = feature.Kind, DisplayName = feature.Name ?? "", Area = feature.IsArea, Paths = { feature.Parts.Select(PathOf) },
            }));
        }

        var places = zones.SelectMany(zone => zone.Area).SelectMany(area => area.Rings).SelectMany(ring => ring)
            .Concat(segments.SelectMany(segment => segment.Path)).Concat(sensors.Select(sensor => sensor.Position)).ToList();
        if (places.Count > 0)
        {
            map.Bounds.AddRange(
            [
                places.Min(place => place.Longitude), places.Min(place => place.Latitude),
                places.Max(place => place.Longitude), places.Max(place => place.Latitude),
            ]);
        }

        return map;
    }

    /// <param name="now">The instant it shall be the state of, in ticks.</param>
    public static V1.CitySnapshot SnapshotOf(CityVersion version, long now)
    {
        var start = version.Fork(now);
        return new()
        {
            CityHash = start.City.Value,
            Version = VersionToken.Of(version).ToString(),
            At = start.At,
            Batch = version.Batch,
            Segments =
            {
                start.Segments.Where(segment => segment is not { LevelPermille: 1000, Causes.IsEmpty: true, Operator: null })
                    .Select(segment => new V1.SegmentSnapshot
                    {
                        Name = ResourceNames.Of(segment.Id),
                        LevelPermille = segment.LevelPermille,
                        CeilingPermille = segment.CeilingPermille,
                        Operator = segment.Operator is { } state ? OperatorOf(state) : null,
                        Causes = { segment.Causes.Select(ZoneMessages.CauseOf) },
                    }),
            },
        };
    }

    private static V1.OperatorSnapshot OperatorOf(OperatorState state) => new()
    {
        At = state.At,
        BackupInputPermille = state.BackupInputPermille,
        Charge = state.Charge,
        Window = { state.Window.Select(step => new V1.WindowStepSnapshot { Since = step.Since, InputPermille = step.InputPermille }) },
    };

    private static V1.ZoneShape ShapeOf(CityIndex index, Zone zone, Sight sight)
    {
        var depth = 0;
        var parent = index.ParentOf[index.Find(zone.Id)!.Value];
        for (var outer = parent; outer >= 0; outer = index.ParentOf[outer])
        {
            depth++;
        }

        return new()
        {
            Name = ResourceNames.Of(zone.Id),
            DisplayName = zone.Name,
            Parent = zone.Parent is { } id && sight.Sees(parent) ? ResourceNames.Of(id) : "",
            Areas = { zone.Area.Select(area => new V1.Area { Rings = { area.Rings.Select(PathOf) } }) },
            Depth = depth,
        };
    }

    private static V1.Path PathOf(ImmutableArray<LonLat> places) =>
        new() { Coordinates = { places.SelectMany(place => new[] { place.Longitude, place.Latitude }) } };
}
