using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Sensors;

namespace CityTwin.Ingest;

/// <summary>The way to the sensors in the product: straight to each sensor's grain, which answers once it has saved.</summary>
public sealed class GrainSensorDoor(IGrainFactory grains, ICityCatalog catalog) : ISensorDoor
{
    /// <summary>References never expire, and making one costs as much as a tenth of a call. At most one for each sensor ever in force.</summary>
    private readonly ConcurrentDictionary<SensorId, ISensorGrain> _grains = new();

    public Sensor? Find(SensorId id) => catalog.Current.Find(id);

    public Task Observe(Reading reading) => Grain(reading.Sensor).Observe(reading);

    public Task Report(SensorEvent reported) => Grain(reported.Sensor).Report(reported);

    private ISensorGrain Grain(SensorId sensor) =>
        _grains.GetOrAdd(sensor, static (id, factory) => factory.GetGrain<ISensorGrain>(GrainKeys.Of(id)), grains);
}
