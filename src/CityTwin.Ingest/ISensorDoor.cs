using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Ingest;

/// <summary>The way to the sensors behind the broker: grains in the product.</summary>
public interface ISensorDoor
{
    /// <summary>The sensor of that id in the definition in force; null when there is none.</summary>
    Sensor? Find(SensorId id);

    /// <summary>Completes once the reading can no longer be lost; fails when that is not known.</summary>
    /// <returns>Why the sensor refused it though the border did not: another clock, another definition. Null when it did not.</returns>
    Task<ReadingFault?> Observe(Reading reading);

    /// <summary>Completes once the event can no longer be lost; fails when that is not known.</summary>
    /// <returns>As with <see cref="Observe"/>.</returns>
    Task<ReadingFault?> Report(SensorEvent reported);

    /// <summary>Nobody speaks for the sensor any more. Completes once that can no longer be lost; fails when that is not known.</summary>
    Task Lose(SensorId sensor);

    /// <summary>Somebody speaks for the sensor again; as with <see cref="Lose"/>.</summary>
    Task Regain(SensorId sensor);
}
