using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;

namespace CityTwin.Testing.Cities;

/// <summary>Writes rows of a change log, in order.</summary>
public sealed class Rows(City city)
{
    public static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<SegmentId, long> _versions = [];
    private long _batch;

    public long Seq { get; private set; }

    public PublishedRow Reading(string sensor, double value, SensorCondition condition = SensorCondition.Good) => Row(
        PublishedKind.Sensor, sensor, new SensorStatus(
            new(sensor), ReadingValue.Of(value), "V", Start.AddSeconds(Seq), Start.AddSeconds(Seq), 1, Seq, condition, Start, null, 0, null));

    public PublishedRow Alert(string id, AlertSeverity severity, AlertPhase phase = AlertPhase.Raised, string zone = "harbour") => Row(
        PublishedKind.Alert, id, new AlertStatus(
            new(id), phase, severity, new(zone), $"{id} is told.", Start, Start, 1, null, null, null, null, null));

    public PublishedRow Gone(string alert) => Row(PublishedKind.Alert, alert, null);

    /// <summary>A segment sets or lifts its command cause.</summary>
    public PublishedRow Command(string segment, int level)
    {
        var id = new SegmentId(segment);
        var version = _versions[id] = _versions.GetValueOrDefault(id) + 1;
        return Row(PublishedKind.Segment, segment, new SegmentFacts(
            id, version, level == 1000 ? [] : [CauseOf(level)], level, null, null));
    }

    /// <summary>A batch in which one ceiling changed and some levels with it.</summary>
    public PublishedRow Batch(string segment, int ceiling, params (string Segment, int Level)[] settled)
    {
        var number = ++_batch;
        var id = new SegmentId(segment);
        return Row(PublishedKind.Batch, number.ToString("D19"), new BatchDecided(
            number,
            Start.ToUnixTimeMilliseconds() + (number * 1000),
            city.Hash,
            [new(id, _versions.GetValueOrDefault(id), ceiling, CauseOf(ceiling))],
            [],
            [.. settled.OrderBy(item => item.Segment, StringComparer.Ordinal)
                .Select(item => new SegmentSettled(new(item.Segment), item.Level, null, null))]));
    }

    public PublishedRow Row(string kind, string key, object? record) => new(++Seq, Start.AddSeconds(Seq), kind, key, record);

    private static Cause CauseOf(int level) => new("command", level, "anna", "storm", Start);
}
