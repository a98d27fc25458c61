using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Feed;

/// <summary>
/// The world that the synthetic sensors see: what each would read at an instant, and what happens when. A pure function
/// of seed and instant, save for the positions of switches, which others may move too.
/// </summary>
internal sealed class Field
{
    private const long UsualIntervalMilliseconds = 60_000;
    private static readonly TimeSpan RepairTakes = TimeSpan.FromMinutes(4);

    private readonly Draw _draw;
    private readonly Func<SegmentId, int>? _levelOf;
    private readonly TimeZoneInfo _zone;
    private readonly Dictionary<SensorId, string> _positions;
    private readonly ImmutableArray<Sensor> _breakers;
    private readonly ImmutableArray<Sensor> _doors;

    /// <param name="levelOf">See <see cref="FeedOptions.LevelOf"/>.</param>
    public Field(City city, ulong seed, Func<SegmentId, int>? levelOf = null)
    {
        (_draw, _levelOf) = (new(seed), levelOf);
        _zone = TimeZoneInfo.TryFindSystemTimeZoneById(city.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
        var open = city.Segments.Where(segment => segment.NormallyOpen).Select(segment => segment.Id).ToHashSet();
        var switches = city.Sensors.Where(sensor => sensor.Role == SensorRole.Status).ToImmutableArray();
        _positions = switches.ToDictionary(
            sensor => sensor.Id,
            sensor => StatusWords.WordOf(sensor.Kind, works: !(sensor.Segment is { } segment && open.Contains(segment))));
        _breakers = switches.RemoveAll(sensor => sensor.Kind != "breaker");
        _doors = [.. city.Sensors.Where(sensor => sensor.Kind == "door")];
    }

    /// <summary>How long after one report of this sensor the next one follows.</summary>
    public static TimeSpan Interval(Sensor sensor) => TimeSpan.FromMilliseconds(
        sensor.Limits.ReportIntervalMilliseconds > 0 ? sensor.Limits.ReportIntervalMilliseconds : UsualIntervalMilliseconds);

    /// <summary>When in its interval a sensor speaks, so that not all speak at once: 0 up to, not including, 1.</summary>
    public double Phase(Sensor sensor) => _draw.Unit(sensor.Id.Value, -1);

    /// <summary>What a sensor reads.</summary>
    public ReadingValue Read(Sensor sensor, DateTimeOffset at) => sensor.Role switch
    {
        SensorRole.Status => ReadingValue.Of(_positions[sensor.Id]),
        SensorRole.Detection => ReadingValue.Of("on"),
        _ => ReadingValue.Of(Measure(sensor, at)),
    };

    /// <summary>Somebody has moved a switch.</summary>
    /// <returns>True when it stood otherwise before.</returns>
    public bool Move(SensorId sensor, string word)
    {
        if (!_positions.TryGetValue(sensor, out var before) || before == word)
        {
            return false;
        }

        _positions[sensor] = word;
        return true;
    }

    /// <summary>What happens in the n-th stretch of time after the peace at first: perhaps a breaker trips and is repaired, or a door is forced.</summary>
    public ImmutableArray<Incident> Incidents(long stretch, DateTimeOffset from, TimeSpan length)
    {
        var at = from + (length * (0.1 + (0.4 * _draw.Unit("incident-time", stretch))));
        return _draw.Below(3, "incident", stretch) switch
        {
            0 when _breakers.Length > 0 => Trip(_breakers[_draw.Below(_breakers.Length, "breaker", stretch)], at),
            1 when _doors.Length > 0 =>
                [new EventHappens(_doors[_draw.Below(_doors.Length, "door", stretch)], at, SensorEventClasses.DoorForced, 0.9)],
            _ => [],
        };
    }

    private static ImmutableArray<Incident> Trip(Sensor breaker, DateTimeOffset at) =>
    [
        new SwitchMoves(breaker, at, StatusWords.WordOf(breaker.Kind, works: false)),
        new SwitchMoves(breaker, at + RepairTakes, StatusWords.WordOf(breaker.Kind, works: true)),
    ];

    private double Measure(Sensor sensor, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, _zone);
        var noise = _draw.Noise(sensor.Id.Value, at.ToUnixTimeMilliseconds());
        var size = 0.5 + _draw.Unit(sensor.Id.Value, -2);
        var value = (sensor.Kind, sensor.Unit) switch
        {
            ("voltage", "kV") => 10.6 - (0.25 * DayCurve.ElectricityAt(local)) + (0.04 * noise),
            ("voltage", _) => 234 - (7 * DayCurve.ElectricityAt(local)) + (1.5 * noise),
            ("meter", _) => 60 * size * DayCurve.ElectricityAt(local) * (1 + (0.08 * noise)),
            ("pressure", _) => 4.4 - (0.9 * DayCurve.WaterAt(local)) + (0.1 * noise),
            ("flow", _) => 240 * size * DayCurve.WaterAt(local) * (1 + (0.05 * noise)),
            ("level", _) => 5.2 - (1.4 * DayCurve.WaterAt(local)) + (0.05 * noise),
            ("traffic", _) => 900 * size * DayCurve.StreetsAt(local) * (1 + (0.12 * noise)),
            ("crowd", _) => 400 * size * DayCurve.StreetsAt(local) * (1 + (0.15 * noise)),
            ("air", _) => 18 + (34 * DayCurve.StreetsAt(local)) + (3 * noise),
            ("temperature", _) => 22 + (4 * DayCurve.ElectricityAt(local)) + (0.5 * noise),
            _ => Middle(sensor.Limits) * (1 + (0.03 * noise)),
        };
        return Math.Round(AtLevel(sensor, Believable(sensor.Limits, value)), 3);
    }

    /// <summary>What is left of a value when the segment measured gives less than all.</summary>
    private double AtLevel(Sensor sensor, double value)
    {
        if (sensor.Segment is not { } segment || _levelOf?.Invoke(segment) is not { } level || level >= 1000)
        {
            return value;
        }

        return sensor.Evidence is { } evidence ? Math.Min(value, ValueFor(evidence.Points, level)) : value * level / 1000;
    }

    /// <summary>The value that speaks for a level: the curve of the evidence, read backwards.</summary>
    private static double ValueFor(ImmutableArray<EvidencePoint> points, int level)
    {
        for (var i = 1; i < points.Length; i++)
        {
            var (low, high) = (points[i - 1], points[i]);
            if (level <= high.LevelPermille && high.LevelPermille > low.LevelPermille)
            {
                var share = Math.Max(0, level - low.LevelPermille) / (double)(high.LevelPermille - low.LevelPermille);
                return low.Value + (share * (high.Value - low.Value));
            }
        }

        return points[^1].Value;
    }

    /// <summary>Well inside the limits: a sensor is out of them only when something has happened.</summary>
    private static double Believable(SensorLimits limits, double value)
    {
        var low = Math.Max(limits.Minimum ?? double.MinValue, limits.AlertBelow + limits.Deadband ?? double.MinValue);
        var high = Math.Min(limits.Maximum ?? double.MaxValue, limits.AlertAbove - limits.Deadband ?? double.MaxValue);
        return low <= high ? Math.Clamp(value, low, high) : value;
    }

    private static double Middle(SensorLimits limits)
    {
        var low = limits.AlertBelow ?? limits.Minimum ?? 0;
        var high = limits.AlertAbove ?? limits.Maximum ?? 100;
        return low + ((high - low) / 2);
    }
}
