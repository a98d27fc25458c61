namespace CityTwin.Api.Ingesting;

/// <summary>Where the ingest's list of refused messages is read; the host fills it in, because the public interface does not know the ingest.</summary>
/// <param name="Newest">What is kept, newest first; a bounded number.</param>
/// <param name="Counts">How many were refused since the start, by code.</param>
public sealed record RefusedMessages(Func<IReadOnlyList<RefusedMessage>> Newest, Func<IReadOnlyDictionary<string, long>> Counts);

/// <summary>Something that came in and was not taken.</summary>
/// <param name="Sensor">The sensor that the topic names; null for other topics.</param>
/// <param name="Code">Why; stable, for programs.</param>
/// <param name="Text">Why, in a sentence that says how to mend it.</param>
/// <param name="Excerpt">The beginning of the payload, printable.</param>
public sealed record RefusedMessage(DateTimeOffset At, string Topic, string? Sensor, string Code, string Text, string Excerpt);
