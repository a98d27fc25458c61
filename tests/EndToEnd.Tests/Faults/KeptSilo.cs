namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>A silo that is started again whenever it ends, unless it is to stay dead for a while.</summary>
internal sealed class KeptSilo(int number, SiloProcess process, FaultLog log)
{
    /// <summary>As long as the quickest orchestrator takes; without, a silo that cannot start would be started without end.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private volatile TaskCompletionSource _mayStart = Started();

    public SiloProcess Process => process;

    /// <summary>How often it ended though nobody had killed it: it found that it was declared dead, or could not start.</summary>
    public int EndedByItself { get; private set; }

    public async Task Run(CancellationToken stop)
    {
        while (true)
        {
            var code = await process.Ended(stop);
            if (_mayStart.Task.IsCompleted)
            {
                EndedByItself++;
                log.Say($"silo {number} ended by itself with {code}");
            }

            do
            {
                await _mayStart.Task.WaitAsync(stop);
                await Task.Delay(Pause, stop);
            }
            while (!_mayStart.Task.IsCompleted);
            process.Launch();
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill(CancellationToken cancellation)
    {
        _mayStart = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await process.Signal("KILL", cancellation);
    }

    public void LetStart() => _mayStart.TrySetResult();

    private static TaskCompletionSource Started()
    {
        var started = new TaskCompletionSource();
        started.SetResult();
        return started;
    }
}
