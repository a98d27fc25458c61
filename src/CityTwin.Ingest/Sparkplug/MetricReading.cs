using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Ingest.Sparkplug.Wire;

namespace CityTwin.Ingest.Sparkplug;

/// <summary>
/// What one metric says of its sensor. It is identified by when it was captured: the count of messages is the node's, wraps at
/// 256 and is not the sensor's, so it cannot tell a repeat from news after a restart.
/// </summary>
internal static class MetricReading
{
    // Datatypes, as chapter 6 of the specification numbers them.
    private const uint Int8 = 1;
    private const uint Int16 = 2;
    private const uint Int32 = 3;
    private const uint Int64 = 4;
    private const uint UInt8 = 5;
    private const uint UInt64 = 8;
    private const uint Float = 9;
    private const uint Double = 10;
    private const uint Boolean = 11;

    private const string Quality = "Quality";
    private const uint GoodQuality = 192;

    private static readonly ulong LastMillisecond = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <param name="known">Of a sensor.</param>
    /// <returns>A reading; or the sensor is gone, when it has no value now or its node does not believe it; or a refusal.</returns>
    public static EdgeNodeEffect Of(BornMetric known, Metric metric, Payload payload, RepeatedTimes times)
    {
        var sensor = known.Sensor!.Value;
        if (metric.IsNull || QualityOf(metric) is not (null or GoodQuality))
        {
            return new SensorGone(sensor);
        }

        if (ValueOf(metric, metric.HasDatatype ? metric.Datatype : known.Datatype) is not { } value)
        {
            return new MetricRefused(MalformedReason.WrongType, known.Name, sensor);
        }

        ulong? captured = metric.HasTimestamp ? metric.Timestamp : payload.HasTimestamp ? payload.Timestamp : null;
        return captured is not { } at ? new MetricRefused(MalformedReason.MissingField, known.Name, sensor)
            : at > LastMillisecond ? new MetricRefused(MalformedReason.FromTheFuture, known.Name, sensor)
            : new ReadingSent(new(sensor, value, null, times.Next(sensor, (long)at), null, null, metric.IsHistorical));
    }

    /// <summary>A number, or true and false as words. Signed whole numbers travel as unsigned ones of 32 or 64 bits.</summary>
    private static ReadingValue? ValueOf(Metric metric, uint datatype)
    {
        ulong? whole = metric.ValueCase switch
        {
            Metric.ValueOneofCase.IntValue => metric.IntValue,
            Metric.ValueOneofCase.LongValue => metric.LongValue,
            _ => null,
        };
        return (datatype, whole) switch
        {
            (Int8, { } bits) => ReadingValue.Of(unchecked((sbyte)bits)),
            (Int16, { } bits) => ReadingValue.Of(unchecked((short)bits)),
            (Int32, { } bits) => ReadingValue.Of(unchecked((int)bits)),
            (Int64, { } bits) => ReadingValue.Of((double)unchecked((long)bits)),
            (>= UInt8 and <= UInt64, { } number) => ReadingValue.Of((double)number),
            (Float or Double, null) when metric.ValueCase == Metric.ValueOneofCase.FloatValue => ReadingValue.Of(metric.FloatValue),
            (Float or Double, null) when metric.ValueCase == Metric.ValueOneofCase.DoubleValue => ReadingValue.Of(metric.DoubleValue),
            (Boolean, null) when metric.ValueCase == Metric.ValueOneofCase.BooleanValue => ReadingValue.Of(metric.BooleanValue ? "true" : "false"),
            _ => null,
        };
    }

    private static uint? QualityOf(Metric metric)
    {
        var place = metric.Properties?.Keys.IndexOf(Quality) ?? -1;
        return place >= 0 && place < metric.Properties!.Values.Count && metric.Properties.Values[place] is { ValueCase: PropertyValue.ValueOneofCase.IntValue } quality
            ? quality.IntValue : null;
    }
}

/// <summary>
/// Tells readings of one message apart that one sensor captured within the same millisecond: each later one counts as a tick of
/// 100 ns later, so every server that reads the message names them alike.
/// </summary>
internal sealed class RepeatedTimes
{
    private readonly Dictionary<(SensorId, long), int> _seen = [];

    public DateTimeOffset Next(SensorId sensor, long milliseconds)
    {
        var seen = _seen.GetValueOrDefault((sensor, milliseconds));
        _seen[(sensor, milliseconds)] = seen + 1;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return seen < DateTimeOffset.MaxValue.Ticks - at.Ticks ? at.AddTicks(seen) : at;
    }
}
