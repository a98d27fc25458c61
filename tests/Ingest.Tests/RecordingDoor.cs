using System.Collections.Concurrent;
using System.Threading.Channels;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>Sensors that write down what they are told, and store as slowly or badly as a test says.</summary>
internal sealed class RecordingDoor(IEnumerable<Sensor>? sensors = null) : ISensorDoor
{
    private readonly Dictionary<SensorId, Sensor> _sensors = (sensors ?? [Meter, Breaker, Door]).ToDictionary(sensor => sensor.Id);

    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);

    private readonly ConcurrentDictionary<string, Func<Task>> _stores = new();
    private readonly ConcurrentQueue<object> _entered = new();
    private readonly ConcurrentQueue<object> _stored = new();
    private readonly Channel<bool> _changed = Channel.CreateUnbounded<bool>();

    public static Sensor Meter { get; } = Sensor("meter", "voltage", SensorRole.Measurement, "V");

    public static Sensor Breaker { get; } = Sensor("breaker", "breaker", SensorRole.Status, null);

    public static Sensor Door { get; } = Sensor("door", "door", SensorRole.Detection, null);

    /// <summary>Everything whose storing began, in that order.</summary>
    public IReadOnlyList<object> Entered => [.. _entered];

    /// <summary>Everything whose storing completed, in that order.</summary>
    public IReadOnlyList<object> Stored => [.. _stored];

    /// <summary>How the sensor stores from now on.</summary>
    public void StoreBy(Sensor sensor, Func<Task> store) => _stores[sensor.Id.Value] = store;

    public Sensor? Find(SensorId id) => _sensors.GetValueOrDefault(id);

    /// <summary>Why the sensors refuse what they are given from now on; null = they take it.</summary>
    public ReadingFault? Refuses { get; set; }

    public Task<ReadingFault?> Observe(Reading reading) => Store(reading.Sensor, reading);

    public Task<ReadingFault?> Report(SensorEvent reported) => Store(reported.Sensor, reported);

    public Task Lose(SensorId sensor) => Store(sensor, $"{sensor} gone");

    public Task Regain(SensorId sensor) => Store(sensor, $"{sensor} born");

    /// <summary>Returns once the condition holds; it is looked at after each thing that happens here.</summary>
    public async Task Until(Func<RecordingDoor, bool> holds)
    {
        while (!holds(this))
        {
            await _changed.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<ReadingFault?> Store(SensorId sensor, object item)
    {
        _entered.Enqueue(item);
        _changed.Writer.TryWrite(true);
        if (_stores.TryGetValue(sensor.Value, out var store))
        {
            await store();
        }

        _stored.Enqueue(item);
        _changed.Writer.TryWrite(true);
        return Refuses;
    }

    private static Sensor Sensor(string id, string kind, SensorRole role, string? unit) =>
        new(new(id), id, kind, role, default, new("zone"), new SegmentId("feeder"), unit, NoLimits, null, null);
}
