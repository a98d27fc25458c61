using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>Whether a sensor's latest reading can be believed.</summary>
public enum SensorCondition
{
    /// <summary>It has never said anything.</summary>
    NeverReported,

    /// <summary>Its latest reading is believed.</summary>
    Good,

    /// <summary>Its latest reading is older than three report intervals.</summary>
    Stale,

    /// <summary>Its latest reading lies outside what the instrument can give.</summary>
    OutOfRange,

    /// <summary>It has repeated one value too often.</summary>
    Stuck,

    /// <summary>It has been silent for longer than it may.</summary>
    Offline,
}

/// <summary>What everybody may know of a sensor: its published status.</summary>
/// <param name="Value">The latest reading by its own order, not by arrival; null before the first.</param>
/// <param name="Unit">The unit of a number; null for words and counts.</param>
/// <param name="ReceivedAt">When the latest reading or event arrived here.</param>
/// <param name="Boot">Of the highest numbered reading; null when the sensor does not number.</param>
/// <param name="Sequence">Of the highest numbered reading.</param>
/// <param name="Since">When it came into this condition.</param>
/// <param name="EvidencePermille">The level its latest believed value speaks for; null when it is no evidence.</param>
/// <param name="EventCount">How many different events it has reported.</param>
[GenerateSerializer, Alias("sensor-status"), Immutable]
public sealed record SensorStatus(
    SensorId Id,
    ReadingValue? Value,
    string? Unit,
    DateTimeOffset? ObservedAt,
    DateTimeOffset? ReceivedAt,
    long? Boot,
    long? Sequence,
    SensorCondition Condition,
    DateTimeOffset? Since,
    int? EvidencePermille,
    long EventCount,
    SensorEvent? LastEvent)
{
    /// <summary>The same with the words of the definition: each status comes from the log with strings of its own, and of a large city all are kept.</summary>
    public SensorStatus In(Sensor sensor) => this with { Id = sensor.Id, Unit = Unit == sensor.Unit ? sensor.Unit : Unit };

    /// <summary>
    /// True when nothing is new but the reading, and that is found again among the readings as the one observed last: a
    /// sensor that begins to number, stops to, or whose clock went back, says more than its reading does.
    /// </summary>
    public bool IsOnlyReadingAfter(SensorStatus before) =>
        ObservedAt > before.ObservedAt
        && (Boot is null) == (before.Boot is null)
        && (Boot is null || (Boot, Sequence) != (before.Boot, before.Sequence))
        && this == before with { Value = Value, ObservedAt = ObservedAt, ReceivedAt = ReceivedAt, Boot = Boot, Sequence = Sequence };
}
