namespace CityTwin.Core.Breaches.Running;

/// <summary>What a run keeps of one service of a zone; all of it together, because it is read together.</summary>
internal struct ServiceTrack
{
    private const int FullLevel = 1000;

    /// <summary>As runs begin.</summary>
    public short Start;

    /// <summary>A level below this is a critical failure; 0 = none is.</summary>
    public short CriticalBelow;
    public short Level;

    /// <summary>False until its level changes for the first time in a run: nothing else here counts until then.</summary>
    public bool IsTouched;
    public bool WasCritical;
    private long _since;
    private (long Night, long Day) _weights; // of people, from the beginning to _since

    /// <summary>Missing per mille times ticks.</summary>
    public long LostTicks;

    /// <summary>The weights of people times what was missing (see <see cref="Simulation.PeopleRules"/>).</summary>
    public Int128 MissedNight;
    public Int128 MissedDay;

    public void Begin()
    {
        (IsTouched, Level, _since, _weights, LostTicks) = (true, Start, 0, (0, 0), 0);
        (MissedNight, MissedDay) = (0, 0);
    }

    /// <summary>Counts what was missing up to now.</summary>
    /// <param name="weights">Of people, from the beginning to now.</param>
    public void Count(long now, (long Night, long Day) weights)
    {
        var missing = FullLevel - Level;
        if (missing > 0 && now > _since)
        {
            // A horizon is at most a year, so nothing here comes near its bounds.
            unchecked
            {
                MissedNight += Math.BigMul(weights.Night - _weights.Night, missing);
                MissedDay += Math.BigMul(weights.Day - _weights.Day, missing);
            }

            LostTicks += (now - _since) * missing;
        }

        (_since, _weights) = (now, weights);
    }
}
