namespace CityTwin.Silo.Probes;

/// <summary>How long a reader of the change log has been behind it: being behind is normal, staying behind is not.</summary>
internal sealed class CaughtUp(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _awaited;
    private long _since = time.GetTimestamp();

    /// <summary>To be asked again and again.</summary>
    /// <param name="head">The highest sequence that is known.</param>
    /// <param name="seq">The one that the reader has come to.</param>
    /// <returns>How long a place of the log has been known and not been read; zero when it has been.</returns>
    public TimeSpan Behind(long head, long seq)
    {
        lock (_lock)
        {
            if (seq >= _awaited)
            {
                (_awaited, _since) = (head, time.GetTimestamp());
            }

            return seq >= _awaited ? TimeSpan.Zero : time.GetElapsedTime(_since);
        }
    }
}
