using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CsCheck;

namespace CityTwin.Core.Tests.Sensing;

/// <summary>Sensors, readings and runs of them for these tests.</summary>
internal static class SensorSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);

    public static Sensor Meter(SensorLimits? limits = null, Evidence? evidence = null) => new(
        new("meter"), "Meter", "voltage", SensorRole.Measurement, new(0, 0), new("zone"), new SegmentId("feeder"), "V",
        limits ?? NoLimits, null, evidence);

    public static Sensor Breaker(string kind = "breaker") => new(
        new("breaker-1"), "Breaker", kind, SensorRole.Status, new(0, 0), new("zone"), new SegmentId("feeder"), null,
        NoLimits, null, null);

    public static Reading At(double seconds, ReadingValue value, long? boot = null, long? sequence = null) =>
        new(new("meter"), boot, sequence, Noon.AddSeconds(seconds), value);

    public static Reading At(double seconds, double number) => At(seconds, ReadingValue.Of(number));

    /// <summary>Readings with distinct stamps; some numbered, with numbers that agree with the stamps.</summary>
    public static readonly Gen<ImmutableArray<Reading>> Readings = Gen.Select(
        Gen.Double[0, 20], Gen.Bool, Gen.Int[0, 3]).Array[1, 20].Select(items => items.Select((item, i) =>
        {
            var (number, numbered, _) = item;
            return At(i * 10, ReadingValue.Of(Math.Round(number)), numbered ? 1 + (i / 7) : null, numbered ? i : null);
        }).ToImmutableArray());

    public static (SensorState State, ImmutableArray<SensorEffect> Effects) Run(Sensor sensor, IEnumerable<Reading> readings)
    {
        var state = SensorState.Initial;
        var effects = ImmutableArray.CreateBuilder<SensorEffect>();
        foreach (var reading in readings)
        {
            var step = SensorRules.Observe(sensor, state, reading, reading.ObservedAt);
            state = step.State;
            effects.AddRange(step.Effects);
        }

        return (state, effects.ToImmutable());
    }
}
