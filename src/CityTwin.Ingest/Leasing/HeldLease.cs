namespace CityTwin.Ingest.Leasing;

/// <summary>
/// A lease that this silo holds, as far as it can know: until it runs out unprolonged, or another was found to have it. Time
/// goes on for a process that stands still, so one that wakes finds it run out.
/// </summary>
/// <param name="term">From asking for it until it runs out.</param>
/// <param name="askedAt">The timestamp before it was asked for.</param>
/// <param name="confirm">Asks the database once more.</param>
internal sealed class HeldLease(TimeSpan term, long askedAt, TimeProvider time, Func<CancellationToken, Task<bool>> confirm) : IDisposable
{
    private readonly CancellationTokenSource _lost = new(Left(term, askedAt, time), time);

    /// <summary>Comes when it is lost; it never comes back.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>It was asked for again at that timestamp, and granted.</summary>
    public void Prolong(long at) => _lost.CancelAfter(Left(term, at, time));

    /// <summary>Another has it.</summary>
    public void Lose() => _lost.Cancel();

    /// <summary>
    /// Whether the database still says so. A machine that was suspended has a clock that stood still too, so nobody
    /// connects on a lease that is only remembered: two with one client id would cut each other off by turns.
    /// </summary>
    public async Task<bool> Confirm(CancellationToken cancellation)
    {
        if (!_lost.IsCancellationRequested && await confirm(cancellation).ConfigureAwait(false))
        {
            return true;
        }

        Lose();
        return false;
    }

    public void Dispose() => _lost.Dispose();

    private static TimeSpan Left(TimeSpan term, long askedAt, TimeProvider time) =>
        term - time.GetElapsedTime(askedAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
}
