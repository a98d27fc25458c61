using System.Buffers;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Feed;

/// <summary>What goes over the wire.</summary>
internal sealed record FeedMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    public static FeedMessage Of(string prefix, Reading reading, string? unit) =>
        new($"{prefix}/sensors/{reading.Sensor}/reading", Json(writer =>
        {
            if (reading.Value.Number is { } number)
            {
                writer.WriteNumber("value", number);
            }
            else
            {
                writer.WriteString("value", reading.Value.Word);
            }

            if (unit is not null && reading.Value.Number is not null)
            {
                writer.WriteString("unit", unit);
            }

            Number(writer, reading.Boot, reading.Sequence, reading.ObservedAt);
        }));

    public static FeedMessage Of(string prefix, SensorEvent reported) =>
        new($"{prefix}/sensors/{reported.Sensor}/event", Json(writer =>
        {
            writer.WriteString("class", reported.Class);
            writer.WriteNumber("confidence", reported.Confidence);
            if (reported.Evidence is not null)
            {
                writer.WriteString("evidence", reported.Evidence);
            }

            Number(writer, reported.Boot, reported.Sequence, reported.ObservedAt);
        }));

    private static void Number(Utf8JsonWriter writer, long? boot, long? sequence, DateTimeOffset observedAt)
    {
        writer.WriteNumber("boot", boot ?? 0);
        writer.WriteNumber("sequence", sequence ?? 0);
        writer.WriteNumber("observedAt", observedAt.ToUnixTimeMilliseconds());
    }

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
