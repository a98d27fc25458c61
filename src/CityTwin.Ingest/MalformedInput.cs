namespace CityTwin.Ingest;

/// <summary>Why something that came in was not taken.</summary>
public enum MalformedReason
{
    /// <summary>Published where nothing comes in.</summary>
    UnknownTopic,

    /// <summary>The topic names a sensor that the city does not have.</summary>
    UnknownSensor,

    /// <summary>The payload or the batch is larger than allowed.</summary>
    TooLarge,

    /// <summary>The payload is not UTF-8.</summary>
    NotUtf8,

    /// <summary>The payload is neither a JSON object nor an array of objects.</summary>
    NotJson,

    /// <summary>A field that nobody knows, or one given twice.</summary>
    UnknownField,

    /// <summary>A field that must be there is not.</summary>
    MissingField,

    /// <summary>A field of another type or form than it must have.</summary>
    WrongType,

    /// <summary>A unit that is not the sensor's.</summary>
    WrongUnit,

    /// <summary>Not a finite number of reasonable size, where the sensor measures.</summary>
    NotANumber,

    /// <summary>A word that nobody knows, from a status sensor.</summary>
    UnknownWord,

    /// <summary>A level outside 0..1000, from a status sensor.</summary>
    NotALevel,

    /// <summary>Observed further in the future than a clock may be ahead.</summary>
    FromTheFuture,

    /// <summary>A confidence outside 0..1 or a class that is no word.</summary>
    NotAnEvent,

    /// <summary>Retained, with neither a time nor boot and sequence: nobody can tell how old it is.</summary>
    UndatedRetained,

    /// <summary>It broke a law inside each time it was tried; parked so that it stops nobody.</summary>
    Poisonous,
}

/// <summary>Something that came in and was not taken.</summary>
/// <param name="Sensor">The sensor that the topic names, whether it exists or not; null for other topics.</param>
/// <param name="Excerpt">The beginning of the payload, printable, at most <see cref="ExcerptMax"/> characters.</param>
public sealed record MalformedInput(MalformedReason Reason, string Topic, string? Sensor, string Excerpt, DateTimeOffset At)
{
    public const int ExcerptMax = 120;
    public const int TopicMax = 256;
}
