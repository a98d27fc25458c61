using CityTwin.Core.Sensing;
using CityTwin.Grains.Definitions;

namespace CityTwin.Grains.Running;

/// <summary>
/// Asks whoever is due, a bounded number at once and at each beat. Who cannot answer is asked again later; who has left
/// the city is forgotten.
/// </summary>
/// <param name="failed">Is told of a question that failed and will be repeated.</param>
internal sealed class WatchWheel<TKey>(Func<TKey, Task> ask, Action<TKey, Exception> failed, TimeProvider time)
    where TKey : struct
{
    /// <summary>How often whoever drives a wheel lets it ask.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private const int AskedAtOnceMax = 32;
    private const int AskedPerBeatMax = 2_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly DeadlineWheel<TKey> _wheel = new();
    private readonly HashSet<TKey> _stuck = [];

    /// <summary>Those that were asked in vain and will be asked again.</summary>
    public int Stuck
    {
        get
        {
            lock (_lock)
            {
                return _stuck.Count;
            }
        }
    }

    /// <summary>Sets a deadline, whatever it was; null = none.</summary>
    public void Set(TKey key, DateTimeOffset? due)
    {
        lock (_lock)
        {
            _wheel.Set(key, due);
        }
    }

    /// <summary>Sets deadlines for those that have none.</summary>
    public void SetWhereNone(IEnumerable<(TKey Key, DateTimeOffset Due)> deadlines)
    {
        lock (_lock)
        {
            foreach (var (key, due) in deadlines)
            {
                _wheel.SetIfNone(key, due);
            }
        }
    }

    /// <summary>One beat.</summary>
    public Task AskDue(CancellationToken cancellation) => Parallel.ForEachAsync(
        TakeDue(),
        new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnceMax, CancellationToken = cancellation },
        async (key, _) => await Ask(key));

    private IReadOnlyList<TKey> TakeDue()
    {
        lock (_lock)
        {
            return _wheel.TakeDue(time.GetUtcNow(), AskedPerBeatMax);
        }
    }

    private async Task Ask(TKey key)
    {
        try
        {
            await ask(key);
            Answered(key);
        }
        catch (NotInCityException)
        {
            // Taken out of the city since: nobody expects anything of it.
            Answered(key);
        }
        catch (Exception failure)
        {
            failed(key, failure);
            SetWhereNone([(key, time.GetUtcNow() + RetryAfter)]);
            lock (_lock)
            {
                _stuck.Add(key);
            }
        }
    }

    private void Answered(TKey key)
    {
        lock (_lock)
        {
            _stuck.Remove(key);
        }
    }
}
