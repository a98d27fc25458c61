using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>
/// When each of many sensors must next be asked whether it is silent. Moving a deadline back, which every reading does,
/// is one write; the queue is mended only when the old deadline comes. Not safe for several threads at once.
/// </summary>
public sealed class DeadlineWheel
{
    private readonly Dictionary<SensorId, (DateTimeOffset Due, DateTimeOffset Queued)> _sensors = [];
    private readonly PriorityQueue<SensorId, DateTimeOffset> _queue = new();

    /// <summary>How many sensors have a deadline.</summary>
    public int Count => _sensors.Count;

    /// <summary>Sets a sensor's deadline, whatever it was; null = none.</summary>
    public void Set(SensorId sensor, DateTimeOffset? due)
    {
        if (due is not { } at)
        {
            _sensors.Remove(sensor);
            return;
        }

        if (_sensors.TryGetValue(sensor, out var known) && known.Queued <= at)
        {
            _sensors[sensor] = (at, known.Queued);
            return;
        }

        Queue(sensor, at);
    }

    /// <summary>Sets a deadline only for a sensor that has none.</summary>
    public void SetIfNone(SensorId sensor, DateTimeOffset due)
    {
        if (!_sensors.ContainsKey(sensor))
        {
            Queue(sensor, due);
        }
    }

    /// <summary>Takes out up to <paramref name="max"/> sensors whose deadline has come.</summary>
    public IReadOnlyList<SensorId> TakeDue(DateTimeOffset now, int max)
    {
        var due = new List<SensorId>();
        while (due.Count < max && _queue.TryPeek(out var sensor, out var queued) && queued <= now)
        {
            _queue.Dequeue();

            // An entry that is not the sensor's latest was replaced by an earlier one, or its deadline taken away.
            if (!_sensors.TryGetValue(sensor, out var known) || known.Queued != queued)
            {
                continue;
            }

            if (known.Due > now)
            {
                Queue(sensor, known.Due);
                continue;
            }

            _sensors.Remove(sensor);
            due.Add(sensor);
        }

        return due;
    }

    private void Queue(SensorId sensor, DateTimeOffset at)
    {
        _sensors[sensor] = (at, at);
        _queue.Enqueue(sensor, at);
    }
}
