using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>What somebody says that a sensor said: well-formed, and nothing of it is believed yet.</summary>
/// <param name="Value">Null when it carried none.</param>
/// <param name="ObservedAt">Null when it did not say; then it is of the moment at which it arrives.</param>
/// <param name="IsPast">As of <see cref="Reading"/>.</param>
public sealed record SentReading(
    SensorId Sensor, ReadingValue? Value, string? Unit, DateTimeOffset? ObservedAt, long? Boot, long? Sequence, bool IsPast = false);
