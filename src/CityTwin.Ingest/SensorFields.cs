using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Sensing;

namespace CityTwin.Ingest;

/// <summary>The fields of one JSON object as they were sent.</summary>
internal struct SensorFields
{
    private int _seen;

    public ReadingValue? Value { get; private set; }

    public string? Unit { get; private set; }

    public DateTimeOffset? ObservedAt { get; private set; }

    public long? Boot { get; private set; }

    public long? Sequence { get; private set; }

    public string? Class { get; private set; }

    public double? Confidence { get; private set; }

    public string? Evidence { get; private set; }

    /// <summary>True when a repeat can be told from news: without these, it is of the moment at which it comes.</summary>
    public readonly bool HasIdentity => ObservedAt is not null || (Boot is not null && Sequence is not null);

    private enum Field
    {
        Unknown,
        Value,
        Unit,
        ObservedAt,
        Boot,
        Sequence,
        Class,
        Confidence,
        Evidence,
    }

    /// <summary>Reads the object the reader stands on, to its end, and gives the first thing that is wrong with it.</summary>
    public MalformedReason? Read(ref Utf8JsonReader reader, SensorTopicKind kind)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return MalformedReason.NotJson;
        }

        MalformedReason? first = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = FieldOf(ref reader, kind);
            reader.Read();
            var fault = ReadField(ref reader, field);
            first ??= fault;
            reader.Skip();
        }

        return first;
    }

    private static Field FieldOf(ref Utf8JsonReader reader, SensorTopicKind kind)
    {
        // As in a text, an escape such as \ud800 alone is valid JSON, and comparing it would throw. No name of ours needs one.
        if (reader.ValueIsEscaped)
        {
            return Field.Unknown;
        }

        var field = reader.ValueTextEquals("observedAt"u8) ? Field.ObservedAt
            : reader.ValueTextEquals("boot"u8) ? Field.Boot
            : reader.ValueTextEquals("sequence"u8) ? Field.Sequence
            : Field.Unknown;
        if (field != Field.Unknown)
        {
            return field;
        }

        return kind == SensorTopicKind.Reading
            ? reader.ValueTextEquals("value"u8) ? Field.Value
                : reader.ValueTextEquals("unit"u8) ? Field.Unit
                : Field.Unknown
            : reader.ValueTextEquals("class"u8) ? Field.Class
                : reader.ValueTextEquals("confidence"u8) ? Field.Confidence
                : reader.ValueTextEquals("evidence"u8) ? Field.Evidence
                : Field.Unknown;
    }

    private MalformedReason? ReadField(ref Utf8JsonReader reader, Field field)
    {
        var bit = 1 << (int)field;
        if (field == Field.Unknown || (_seen & bit) != 0)
        {
            return MalformedReason.UnknownField;
        }

        _seen |= bit;
        switch (field)
        {
            case Field.Value:
                return ReadValue(ref reader);
            case Field.Unit:
                Unit = Text(ref reader, SensorCodec.WordMax);
                return Unit is null ? MalformedReason.WrongType : null;
            case Field.ObservedAt:
                ObservedAt = Time(ref reader);
                return ObservedAt is null ? MalformedReason.WrongType : null;
            case Field.Boot:
                Boot = Number(ref reader);
                return Boot is null ? MalformedReason.WrongType : null;
            case Field.Sequence:
                Sequence = Number(ref reader);
                return Sequence is null ? MalformedReason.WrongType : null;
            case Field.Class:
                Class = Text(ref reader, SensorCodec.WordMax);
                return Class is null ? MalformedReason.WrongType : SensorTopic.IsId(Class) ? null : MalformedReason.NotAnEvent;
            case Field.Confidence:
                Confidence = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var confidence) ? confidence : null;
                return Confidence is null ? MalformedReason.WrongType : null;
            default:
                Evidence = Text(ref reader, SensorCodec.EvidenceMax);
                return Evidence is null ? MalformedReason.WrongType : null;
        }
    }

    private MalformedReason? ReadValue(ref Utf8JsonReader reader)
    {
        Value = reader.TokenType switch
        {
            JsonTokenType.Number => ReadingValue.Of(reader.TryGetDouble(out var number) ? number : double.NaN),
            JsonTokenType.True => ReadingValue.Of("true"),
            JsonTokenType.False => ReadingValue.Of("false"),
            JsonTokenType.String when Text(ref reader, SensorCodec.WordMax) is { } word => ReadingValue.Of(word),
            _ => null,
        };
        return Value is null ? MalformedReason.WrongType : null;
    }

    private static string? Text(ref Utf8JsonReader reader, int max)
    {
        // An escape such as \ud800 alone is valid JSON and no text: reading it would throw.
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.Length > max)
        {
            return null;
        }

        return reader.GetString();
    }

    /// <summary>A whole number from 0 to 2^53.</summary>
    private static long? Number(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number is >= 0 and <= SensorCodec.NumberMax
            ? number
            : null;

    private static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        if (Number(ref reader) is { } milliseconds)
        {
            return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
        }

        // A time without offset would mean another instant on each machine.
        return Text(ref reader, 40) is { Length: > 19 } text
            && (text.EndsWith('Z') || text.AsSpan(19).IndexOfAny('+', '-') >= 0)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time.ToUniversalTime()
                : null;
    }
}
