using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace CityTwin.Api.Tests;

/// <summary>A clock that stands still and tells which pauses were begun on it.</summary>
internal sealed class PausedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _begun = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _begun.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Lets pass each pause in turn until the work is done.</summary>
    /// <param name="shorterThan">Longer ones are deadlines.</param>
    /// <returns>How long each was.</returns>
    public async Task<List<TimeSpan>> PassPauses(Task work, TimeSpan shorterThan)
    {
        var passed = new List<TimeSpan>();
        _ = work.ContinueWith(_ => _begun.Writer.TryComplete(), TaskScheduler.Default);
        await foreach (var pause in _begun.Reader.ReadAllAsync())
        {
            if (pause < shorterThan)
            {
                passed.Add(pause);
                Advance(pause);
            }
        }

        return passed;
    }
}
