namespace CityTwin.Ingest;

/// <summary>
/// Room for messages that are being stored, by number and by bytes: whoever brings one waits for a place, first come first
/// served, and does not read on meanwhile. One alone always fits, however large.
/// </summary>
/// <param name="waiting">Hears of each message that begins to wait (1) and that no longer does (-1).</param>
internal sealed class InFlightRoom(int messagesMax, long bytesMax, Action<int>? waiting = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Entered)> _waiting = new();
    private int _messages;
    private long _bytes;

    /// <summary>Returns once there is room for a message of so many bytes; <see cref="Leave"/> gives it back.</summary>
    /// <exception cref="OperationCanceledException">It was given up; there is nothing to give back.</exception>
    public Task Enter(long bytes, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && TryTake(bytes))
            {
                return Task.CompletedTask;
            }

            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, entered));
            return Until(entered, cancellation);
        }
    }

    public void Leave(long bytes)
    {
        lock (_lock)
        {
            GiveBack(bytes);
            while (_waiting.TryPeek(out var next) && TryTake(next.Bytes))
            {
                _waiting.Dequeue();
                if (!next.Entered.TrySetResult())
                {
                    // It had given up.
                    GiveBack(next.Bytes);
                }
            }
        }
    }

    private async Task Until(TaskCompletionSource entered, CancellationToken cancellation)
    {
        waiting?.Invoke(1);
        try
        {
            using var givingUp = cancellation.UnsafeRegister(static (waiter, token) => ((TaskCompletionSource)waiter!).TrySetCanceled(token), entered);
            await entered.Task.ConfigureAwait(false);
        }
        finally
        {
            waiting?.Invoke(-1);
        }
    }

    private bool TryTake(long bytes)
    {
        if (_messages > 0 && (_messages >= messagesMax || _bytes + bytes > bytesMax))
        {
            return false;
        }

        (_messages, _bytes) = (_messages + 1, _bytes + bytes);
        return true;
    }

    private void GiveBack(long bytes) => (_messages, _bytes) = (_messages - 1, _bytes - bytes);
}
