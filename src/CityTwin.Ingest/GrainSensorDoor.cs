using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Grains;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Sensors;

namespace CityTwin.Ingest;

/// <summary>
/// The way to the sensors in the product: straight to each sensor's grain, which answers once it has saved. What is of one
/// sensor goes to it one after the other, in the order it came: while a grain wakes, Orleans does not keep that order, and
/// a reading that is overtaken counts as late.
/// </summary>
public sealed class GrainSensorDoor(IGrainFactory grains, ICityCatalog catalog, TimeProvider time) : ISensorDoor
{
    /// <summary>At most one for each sensor ever in force. It keeps the reference too: to make one takes a tenth of a call.</summary>
    private readonly ConcurrentDictionary<SensorId, Lane> _lanes = new();

    public Sensor? Find(SensorId id) => catalog.Current.Find(id);

    public async Task<ReadingFault?> Observe(Reading reading)
    {
        // Null stands for repeats and late ones too; what the rule refuses it refuses by this very check.
        var seq = await InTurn(reading.Sensor, grain => grain.Observe(reading)).ConfigureAwait(false);
        return seq is null && Find(reading.Sensor) is { } sensor ? SensorRules.Check(sensor, reading, time.GetUtcNow()) : null;
    }

    public async Task<ReadingFault?> Report(SensorEvent reported)
    {
        var seq = await InTurn(reported.Sensor, grain => grain.Report(reported)).ConfigureAwait(false);
        return seq is null ? SensorRules.Check(reported, time.GetUtcNow()) : null;
    }

    public Task Lose(SensorId sensor) => InTurn(sensor, grain => grain.Lose());

    public Task Regain(SensorId sensor) => InTurn(sensor, grain => grain.Regain());

    private Task<long?> InTurn(SensorId sensor, Func<ISensorGrain, Task<long?>> call)
    {
        var lane = _lanes.GetOrAdd(sensor, static (id, factory) => new(factory.GetGrain<ISensorGrain>(GrainKeys.Of(id))), grains);
        lock (lane)
        {
            var answer = lane.Last.IsCompleted ? call(lane.Grain) : After(lane.Last, lane.Grain, call);
            lane.Last = answer;
            return answer;
        }
    }

    private static async Task<long?> After(Task last, ISensorGrain grain, Func<ISensorGrain, Task<long?>> call)
    {
        // Whether the one before was stored is for its own sender to know.
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await call(grain).ConfigureAwait(false);
    }

    private sealed class Lane(ISensorGrain grain)
    {
        public ISensorGrain Grain => grain;

        public Task Last { get; set; } = Task.CompletedTask;
    }
}
