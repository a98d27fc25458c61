namespace CityTwin.Ingest;

/// <summary>
/// How fast one sender may go on whose messages are refused. What is refused costs the silo nearly as much as what is stored, and would
/// make the alarms of others wait; so beyond a burst each refusal is a pause in which nothing is read from him, and his socket pushes
/// back. What is taken costs nothing here. All connections of one credential share theirs.
/// </summary>
/// <param name="slowed">Told once when it begins, and again only after he has been well for a while.</param>
internal sealed class RefusalPace(TimeProvider time, Action slowed)
{
    /// <summary>Refused messages a second, for as long as he likes.</summary>
    public const int PerSecond = 50;

    /// <summary>Refused messages at once; used up, it is there again after <see cref="Burst"/> / <see cref="PerSecond"/> seconds without any.</summary>
    public const int Burst = 200;

    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1) / PerSecond;
    private static readonly TimeSpan Lent = Each * Burst;

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _owedUntil;
    private bool _isSlowed;

    /// <summary>Counts a message, subscription or anything else that was refused.</summary>
    public void Refused()
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_began);
            if (_owedUntil <= now)
            {
                (_owedUntil, _isSlowed) = (now, false);
            }

            _owedUntil += Each;
        }
    }

    /// <summary>Returns when the next message may be read: at once unless too much was refused.</summary>
    public Task Wait(CancellationToken cancellation)
    {
        bool begins;
        TimeSpan pause;
        lock (_lock)
        {
            pause = _owedUntil - Lent - time.GetElapsedTime(_began);
            if (pause <= TimeSpan.Zero)
            {
                return Task.CompletedTask;
            }

            (begins, _isSlowed) = (!_isSlowed, true);
        }

        if (begins)
        {
            slowed();
        }

        return Task.Delay(pause, time, cancellation);
    }
}
