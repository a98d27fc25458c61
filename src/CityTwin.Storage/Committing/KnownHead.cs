namespace CityTwin.Storage.Committing;

/// <summary>The highest sequence of a change log that this process knows to be committed, and who waits for a higher one.</summary>
internal sealed class KnownHead
{
    private readonly Lock _lock = new();
    private long _head;
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Value => Volatile.Read(ref _head);

    /// <summary>Completes at the next <see cref="Advance"/>. Take it before looking at <see cref="Value"/>, or news may be missed.</summary>
    public Task Advanced => Volatile.Read(ref _advanced).Task;

    /// <summary>Tells that everything up to <paramref name="head"/> is committed. Lower values are old news.</summary>
    public void Advance(long head)
    {
        lock (_lock)
        {
            if (head <= _head)
            {
                return;
            }

            Volatile.Write(ref _head, head);
        }

        Interlocked.Exchange(ref _advanced, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
