namespace CityTwin.Ingest;

/// <summary>Pauses between tries, each twice as long as the one before.</summary>
/// <param name="max">The longest.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan max, TimeProvider time)
{
    private TimeSpan? _next;

    /// <summary>It worked: the next pause is the first again.</summary>
    public void Reset() => _next = null;

    /// <summary>Waits; ends early, without an exception, when cancelled.</summary>
    public async Task Pause(CancellationToken cancellation)
    {
        var pause = _next ?? first;
        _next = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, max.Ticks));
        await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
