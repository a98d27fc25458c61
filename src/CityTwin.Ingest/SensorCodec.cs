using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Ingest;

/// <summary>What was in a payload: what can be taken, and one reason for each item that cannot.</summary>
public sealed record Parsed(
    ImmutableArray<Reading> Readings, ImmutableArray<SensorEvent> Events, ImmutableArray<MalformedReason> Malformed)
{
    internal static Parsed Nothing(MalformedReason reason) => new([], [], [reason]);
}

/// <summary>
/// Reads payloads. Total: any bytes give a result, never an exception. A payload is one JSON object or an array of
/// them. A reading: <c>value</c> (number, word or boolean), and optionally <c>unit</c>, <c>observedAt</c> (ISO 8601
/// with offset, or Unix milliseconds; without it, arrival), <c>boot</c>, <c>sequence</c>. An event: <c>class</c>, and
/// optionally <c>confidence</c> (1), <c>evidence</c>, <c>observedAt</c>, <c>boot</c>, <c>sequence</c>.
/// </summary>
public static class SensorCodec
{
    /// <summary>The longest word, unit or class.</summary>
    public const int WordMax = 63;

    /// <summary>The longest reference to evidence.</summary>
    public const int EvidenceMax = 512;

    /// <summary>The largest boot and sequence, so that every language can send them.</summary>
    public const long NumberMax = 1L << 53;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    /// <summary>Reads a payload of this sensor.</summary>
    /// <param name="arrivedAt">The time of what says none; the items of a batch follow each other by a tick, so that each has an identity.</param>
    /// <param name="isRetained">Whether the broker kept it for those who come later: then it says itself when it is of, or is refused.</param>
    public static Parsed Parse(
        Sensor sensor, SensorTopicKind kind, ReadOnlySpan<byte> payload, DateTimeOffset arrivedAt, int batchMax, bool isRetained = false)
    {
        if (!Utf8.IsValid(payload))
        {
            return Parsed.Nothing(MalformedReason.NotUtf8);
        }

        try
        {
            return Items(sensor, kind, payload, arrivedAt, batchMax, isRetained);
        }
        catch (JsonException)
        {
            return Parsed.Nothing(MalformedReason.NotJson);
        }
    }

    private static Parsed Items(
        Sensor sensor, SensorTopicKind kind, ReadOnlySpan<byte> payload, DateTimeOffset arrivedAt, int batchMax, bool isRetained)
    {
        var reader = new Utf8JsonReader(payload, Strict);
        reader.Read();
        var readings = ImmutableArray.CreateBuilder<Reading>(1);
        var events = ImmutableArray.CreateBuilder<SensorEvent>();
        var malformed = ImmutableArray.CreateBuilder<MalformedReason>();
        var isBatch = reader.TokenType == JsonTokenType.StartArray;
        if (isBatch)
        {
            reader.Read();
        }

        for (var n = 0; !isBatch || reader.TokenType != JsonTokenType.EndArray; n++)
        {
            if (n == batchMax)
            {
                return Parsed.Nothing(MalformedReason.TooLarge);
            }

            var fields = new SensorFields();
            var fault = fields.Read(ref reader, kind)
                ?? (isRetained && !fields.HasIdentity ? MalformedReason.UndatedRetained : default(MalformedReason?))
                ?? Take(sensor, kind, fields, arrivedAt.AddTicks(n), arrivedAt, readings, events);
            if (fault is { } reason)
            {
                malformed.Add(reason);
            }

            if (!isBatch)
            {
                break;
            }

            reader.Read();
        }

        // What follows the end is refused by the reader itself.
        while (reader.Read())
        {
        }

        return new(readings.ToImmutable(), events.ToImmutable(), malformed.ToImmutable());
    }

    private static MalformedReason? Take(
        Sensor sensor, SensorTopicKind kind, in SensorFields fields, DateTimeOffset defaultAt, DateTimeOffset now,
        ImmutableArray<Reading>.Builder readings, ImmutableArray<SensorEvent>.Builder events)
    {
        var observedAt = fields.ObservedAt ?? defaultAt;
        if (kind == SensorTopicKind.Reading)
        {
            if (fields.Value is not { } value)
            {
                return MalformedReason.MissingField;
            }

            var reading = new Reading(sensor.Id, fields.Boot, fields.Sequence, observedAt, value, fields.Unit);
            var fault = SensorRules.Check(sensor, reading, now);
            if (fault is null)
            {
                readings.Add(reading);
            }

            return fault is { } wrong ? ReasonOf(wrong) : null;
        }

        if (fields.Class is null)
        {
            return MalformedReason.MissingField;
        }

        var reported = new SensorEvent(
            sensor.Id, fields.Class, fields.Confidence ?? 1, fields.Evidence, fields.Boot, fields.Sequence, observedAt);
        var refused = SensorRules.Check(reported, now);
        if (refused is null)
        {
            events.Add(reported);
        }

        return refused is { } unbelievable ? ReasonOf(unbelievable) : null;
    }

    internal static MalformedReason ReasonOf(ReadingFault fault) => fault switch
    {
        ReadingFault.WrongUnit => MalformedReason.WrongUnit,
        ReadingFault.NotANumber => MalformedReason.NotANumber,
        ReadingFault.UnknownWord => MalformedReason.UnknownWord,
        ReadingFault.NotALevel => MalformedReason.NotALevel,
        ReadingFault.FromTheFuture => MalformedReason.FromTheFuture,
        _ => MalformedReason.NotAnEvent,
    };
}
