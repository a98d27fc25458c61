using System.Globalization;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace CityTwin.Benchmarks.Watching;

/// <summary>Watches all sensors and notes when it saw which change; or begins to and takes no more.</summary>
internal sealed class SensorWatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _hasSnapshot = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GrpcChannel _channel;
    private readonly Task _watching;
    private readonly Lock _lock = new();
    private List<(long Seq, DateTimeOffset At)> _seen = [];
    private (long Seq, TaskCompletionSource Reached) _goal = (long.MaxValue, new());
    private long _reached;

    public SensorWatcher(GrpcChannel channel, bool stalls)
    {
        (_channel, Stalls) = (channel, stalls);
        _watching = Task.Run(Watch);
    }

    public bool Stalls { get; }

    /// <summary>It holds every sensor; the one that stalls holds the first.</summary>
    public Task HasSnapshot => _hasSnapshot.Task;

    /// <summary>The changes that came since this was last asked: the sequence of the commit, and when it came.</summary>
    public IReadOnlyList<(long Seq, DateTimeOffset At)> TakeSeen()
    {
        lock (_lock)
        {
            var seen = _seen;
            _seen = [];
            return seen;
        }
    }

    /// <summary>Returns once it has been told of everything up to a sequence.</summary>
    public async Task Reaches(long seq, CancellationToken cancellation)
    {
        Task reached;
        lock (_lock)
        {
            _goal = (seq, new(TaskCreationOptions.RunContinuationsAsynchronously));
            reached = _goal.Reached.Task;
            Note(_reached);
        }

        await await Task.WhenAny(reached, _watching).WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _channel.Dispose();
        _end.Dispose();
    }

    private async Task Watch()
    {
        try
        {
            using var call = new SensorService.SensorServiceClient(_channel).WatchSensors(new(), cancellationToken: _end.Token);
            while (await call.ResponseStream.MoveNext(_end.Token))
            {
                if (Stalls)
                {
                    _hasSnapshot.TrySetResult();
                    await Task.Delay(Timeout.Infinite, _end.Token);
                }

                Take(call.ResponseStream.Current);
            }
        }
        catch (Exception failure) when (_end.IsCancellationRequested && failure is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
        }
        catch (Exception failure)
        {
            _hasSnapshot.TrySetException(failure);
            throw;
        }
    }

    private void Take(WatchSensorsResponse message)
    {
        lock (_lock)
        {
            if (message.Kind == WatchKind.Changed)
            {
                _seen.Add((SeqOf(message.Sensor.ResourceVersion), DateTimeOffset.UtcNow));
            }
            else if (message.Kind == WatchKind.Checkpoint)
            {
                _hasSnapshot.TrySetResult();
                Note(SeqOf(message.ResumeToken));
            }
        }
    }

    private void Note(long seq)
    {
        _reached = seq;
        if (seq >= _goal.Seq)
        {
            _goal.Reached.TrySetResult();
        }
    }

    private static long SeqOf(string version) => long.Parse(version.AsSpan(0, version.IndexOf('.', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture);
}
