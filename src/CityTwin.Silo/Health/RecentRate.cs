namespace CityTwin.Silo.Health;

/// <summary>How fast something that only grows has grown over the last minute.</summary>
internal sealed class RecentRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Queue<(long At, long Total)> _samples = new();

    /// <summary>Takes a sample, to be called about once a second.</summary>
    /// <returns>Growth a second.</returns>
    public double Take(long total)
    {
        var now = time.GetTimestamp();
        while (_samples.TryPeek(out var old) && time.GetElapsedTime(old.At, now) > Window)
        {
            _samples.Dequeue();
        }

        _samples.Enqueue((now, total));
        var first = _samples.Peek();
        var passed = time.GetElapsedTime(first.At, now).TotalSeconds;
        return passed > 0 ? (total - first.Total) / passed : 0;
    }
}
