using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Grains.Definitions;

/// <summary>The definitions this silo knows, each compiled once. The silo's start fills it before any grain activates.</summary>
public interface ICityCatalog
{
    /// <summary>The one in force here. Another silo may know of a newer one a moment earlier.</summary>
    CityPlan Current { get; }

    /// <summary>A definition by its hash: those in use are at hand, any other is read from storage.</summary>
    /// <exception cref="DefinitionMissingException">It is not stored, or can no longer be read.</exception>
    ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default);

    /// <summary>Puts a definition into force here, unless a later batch has already brought another one.</summary>
    /// <param name="batch">The number of the batch that names it.</param>
    void Use(CityPlan plan, long batch);
}

/// <summary>A definition and what is looked up in it all the time.</summary>
public sealed class CityPlan
{
    private readonly Dictionary<SegmentId, Segment> _segments;
    private readonly Dictionary<SensorId, Sensor> _sensors;
    private readonly Dictionary<ZoneId, Zone> _zones;
    private readonly Dictionary<GuardId, Guard> _guards;
    private readonly Dictionary<AssetId, Asset> _assets;
    private readonly Dictionary<ConduitId, Conduit> _conduits;
    private readonly ILookup<AssetId, AttackStep> _steps;
    private readonly ILookup<SensorId, AssetId> _assetsWatched;

    public CityPlan(City city)
    {
        City = city;
        Cascade = CascadePlan.Of(city);
        _segments = city.Segments.ToDictionary(segment => segment.Id);
        _sensors = city.Sensors.ToDictionary(sensor => sensor.Id);
        _zones = city.Zones.ToDictionary(zone => zone.Id);
        _guards = city.Guards.ToDictionary(guard => guard.Id);
        _assets = city.Security.Assets.ToDictionary(asset => asset.Id);
        _conduits = city.Security.Conduits.ToDictionary(conduit => conduit.Id);
        _steps = city.Security.Steps.ToLookup(step => step.Asset);
        _assetsWatched = city.Security.Assets.SelectMany(asset => asset.Sensors.Distinct().Select(sensor => (sensor, asset.Id)))
            .ToLookup(pair => pair.sensor, pair => pair.Id);
    }

    public City City { get; }

    public CascadePlan Cascade { get; }

    /// <returns>Null for an id that this definition does not have; so for the others.</returns>
    public Segment? Find(SegmentId id) => _segments.GetValueOrDefault(id);

    public Sensor? Find(SensorId id) => _sensors.GetValueOrDefault(id);

    public Zone? Find(ZoneId id) => _zones.GetValueOrDefault(id);

    public Guard? Find(GuardId id) => _guards.GetValueOrDefault(id);

    public Asset? Find(AssetId id) => _assets.GetValueOrDefault(id);

    public Conduit? Find(ConduitId id) => _conduits.GetValueOrDefault(id);

    /// <summary>The steps of an asset, sorted by id.</summary>
    public ImmutableArray<AttackStep> StepsOf(AssetId asset) => [.. _steps[asset]];

    /// <summary>The assets that name a sensor: its events are signs of attacks on them.</summary>
    public IEnumerable<AssetId> AssetsWatchedBy(SensorId sensor) => _assetsWatched[sensor];
}

/// <summary>The definition in force does not have what was addressed.</summary>
[GenerateSerializer, Alias("not-in-city")]
public sealed class NotInCityException(string kind, string id) : Exception($"The city has no {kind} '{id}'.");

/// <summary>A definition that is named by its hash cannot be had. The message says what to do.</summary>
[GenerateSerializer, Alias("definition-missing")]
public sealed class DefinitionMissingException(string message) : Exception(message);
