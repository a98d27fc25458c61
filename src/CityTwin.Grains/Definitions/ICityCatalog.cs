using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Grains.Definitions;

/// <summary>The definition in force on this silo, compiled once. The silo's start fills it before any grain activates.</summary>
public interface ICityCatalog
{
    CityPlan Current { get; }
}

/// <summary>A definition and what is looked up in it all the time.</summary>
public sealed class CityPlan
{
    private readonly Dictionary<SegmentId, Segment> _segments;
    private readonly Dictionary<SensorId, Sensor> _sensors;
    private readonly Dictionary<ZoneId, Zone> _zones;
    private readonly Dictionary<GuardId, Guard> _guards;

    public CityPlan(City city)
    {
        City = city;
        Cascade = CascadePlan.Of(city);
        _segments = city.Segments.ToDictionary(segment => segment.Id);
        _sensors = city.Sensors.ToDictionary(sensor => sensor.Id);
        _zones = city.Zones.ToDictionary(zone => zone.Id);
        _guards = city.Guards.ToDictionary(guard => guard.Id);
    }

    public City City { get; }

    public CascadePlan Cascade { get; }

    /// <returns>Null for an id that this definition does not have; so for the others.</returns>
    public Segment? Find(SegmentId id) => _segments.GetValueOrDefault(id);

    public Sensor? Find(SensorId id) => _sensors.GetValueOrDefault(id);

    public Zone? Find(ZoneId id) => _zones.GetValueOrDefault(id);

    public Guard? Find(GuardId id) => _guards.GetValueOrDefault(id);
}

/// <summary>The definition in force does not have what was addressed.</summary>
[GenerateSerializer, Alias("not-in-city")]
public sealed class NotInCityException(string kind, string id) : Exception($"The city has no {kind} '{id}'.");
