using System.Collections.Immutable;

namespace CityTwin.Ingest;

/// <summary>The latest malformed inputs, newest first, and how many there were of each reason. Safe for any thread.</summary>
public sealed class MalformedLog(int kept)
{
    private readonly Lock _lock = new();
    private readonly Queue<MalformedInput> _latest = new();
    private readonly long[] _counts = new long[Enum.GetValues<MalformedReason>().Length];

    public void Add(MalformedInput input)
    {
        lock (_lock)
        {
            if (_latest.Count == kept)
            {
                _latest.Dequeue();
            }

            _latest.Enqueue(input);
            _counts[(int)input.Reason]++;
        }
    }

    /// <summary>What is kept, newest first.</summary>
    public ImmutableArray<MalformedInput> Latest()
    {
        lock (_lock)
        {
            return [.. _latest.Reverse()];
        }
    }

    /// <summary>How many came in for this reason since the start.</summary>
    public long Count(MalformedReason reason)
    {
        lock (_lock)
        {
            return _counts[(int)reason];
        }
    }
}
