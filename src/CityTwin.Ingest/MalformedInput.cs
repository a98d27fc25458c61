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

    /// <summary>On a Sparkplug topic: no payload of that specification, or without the count or the birth number that it must have.</summary>
    NotSparkplug,

    /// <summary>From an edge node whose birth is not known here, or of which messages are missing; it is asked to be born again.</summary>
    OutOfStep,

    /// <summary>A metric that the birth of its node or device did not name, or named ambiguously.</summary>
    UnknownMetric,
}

/// <summary>What to do about each reason.</summary>
public static class MalformedReasons
{
    /// <summary>One sentence for whoever sent it.</summary>
    public static string Explain(MalformedReason reason) => reason switch
    {
        MalformedReason.UnknownTopic => "Nothing comes in there; publish under sensors/{sensor}/reading or .../event, behind the city's prefix.",
        MalformedReason.UnknownSensor => "The city has no such sensor; its definition names those it has.",
        MalformedReason.TooLarge => "It is larger than allowed; send several.",
        MalformedReason.NotUtf8 => "The payload is no UTF-8.",
        MalformedReason.NotJson => "The payload is neither a JSON object nor an array of objects.",
        MalformedReason.UnknownField => "It has a field that nobody knows, or one twice; leave it out.",
        MalformedReason.MissingField => "A field is missing: a reading says a value, an event its class.",
        MalformedReason.WrongType => "A field is of another type or form than it must have.",
        MalformedReason.WrongUnit => "The unit is not the sensor's; send none, or that of the definition.",
        MalformedReason.NotANumber => "The sensor measures: send a finite number of at most 1e15 either way.",
        MalformedReason.UnknownWord => "The sensor knows no such word.",
        MalformedReason.NotALevel => "A level lies between 0 and 1000.",
        MalformedReason.FromTheFuture => "It was observed more than five minutes from now; set the sender's clock, or send no time.",
        MalformedReason.NotAnEvent => "A class is a word of a-z, 0-9 and -, and a confidence lies between 0 and 1.",
        MalformedReason.UndatedRetained => "A retained message says when it was observed, or boot and sequence.",
        MalformedReason.NotSparkplug => "It is no Sparkplug B message; births carry seq and bdSeq, deaths bdSeq, all others seq, and none is retained.",
        MalformedReason.OutOfStep => "Messages of the edge node are missing here; it was asked for its birth, which brings all values again.",
        MalformedReason.UnknownMetric => "The birth does not name this metric; name it there, with an alias of its own if any.",
        _ => "It breaks a law inside whenever it is tried: a fault of the server's, and logged there.",
    };
}

/// <summary>Something that came in and was not taken.</summary>
/// <param name="Sensor">The sensor that the topic names, whether it exists or not; null for other topics.</param>
/// <param name="Excerpt">The beginning of the payload, printable, at most <see cref="ExcerptMax"/> characters.</param>
public sealed record MalformedInput(MalformedReason Reason, string Topic, string? Sensor, string Excerpt, DateTimeOffset At)
{
    public const int ExcerptMax = 120;
    public const int TopicMax = 256;
}
