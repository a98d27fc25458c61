using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// What publishers and operators were told holds a silo to account: nothing acknowledged or confirmed may be missing,
/// nothing may be counted twice, and the levels are those of the replayed ceiling log.
/// </summary>
/// <param name="eventClass">Of all events that were sent.</param>
/// <param name="readingsMayBeLate">
/// True where storing failed for a while though the silo lived: a reading that is stored after the next one of its sensor
/// replaces nothing and stands in no log but history. Then the newest must be there; events must be all the same.
/// </param>
internal sealed class Accounts(City city, KeptLog log, string eventClass, bool readingsMayBeLate = false)
{
    private readonly CeilingLogReplay _replay = new(_ => Kernel.Compile(city));
    private readonly Dictionary<SegmentId, int> _decided = [];
    private readonly List<string> _astray = [];
    private int _replayed;

    /// <summary>All that does not add up; empty once everything that was on its way has arrived, if it ever does.</summary>
    /// <param name="acknowledged">The highest sequence of each sensor up to which all was acknowledged.</param>
    /// <param name="confirmed">What orders asked for of each segment, one after the other; all of them are confirmed.</param>
    /// <param name="served">The levels over REST, asked for after the log was read.</param>
    public List<string> Open(
        IReadOnlyDictionary<SensorId, long> acknowledged, IReadOnlyDictionary<SegmentId, List<int>> confirmed, params IReadOnlyDictionary<string, int>[] served)
    {
        Replay();
        return
        [
            .. log.Gaps,
            .. _astray,
            .. city.Sensors.SelectMany(sensor => Of(sensor, acknowledged.GetValueOrDefault(sensor.Id))),
            .. confirmed.Select(given => OfOrders(given.Key, given.Value)).OfType<string>(),
            .. served.SelectMany((levels, silo) => city.Segments.Where(segment => levels[segment.Id.Value] != LevelOf(segment.Id))
                .Select(segment => $"{segment.Id}: {levels[segment.Id.Value]} is served by silo {silo} of those asked, the replay says {LevelOf(segment.Id)}")),
        ];
    }

    private IEnumerable<string> Of(Sensor sensor, long acknowledged)
    {
        if (acknowledged == 0)
        {
            return [];
        }

        if (!log.Sensors.TryGetValue(sensor.Id, out var trace))
        {
            return [$"{sensor.Id}: nothing is kept, {acknowledged} messages were acknowledged"];
        }

        var missing = trace.Missing(sensor.Role, acknowledged);
        if (readingsMayBeLate && sensor.Role != SensorRole.Detection)
        {
            missing = trace.Last!.Sequence >= acknowledged ? [] : [acknowledged];
        }

        return
        [
            .. trace.Faults,
            .. sensor.Role == SensorRole.Detection ? [] : Kept(sensor.Id, acknowledged, trace.Last!),
            .. missing.IsEmpty ? Array.Empty<string>() : [$"{sensor.Id}: {missing.Length} of {acknowledged} are missing, {missing[0]} first"],
            .. sensor.Role == SensorRole.Detection ? Alerted(sensor.Id, trace.Last!) : [],
        ];
    }

    /// <summary>History has late readings too, so it is held to account for every single one; the status is that of the newest.</summary>
    private IEnumerable<string> Kept(SensorId sensor, long acknowledged, SensorStatus latest)
    {
        if (log.History.GetValueOrDefault(sensor) is not { } kept)
        {
            yield return $"{sensor}: history has nothing of {acknowledged} acknowledged readings";
            yield break;
        }

        if (kept.Readings != kept.Numbers)
        {
            yield return $"{sensor}: history has {kept.Readings} readings of {kept.Numbers} numbers";
        }

        // Numbered from 1; one more may have been on its way when the load ended.
        if (kept.Least != 1 || kept.Numbers != kept.Greatest || kept.Greatest < acknowledged)
        {
            yield return $"{sensor}: history has {kept.Numbers} readings from {kept.Least} to {kept.Greatest}, {acknowledged} were acknowledged";
        }

        if (latest.Sequence != kept.Greatest || latest.Value != kept.Value)
        {
            yield return $"{sensor}: its status is {latest.Value} of reading {latest.Sequence}, the newest in history is {kept.Value} of {kept.Greatest}";
        }
    }

    /// <summary>Every event was sent with enough confidence to be told by the alert of its cause.</summary>
    private IEnumerable<string> Alerted(SensorId sensor, SensorStatus status)
    {
        var told = log.Alerts.GetValueOrDefault(AlertId.For(eventClass, sensor).Value)?.Count ?? 0;
        return told == status.EventCount ? [] : [$"{sensor}: {status.EventCount} events are counted, its alert has heard {told}"];
    }

    /// <summary>One order lost, doubled or overtaken, and the levels that it went through are others. Somebody else may have ordered before.</summary>
    private string? OfOrders(SegmentId segment, List<int> given)
    {
        List<int> commanded = log.Commanded.GetValueOrDefault(segment) ?? [Orders.Whole];
        return commanded.Count >= given.Count && commanded.TakeLast(given.Count).SequenceEqual(given) ? null
            : $"{segment}: {string.Join(' ', given)} was ordered, {string.Join(' ', commanded)} is kept";
    }

    /// <summary>Batch by batch, so that a wrong level is found in the batch that first has it.</summary>
    private void Replay()
    {
        for (; _replayed < log.Batches.Count; _replayed++)
        {
            var batch = log.Batches[_replayed];
            if (batch.Number != _replayed + 1)
            {
                _astray.Add($"batch {batch.Number} is the {_replayed + 1}th");
            }

            _astray.AddRange(_replay.Take(batch).Select(moved => $"before batch {batch.Number} {moved} moved by itself"));
            foreach (var settled in batch.Settled)
            {
                _decided[settled.Segment] = settled.LevelPermille;
            }

            _astray.AddRange(city.Segments.Where(segment => _decided.GetValueOrDefault(segment.Id, 1000) != LevelOf(segment.Id))
                .Select(segment => $"batch {batch.Number}: {segment.Id} is {_decided.GetValueOrDefault(segment.Id, 1000)}, the replay says {LevelOf(segment.Id)}"));
        }
    }

    private int LevelOf(SegmentId segment) => _replay.State!.LevelOf(_replay.State.Kernel.IndexOf(segment));
}
