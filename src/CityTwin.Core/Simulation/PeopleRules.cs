using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>
/// How many people are somewhere, and how much of a service they miss. A zone knows its people at noon and at midnight;
/// in between their number goes in a straight line. Local time keeps one offset through a run, the one at its start.
/// </summary>
public static class PeopleRules
{
    private const long HalfDay = 12L * 3600 * 1000;
    private const long Day = 2 * HalfDay;

    /// <summary>Local time minus UTC at an instant, in ticks; 0 where the zone's rules are not known to this machine.</summary>
    public static long OffsetTicks(string timeZone, DateTimeOffset at) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? (long)zone.GetUtcOffset(at).TotalMilliseconds : 0;

    /// <summary>How much of a service people miss, as an exact sum that <see cref="ThousandthHours"/> turns into people-hours.</summary>
    /// <param name="from">The beginning in local ticks.</param>
    /// <param name="lossPermille">How much of the service is missing all the time, 0..1000.</param>
    public static Int128 Loss(Zone zone, long from, long until, int lossPermille)
    {
        Int128 sum = 0;
        for (var at = from; at < until && lossPermille > 0;)
        {
            // Straight pieces between noon and midnight are summed exactly, as twice their area.
            var next = Math.Min(until, at - Modulo(at, HalfDay) + HalfDay);
            sum += (Scaled(zone, at) + Scaled(zone, next)) * (next - at) * lossPermille;
            at = next;
        }

        return sum;
    }

    /// <summary>A sum of <see cref="Loss"/> in thousandths of people-hours, rounded to the nearest.</summary>
    public static long ThousandthHours(Int128 loss)
    {
        var perThousandth = (Int128)2 * HalfDay * 3600 * 1000;
        return (long)((loss + (perThousandth / 2)) / perThousandth);
    }

    /// <summary>The number of people at a local tick, rounded to the nearest.</summary>
    public static int PeopleAt(Zone zone, long at) => (int)((Scaled(zone, at) + (HalfDay / 2)) / HalfDay);

    /// <summary>The number of people at a local tick, times half a day.</summary>
    private static Int128 Scaled(Zone zone, long at)
    {
        var sinceMidnight = Modulo(at, Day);
        var towardsNoon = sinceMidnight <= HalfDay ? sinceMidnight : Day - sinceMidnight;
        return ((Int128)zone.PeopleByNight * (HalfDay - towardsNoon)) + ((Int128)zone.PeopleByDay * towardsNoon);
    }

    private static long Modulo(long value, long by) => ((value % by) + by) % by;
}
