using System.Diagnostics.Metrics;
using CityTwin.Core.Sensing;

namespace CityTwin.Grains.Sensors;

/// <summary>What sensors show of themselves to OpenTelemetry.</summary>
internal sealed class SensorInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "CityTwin.Sensors";

    private readonly Counter<long> _refused;

    public SensorInstruments(IMeterFactory meters) => _refused = meters.Create(Name)
        .CreateCounter<long>("citytwin.sensor.refused", "{item}", "Readings and events that changed nothing, by reason.");

    /// <summary>Counts what was refused; null was taken.</summary>
    public void Count(SensorRefusal? refusal)
    {
        if (refusal is { } reason)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
        }
    }
}
