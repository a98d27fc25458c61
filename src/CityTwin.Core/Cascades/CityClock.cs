namespace CityTwin.Core.Cascades;

/// <summary>
/// The time of the cascades: the wall clock's, unless that lies behind what the city has already seen, because somebody
/// set it back. Then time goes on from there at its usual pace, so that batteries still empty and restarts still end.
/// </summary>
/// <remarks>It does not slow down to let the wall clock catch up: endurances and lags are measured with it.</remarks>
public sealed class CityClock
{
    /// <summary>A wall clock behind by up to this many ticks is followed: it is being corrected, or another silo's was ahead.</summary>
    public const long BehindMaxTicks = 1_000;

    private long _seenTicks;
    private TimeSpan _seenAt;

    /// <summary>What time it is for the city, in ticks.</summary>
    /// <param name="wallTicks">The wall clock.</param>
    /// <param name="steady">A clock that nobody sets, from any beginning.</param>
    public long Read(long wallTicks, TimeSpan steady)
    {
        var expected = _seenTicks + (long)(steady - _seenAt).TotalMilliseconds;
        if (wallTicks < expected - BehindMaxTicks)
        {
            return expected;
        }

        See(wallTicks, steady);
        return wallTicks;
    }

    /// <summary>The city has seen this instant, of its last batch: it is not before it.</summary>
    public void See(long ticks, TimeSpan steady) => (_seenTicks, _seenAt) = (ticks, steady);
}
