using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>Something a sensor noticed: a forced door, a refused badge, a camera's finding, a failed login, tampering.</summary>
/// <param name="Class">An id-like word such as <c>door-forced</c>; see <see cref="SensorEventClasses"/>.</param>
/// <param name="Confidence">How sure the sensor is, 0..1.</param>
/// <param name="Evidence">Where the evidence is kept (a clip, a log line), never the evidence itself.</param>
/// <param name="Boot">As in <see cref="Reading.Boot"/>.</param>
/// <param name="Sequence">As in <see cref="Reading.Sequence"/>; events of one sensor share no number.</param>
/// <param name="ObservedAt">As in <see cref="Reading.ObservedAt"/>.</param>
[GenerateSerializer, Alias("sensor-event"), Immutable]
public sealed record SensorEvent(
    SensorId Sensor,
    string Class,
    double Confidence,
    string? Evidence,
    long? Boot,
    long? Sequence,
    DateTimeOffset ObservedAt)
{
    /// <summary>What tells this event from every other one of its sensor.</summary>
    public EventIdentity Identity => Boot is { } boot && Sequence is { } sequence
        ? new(boot, sequence, null)
        : new(long.MaxValue, ObservedAt.UtcTicks, Class);
}

/// <summary>Identity of an event within its sensor: (boot, sequence), else (no boot, observed-at in ticks, class).</summary>
/// <param name="Boot"><see cref="long.MaxValue"/> for an event without a number, which thus outlives numbered ones in memory.</param>
[GenerateSerializer, Alias("event-identity"), Immutable]
public readonly record struct EventIdentity(long Boot, long Number, string? Class) : IComparable<EventIdentity>
{
    public bool IsNumbered => Class is null;

    public int CompareTo(EventIdentity other) =>
        Boot != other.Boot ? Boot.CompareTo(other.Boot)
        : Number != other.Number ? Number.CompareTo(other.Number)
        : string.CompareOrdinal(Class, other.Class);
}
