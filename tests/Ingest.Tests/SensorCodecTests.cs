using System.Text;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CsCheck;
using Xunit;
using static CityTwin.Ingest.MalformedReason;

namespace CityTwin.Ingest.Tests;

public sealed class SensorCodecTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Seeds =
    [
        """{"value":"open"}""",
        """{"value":231.5,"unit":"V","observedAt":"2026-03-01T12:00:00Z","boot":7,"sequence":12}""",
        """[{"value":true},{"value":1e3,"observedAt":1772366400000}]""",
        """{"class":"door-forced","confidence":0.9,"evidence":"clip/1","boot":1,"sequence":2}""",
    ];

    private static readonly string[] Names =
    [
        "\"value\"", "\"unit\"", "\"observedAt\"", "\"boot\"", "\"sequence\"", "\"class\"", "\"confidence\"", "\"evidence\"",
        "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"valu\\u0065\"", "\"\\\"\"",
    ];

    private static readonly string[] Values =
    [
        "1", "-0.0", "1e400", "1e-400", "9007199254740993", "99999999999999999999", "null", "true", "[]", "{}", "[[1]]", "{\"a\":{\"\\ud800\":[]}}",
        "\"open\"", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"door-forced\"", "\"V\"", "\"2026-03-01T12:00:00Z\"", "\"9999-12-31T23:59:59-14:00\"",
        "\"0001-01-01T00:00:00+14:00\"", "253402300799999", "253402300800000",
    ];

    [Fact]
    public void Any_bytes_give_a_result() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).Sample((bytes, isEvent) =>
        Assert.NotNull(Parse(bytes, isEvent ? SensorTopicKind.Event : SensorTopicKind.Reading)));

    [Fact]
    public void Any_mutilated_payload_gives_a_result() =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int[0, 100], Gen.Byte).Array[1, 6], Gen.Int[0, 120]).Sample((seed, changes, cut) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Seeds[seed]);
            foreach (var (place, value) in changes)
            {
                bytes[place % bytes.Length] = value;
            }

            var payload = bytes.AsSpan(0, Math.Min(bytes.Length, cut));
            Assert.NotNull(Parse(payload, SensorTopicKind.Reading));
            Assert.NotNull(Parse(payload, SensorTopicKind.Event));
        });

    [Fact]
    public void Any_json_gives_a_result() =>
        Gen.Select(Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[0, Values.Length - 1]).Array[0, 4].Array[0, 3], Gen.Bool).Sample((items, isBatch) =>
        {
            var objects = items.Select(fields => $"{{{string.Join(',', fields.Select(field => $"{Names[field.Item1]}:{Values[field.Item2]}"))}}}");
            var payload = Encoding.UTF8.GetBytes(isBatch ? $"[{string.Join(',', objects)}]" : objects.FirstOrDefault(""));
            Assert.NotNull(Parse(payload, SensorTopicKind.Reading));
            Assert.NotNull(Parse(payload, SensorTopicKind.Event));
        });

    [Fact]
    public void Any_reading_comes_through_as_it_was_sent() =>
        Gen.Select(Gen.Double[-1e15, 1e15], Gen.Long[0, 1L << 53], Gen.Long[0, 1L << 53], Gen.Int[-1_000_000, 0]).Sample((value, boot, sequence, milliseconds) =>
        {
            var at = Noon.AddMilliseconds(milliseconds);
            var text = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $$"""{"value":{{value:R}},"boot":{{boot}},"sequence":{{sequence}},"observedAt":"{{at:O}}"}""");

            Assert.Equal(new Reading(RecordingDoor.Meter.Id, boot, sequence, at, ReadingValue.Of(value)), Assert.Single(Parse(text).Readings));
        });

    [Fact]
    public void Plain_value_is_stamped_on_arrival()
    {
        var reading = Assert.Single(Parse("""{"value":"open"}""", RecordingDoor.Breaker).Readings);

        Assert.Equal((Noon, "open", false), (reading.ObservedAt, reading.Value.Word, reading.IsNumbered));
    }

    [Fact]
    public void Items_of_a_batch_without_times_are_different_readings_in_their_order()
    {
        var times = Parse("""[{"value":1},{"value":2},{"value":3}]""").Readings.Select(reading => reading.ObservedAt.Ticks).ToArray();

        Assert.Equal(times.Distinct().Order(), times);
        Assert.Equal(3, times.Length);
    }

    [Fact]
    public void Good_items_of_a_batch_are_taken_and_each_bad_one_has_its_reason()
    {
        var parsed = Parse("""[{"value":1},{"value":1,"colour":"red"},{"unit":"V"},{"value":2},7,{"value":3,"unit":"kV"}]""");

        Assert.Equal([1, 2], parsed.Readings.Select(reading => reading.Value.Number!.Value));
        Assert.Equal([UnknownField, MissingField, NotJson, WrongUnit], parsed.Malformed);
    }

    [Theory]
    [InlineData("", NotJson)]
    [InlineData("7", NotJson)]
    [InlineData("open", NotJson)]
    [InlineData("""{"value":1""", NotJson)]
    [InlineData("""{"value":1} {"value":2}""", NotJson)]
    [InlineData("""{"value":NaN}""", NotJson)]
    [InlineData("""[[[[[[1]]]]]]""", NotJson)]
    [InlineData("""{"value":1e400}""", NotANumber)]
    [InlineData("""{"value":1e16}""", NotANumber)]
    [InlineData("""{"value":"high"}""", NotANumber)]
    [InlineData("""{"value":null}""", WrongType)]
    [InlineData("""{"value":{}}""", WrongType)]
    [InlineData("""{"value":1,"value":2}""", UnknownField)]
    [InlineData("""{"value":1,"class":"x"}""", UnknownField)]
    [InlineData("""{"value":1,"unit":"kV"}""", WrongUnit)]
    [InlineData("""{"value":1,"sequence":-1}""", WrongType)]
    [InlineData("""{"value":1,"sequence":1.5}""", WrongType)]
    [InlineData("""{"value":1,"sequence":99999999999999999999}""", WrongType)]
    [InlineData("""{"value":1,"observedAt":"2026-03-01T12:00:00"}""", WrongType)]
    [InlineData("""{"value":1,"observedAt":"yesterday"}""", WrongType)]
    [InlineData("""{"value":1,"observedAt":"2026-03-01T12:06:00Z"}""", FromTheFuture)]
    [InlineData("""{"value":"\ud800"}""", WrongType)]
    [InlineData("""{"\ud800":1}""", UnknownField)]
    [InlineData("""{"valu\u0065":1}""", UnknownField)]
    [InlineData("{}", MissingField)]
    public void Malformed_reading_has_its_reason(string payload, MalformedReason reason) =>
        Assert.Equal([reason], Parse(payload).Malformed);

    [Theory]
    [InlineData("""{"class":"Door forced"}""", NotAnEvent)]
    [InlineData("""{"class":"door-forced","confidence":1.1}""", NotAnEvent)]
    [InlineData("""{"class":"door-forced","confidence":"high"}""", WrongType)]
    [InlineData("""{"confidence":1}""", MissingField)]
    public void Malformed_event_has_its_reason(string payload, MalformedReason reason) =>
        Assert.Equal([reason], Parse(Encoding.UTF8.GetBytes(payload), SensorTopicKind.Event).Malformed);

    [Theory]
    [InlineData("""{"value":1}""", false)]
    [InlineData("""{"value":1,"boot":1}""", false)]
    [InlineData("""{"value":1,"sequence":1}""", false)]
    [InlineData("""{"value":1,"boot":1,"sequence":1}""", true)]
    [InlineData("""{"value":1,"observedAt":1772366400000}""", true)]
    public void Retained_reading_is_taken_only_when_it_says_what_it_is_of(string payload, bool isTaken)
    {
        var parsed = SensorCodec.Parse(RecordingDoor.Meter, SensorTopicKind.Reading, Encoding.UTF8.GetBytes(payload), Noon, 10, isRetained: true);

        Assert.Equal(isTaken ? [] : [UndatedRetained], parsed.Malformed);
        Assert.Equal(isTaken ? 1 : 0, parsed.Readings.Length);
    }

    [Fact]
    public void Status_sensor_takes_words_levels_and_booleans_only()
    {
        Assert.Equal([UnknownWord], Parse("""{"value":"ajar"}""", RecordingDoor.Breaker).Malformed);
        Assert.Equal([NotALevel], Parse("""{"value":1001}""", RecordingDoor.Breaker).Malformed);
        Assert.Equal(3, Parse("""[{"value":"closed"},{"value":500},{"value":false}]""", RecordingDoor.Breaker).Readings.Length);
    }

    [Fact]
    public void Invalid_utf8_and_too_long_a_batch_are_refused_whole()
    {
        Assert.Equal([NotUtf8], Parse([0x7b, 0xff, 0x7d], SensorTopicKind.Reading).Malformed);
        Assert.Equal([TooLarge], Parse($"[{string.Join(',', Enumerable.Repeat("{\"value\":1}", 11))}]").Malformed);
    }

    [Theory]
    [InlineData("citytwin/v1/sensors/meter/reading", true)]
    [InlineData("citytwin/v1/sensors/door-7/event", true)]
    [InlineData("citytwin/v1/sensors/Meter/reading", false)]
    [InlineData("citytwin/v1/sensors//reading", false)]
    [InlineData("citytwin/v1/sensors/meter", false)]
    [InlineData("citytwin/v1/sensors/meter/reading/x", false)]
    [InlineData("citytwin/v1/zones/meter/reading", false)]
    [InlineData("citytwin/v10/sensors/meter/reading", false)]
    [InlineData("", false)]
    public void Only_topics_of_sensors_are_open(string topic, bool open) =>
        Assert.Equal(open, SensorTopic.TryParse("citytwin/v1", topic, out _));

    private static Parsed Parse(string payload, Sensor? sensor = null) =>
        SensorCodec.Parse(sensor ?? RecordingDoor.Meter, SensorTopicKind.Reading, Encoding.UTF8.GetBytes(payload), Noon, 10);

    private static Parsed Parse(ReadOnlySpan<byte> payload, SensorTopicKind kind) =>
        SensorCodec.Parse(RecordingDoor.Meter, kind, payload, Noon, 10);
}
