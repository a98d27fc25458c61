using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>What is kept of a sensor. No history: only what the next reading must be judged by.</summary>
/// <param name="Boot">Of the highest numbered reading.</param>
/// <param name="Sequence">Of the highest numbered reading.</param>
/// <param name="ReceivedAt">When it was last heard of.</param>
/// <param name="Alike">How many readings in a row had the latest value.</param>
/// <param name="ToldPosition">The level its segment was last told, of a status sensor.</param>
/// <param name="ToldEvidence">The level its segment was last told, of a measurement; null when withdrawn or never told.</param>
/// <param name="Version">Grows with each effect, so that receivers can drop what is old.</param>
/// <param name="EventClasses">The classes beyond the known ones that have alerts of their own, at most <see cref="SensorRules.EventClassesMax"/>; null = none.</param>
/// <param name="Events">Identities of the latest events, at most <see cref="SensorRules.EventsRememberedMax"/>, sorted.</param>
[GenerateSerializer, Alias("sensor-state"), Immutable]
public sealed record SensorState(
    Reading? Latest,
    long? Boot,
    long? Sequence,
    DateTimeOffset? ReceivedAt,
    SensorCondition Condition,
    DateTimeOffset? Since,
    int Alike,
    LimitWatch Below,
    LimitWatch Above,
    int? ToldPosition,
    int? ToldEvidence,
    long Version,
    ImmutableArray<EventIdentity> Events,
    long EventCount,
    SensorEvent? LastEvent,
    ImmutableArray<string>? EventClasses = null)
{
    public static SensorState Initial { get; } = new(
        null, null, null, null, SensorCondition.NeverReported, null, 0, default, default, null, null, 0, [], 0, null);

    /// <summary>What everybody may know.</summary>
    public SensorStatus Publish(Sensor sensor) => new(
        sensor.Id,
        Latest?.Value,
        Latest?.Value.Number is null ? null : sensor.Unit,
        Latest?.ObservedAt,
        ReceivedAt,
        Boot,
        Sequence,
        Condition,
        Since,
        ToldEvidence,
        EventCount,
        LastEvent);
}

/// <summary>One alert limit being watched.</summary>
/// <param name="BeyondSince">Since when the value lies beyond the limit; null when it does not.</param>
/// <param name="Raised">True while the alert stands.</param>
[GenerateSerializer, Alias("limit-watch"), Immutable]
public readonly record struct LimitWatch(DateTimeOffset? BeyondSince, bool Raised);
