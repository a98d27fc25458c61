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
        if (lossPermille <= 0 || until <= from)
        {
            return 0;
        }

        // Straight pieces between noon and midnight are summed exactly, as twice their area; whole half days are all alike.
        var firstEnd = from - Modulo(from, HalfDay) + HalfDay;
        if (until <= firstEnd)
        {
            return (Int128)(Scaled(zone, from) + Scaled(zone, until)) * (until - from) * lossPermille;
        }

        var lastStart = until - Modulo(until, HalfDay);
        var sum = ((Int128)(Scaled(zone, from) + Scaled(zone, firstEnd)) * (firstEnd - from))
            + ((Int128)(((long)zone.PeopleByNight + zone.PeopleByDay) * HalfDay) * (lastStart - firstEnd))
            + ((Int128)(Scaled(zone, lastStart) + Scaled(zone, until)) * (until - lastStart));
        return sum * lossPermille;
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
    private static long Scaled(Zone zone, long at)
    {
        var sinceMidnight = Modulo(at, Day);
        var towardsNoon = sinceMidnight <= HalfDay ? sinceMidnight : Day - sinceMidnight;
        return (zone.PeopleByNight * (HalfDay - towardsNoon)) + (zone.PeopleByDay * towardsNoon);
    }

    private static long Modulo(long value, long by) => ((value % by) + by) % by;
}
