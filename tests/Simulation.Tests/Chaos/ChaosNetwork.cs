namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>A seeded world of events: messages arrive late, twice, out of order or never; time is a number.</summary>
internal sealed class ChaosNetwork(int seed)
{
    private readonly PriorityQueue<Action, (long At, int Tie)> _events = new();

    public Random Chance { get; } = new(seed);

    public long Now { get; private set; }

    /// <summary>While false, every message arrives once: the world comes to rest.</summary>
    public bool IsRough { get; set; } = true;

    public void After(long delay, Action happens) => _events.Enqueue(happens, (Now + delay, Chance.Next()));

    /// <summary>Sends something to somebody who may be gone by then; <paramref name="arrives"/> looks that up itself.</summary>
    public void Send(Action arrives)
    {
        if (IsRough && Chance.Next(100) < 5)
        {
            return;
        }

        After(Delay(), arrives);
        if (IsRough && Chance.Next(100) < 8)
        {
            After(Delay() * 3, arrives);
        }
    }

    public long Delay() => Chance.Next(10) == 0 ? Chance.Next(1, 60) : Chance.Next(1, 6);

    /// <returns>False when nothing is left to happen before <paramref name="until"/>.</returns>
    public bool Step(long until)
    {
        if (!_events.TryPeek(out _, out var next) || next.At > until)
        {
            Now = Math.Max(Now, until);
            return false;
        }

        Now = Math.Max(Now, next.At);
        _events.Dequeue()();
        return true;
    }
}
