using System.Collections.Concurrent;
using System.Diagnostics;
using CityTwin.Protocol.V1;
using Grpc.Core;

namespace CityTwin.Benchmarks.Flood;

/// <summary>Reads a watch of alerts and notes when it showed which alarm: an alert counts how often its cause was told.</summary>
internal sealed class SeenAlarms
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<long>> _seen = [];
    private readonly Task _watching;
    private int _expected;
    private int _shown;

    public SeenAlarms(IAsyncStreamReader<WatchAlertsResponse> watch, CancellationToken cancellation) => _watching = Task.Run(() => Watch(watch, cancellation), cancellation);

    /// <summary>Another alarm is about to be reported.</summary>
    /// <returns>Its number.</returns>
    public int Expect() => ++_expected;

    /// <returns>The timestamp at which it, or a later one in its stead, was shown.</returns>
    public async Task<long> Seen(int number)
    {
        var seen = Of(number).Task;
        await await Task.WhenAny(seen, _watching);
        return await seen;
    }

    private TaskCompletionSource<long> Of(int number) => _seen.GetOrAdd(number, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task Watch(IAsyncStreamReader<WatchAlertsResponse> watch, CancellationToken cancellation)
    {
        while (await watch.MoveNext(cancellation))
        {
            var now = Stopwatch.GetTimestamp();
            if (watch.Current.Alert is { Code: "door-forced" } alert)
            {
                for (; _shown < alert.Count; _shown++)
                {
                    Of(_shown + 1).TrySetResult(now);
                }
            }
        }
    }
}
