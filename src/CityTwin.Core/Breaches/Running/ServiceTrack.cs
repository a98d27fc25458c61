namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// What a run keeps of one service of a zone. A run changes hundreds of services, each somewhere else in memory: all that a
/// change reads and writes lies together in 32 bytes.
/// </summary>
internal struct ServiceTrack
{
    /// <summary>The run that the rest is of; it counts for no other.</summary>
    public int Run;

    /// <summary>Its level as runs begin.</summary>
    public short Start;

    /// <summary>The lowest level it fell to.</summary>
    public short Lowest;

    /// <summary>Missing per mille times ticks.</summary>
    public long LostTicks;

    /// <summary>Missing per mille times the weight of the day's people (see <see cref="Simulation.PeopleRules.DayWeight"/>).</summary>
    public Int128 MissedDay;

    public void Begin(int run) => (Run, Lowest, LostTicks, MissedDay) = (run, Start, 0, 0);

    /// <summary>
    /// Counts a fall as if it lasted until the horizon, and a rise as what is then missing less: so nothing need be kept of
    /// the time in between, and nothing is left to do at the end.
    /// </summary>
    /// <param name="fall">In per mille; negative for a rise.</param>
    public void Count(int fall, TimeLeft left)
    {
        // A horizon is at most a year, so nothing here comes near its bounds.
        unchecked
        {
            LostTicks += fall * left.Ticks;
            MissedDay += Math.BigMul(left.DayWeight, fall);
        }
    }
}

/// <summary>From a moment of a run until its horizon.</summary>
/// <param name="DayWeight">See <see cref="Simulation.PeopleRules.DayWeight"/>.</param>
internal readonly record struct TimeLeft(long Ticks, long DayWeight);
