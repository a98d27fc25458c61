using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>What all sensors of one kind have in common.</summary>
internal sealed record SensorClass(string Kind, SensorRole Role, string? Unit, SensorLimits Limits, Evidence? Evidence = null)
{
    private const long Second = 1_000;
    private const long Minute = 60 * Second;
    private const int OfflineAfterIntervals = 5;

    // Fifteen minutes is what meters report in the field; a small city is livelier when they speak each minute.
    private const int ManySensors = 2_000;

    public static SensorClass Status(string kind) => new(kind, SensorRole.Status, null, Every(Minute));

    public static SensorClass SubstationVoltage { get; } = new(
        "voltage", SensorRole.Measurement, "kV",
        Every(10 * Second) with { Minimum = 0, Maximum = 15, AlertBelow = 9.5, AlertAbove = 11.5, Deadband = 0.1, AlertDelayMilliseconds = 20 * Second, StuckAfterReadings = 60 },
        new([new(0, 0), new(9, 1000)], 150, 2 * Minute));

    public static SensorClass Voltage { get; } = new(
        "voltage", SensorRole.Measurement, "V",
        Every(30 * Second) with { Minimum = 0, Maximum = 300, AlertBelow = 207, AlertAbove = 253, Deadband = 2, AlertDelayMilliseconds = Minute, StuckAfterReadings = 60 },
        new([new(0, 0), new(207, 1000)], 150, 2 * Minute));

    public static SensorClass TankLevel { get; } = new(
        "level", SensorRole.Measurement, "m",
        Every(Minute) with { Minimum = 0, Maximum = 8, AlertBelow = 1.5, AlertAbove = 7.8, Deadband = 0.2, AlertDelayMilliseconds = Minute });

    public static SensorClass Flow { get; } = new(
        "flow", SensorRole.Measurement, "m3/h", Every(30 * Second) with { Minimum = 0, Maximum = 20_000 });

    public static SensorClass Pressure { get; } = new(
        "pressure", SensorRole.Measurement, "bar",
        Every(Minute) with { Minimum = 0, Maximum = 16, AlertBelow = 1.5, AlertAbove = 9, Deadband = 0.2, AlertDelayMilliseconds = Minute, StuckAfterReadings = 60 },
        new([new(0, 0), new(2, 1000)], 200, 5 * Minute));

    public static SensorClass Traffic { get; } = new(
        "traffic", SensorRole.Measurement, "/h", Every(Minute) with { Minimum = 0, Maximum = 10_000 });

    public static SensorClass Temperature { get; } = new(
        "temperature", SensorRole.Measurement, "Cel",
        Every(Minute) with { Minimum = -40, Maximum = 90, AlertAbove = 35, Deadband = 1, AlertDelayMilliseconds = 5 * Minute });

    public static SensorClass Air { get; } = new(
        "air", SensorRole.Measurement, "ug/m3",
        Every(5 * Minute) with { Minimum = 0, Maximum = 1_000, AlertAbove = 150, Deadband = 10, AlertDelayMilliseconds = 15 * Minute });

    public static SensorClass Door { get; } = new("door", SensorRole.Detection, null, Every(5 * Minute));

    public static SensorClass Camera { get; } = new("camera", SensorRole.Detection, null, Every(Minute));

    /// <summary>A block's electricity meter: its draw, not its voltage, so no evidence of the level.</summary>
    public static SensorClass Meter(int sensors) => new(
        "meter", SensorRole.Measurement, "kW",
        Every(sensors > ManySensors ? 15 * Minute : Minute) with { Minimum = 0, Maximum = 2_000 });

    private static SensorLimits Every(long milliseconds) =>
        new(null, null, null, null, 0, 0, milliseconds, OfflineAfterIntervals * milliseconds, 0);
}
