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

        return Loss(zone.PeopleByNight, zone.PeopleByDay, (until - from) * lossPermille, Math.BigMul(DayWeight(from, until), lossPermille));
    }

    /// <summary>The same, of times and weights of the day that were multiplied by what was missing and summed up.</summary>
    /// <param name="ticks">The times.</param>
    /// <param name="day">The <see cref="DayWeight"/> of each.</param>
    internal static Int128 Loss(int byNight, int byDay, long ticks, Int128 day) =>
        unchecked((byNight * Math.BigMul(ticks, 2 * HalfDay)) + ((byDay - byNight) * day)); // far from overflow, and asked often

    /// <summary>
    /// By how much the people of the day count between two local ticks, at most 366 days apart: twice the area under straight
    /// lines between noon and midnight, so that it is a whole number. What is left of the day's length, twice as well, is by
    /// how much the people of the night count.
    /// </summary>
    internal static long DayWeight(long from, long until)
    {
        var firstEnd = from - Modulo(from, HalfDay) + HalfDay;
        if (until <= firstEnd)
        {
            return Piece(from, until);
        }

        var lastStart = until - Modulo(until, HalfDay);
        return Piece(from, firstEnd) + ((lastStart - firstEnd) * HalfDay) + Piece(lastStart, until);
    }

    /// <summary>Within half a day from noon or midnight on, where the line is straight.</summary>
    private static long Piece(long from, long until) => (TowardsNoon(from) + TowardsNoon(until)) * (until - from);

    /// <summary>A sum of <see cref="Loss"/> in thousandths of people-hours, rounded to the nearest.</summary>
    public static long ThousandthHours(Int128 loss)
    {
        const long PerThousandth = 2 * HalfDay * 3600 * 1000;

        // Divided by the power of two in it first, most sums have 64 bits: a division of 128 takes many times as long.
        const int PowerOfTwo = 17;
        var rounded = loss + (PerThousandth / 2);
        return rounded >= 0 ? (long)((UInt128)(rounded >> PowerOfTwo) / (ulong)(PerThousandth >> PowerOfTwo)) : (long)(rounded / PerThousandth);
    }

    /// <summary>The number of people at a local tick, rounded to the nearest.</summary>
    public static int PeopleAt(Zone zone, long at)
    {
        var towardsNoon = TowardsNoon(at);
        return (int)(((zone.PeopleByNight * (HalfDay - towardsNoon)) + (zone.PeopleByDay * towardsNoon) + (HalfDay / 2)) / HalfDay);
    }

    /// <summary>Ticks from midnight, or to it, whichever is nearer.</summary>
    private static long TowardsNoon(long at)
    {
        var sinceMidnight = Modulo(at, Day);
        return sinceMidnight <= HalfDay ? sinceMidnight : Day - sinceMidnight;
    }

    private static long Modulo(long value, long by)
    {
        var rest = value % by;
        return rest < 0 ? rest + by : rest;
    }
}
