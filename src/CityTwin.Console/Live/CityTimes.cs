using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Console.Live;

/// <summary>Instants as the city's own clocks show them; in UTC, and saying so, where the server knows no such time zone.</summary>
public sealed class CityTimes
{
    private readonly TimeZoneInfo _zone;
    private readonly string _suffix;

    public CityTimes(string zoneName)
    {
        var isKnown = TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var zone);
        _zone = zone ?? TimeZoneInfo.Utc;
        _suffix = isKnown ? "" : " UTC";
    }

    /// <summary>Time of day with seconds.</summary>
    public string Clock(DateTimeOffset? instant) => instant is null ? "–" : Local(instant.Value).ToString("HH:mm:ss", CultureInfo.InvariantCulture) + _suffix;

    /// <summary>Time of day with milliseconds.</summary>
    public string Exact(DateTimeOffset? instant) => instant is null ? "–" : Local(instant.Value).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) + _suffix;

    /// <summary>Day and time of day.</summary>
    public string Full(Timestamp? instant) => instant is null ? "–" : Local(instant.ToDateTimeOffset()).ToString("d MMM HH:mm:ss", CultureInfo.InvariantCulture) + _suffix;

    private DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, _zone);
}
