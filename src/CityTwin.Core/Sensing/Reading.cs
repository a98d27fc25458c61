using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>What a sensor says of the world at one moment: a number, or a word for a state.</summary>
/// <param name="Boot">Grows with each start of the sensor (a counter, or its start in Unix seconds); null when it keeps none.</param>
/// <param name="Sequence">Grows by at least one with each message of one boot; without a boot it identifies nothing.</param>
/// <param name="ObservedAt">When it was observed by the sensor's clock, or, when it sent no time, when it arrived.</param>
/// <param name="Unit">The unit it was sent with; null = the sensor's own.</param>
/// <param name="IsPast">Whoever sent it says that it is no news, however new it looks: only history keeps it.</param>
[GenerateSerializer, Alias("reading"), Immutable]
public sealed record Reading(
    SensorId Sensor,
    long? Boot,
    long? Sequence,
    DateTimeOffset ObservedAt,
    ReadingValue Value,
    string? Unit = null,
    bool IsPast = false)
{
    /// <summary>True when boot and sequence identify and order it; otherwise its observed-at does.</summary>
    public bool IsNumbered => Boot is not null && Sequence is not null;
}

/// <summary>A number in the sensor's unit, or a lower-case word such as <c>open</c>; exactly one of the two.</summary>
[GenerateSerializer, Alias("reading-value"), Immutable]
public readonly record struct ReadingValue(double? Number, string? Word)
{
    public static ReadingValue Of(double number) => new(number, null);

    public static ReadingValue Of(string word) => new(null, word);

    public override string ToString() =>
        Word ?? Number?.ToString("G6", System.Globalization.CultureInfo.InvariantCulture) ?? "nothing";
}

/// <summary>Why a reading or an event is not believed at all: it changes nothing and is counted.</summary>
public enum ReadingFault
{
    /// <summary>It carries a unit that is not the sensor's.</summary>
    WrongUnit,

    /// <summary>A measurement without a finite number of reasonable size.</summary>
    NotANumber,

    /// <summary>A status sensor said a word that nobody knows.</summary>
    UnknownWord,

    /// <summary>A status sensor gave a level outside 0..1000.</summary>
    NotALevel,

    /// <summary>It was observed further in the future than <see cref="SensorRules.FutureMax"/>.</summary>
    FromTheFuture,

    /// <summary>An event's class is no id, or its confidence lies outside 0..1.</summary>
    NotAnEvent,
}
