namespace CityTwin.Silo.Probes;

/// <summary>Whether a reader of the change log keeps up with it: being behind is normal, staying behind is not.</summary>
/// <param name="patience">How long a place of the log may take from being known to being read.</param>
internal sealed class CaughtUp(TimeSpan patience, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _awaited;
    private long _since = time.GetTimestamp();

    /// <summary>To be asked again and again.</summary>
    /// <param name="head">The highest sequence that is known.</param>
    /// <param name="seq">The one that the reader has come to.</param>
    public bool Look(long head, long seq)
    {
        lock (_lock)
        {
            if (seq >= _awaited)
            {
                (_awaited, _since) = (head, time.GetTimestamp());
            }

            return seq >= _awaited || time.GetElapsedTime(_since) <= patience;
        }
    }
}
