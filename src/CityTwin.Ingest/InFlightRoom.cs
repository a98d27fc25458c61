namespace CityTwin.Ingest;

/// <summary>
/// Room for messages that are being stored: whoever brings one waits for its places, first come first served, and does not read
/// on meanwhile. A long message may hold many readings, and takes a place for each <see cref="PlaceBytes"/> begun; one alone
/// always fits, however long.
/// </summary>
/// <param name="waiting">Hears of each message that begins to wait (1) and that no longer does (-1).</param>
internal sealed class InFlightRoom(int placesMax, Action<int>? waiting = null)
{
    /// <summary>A message with one reading is shorter, however it is written; readings in a batch or a birth are not much shorter each.</summary>
    internal const int PlaceBytes = 256;

    private readonly Lock _lock = new();
    private readonly Queue<(long Places, TaskCompletionSource Entered)> _waiting = new();
    private long _taken;

    /// <summary>Returns once there is room for a message of so many bytes; <see cref="Leave"/> gives it back.</summary>
    /// <exception cref="OperationCanceledException">It was given up; there is nothing to give back.</exception>
    public Task Enter(long bytes, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && TryTake(PlacesOf(bytes)))
            {
                return Task.CompletedTask;
            }

            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((PlacesOf(bytes), entered));
            return Until(entered, cancellation);
        }
    }

    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _taken -= PlacesOf(bytes);
            while (_waiting.TryPeek(out var next) && TryTake(next.Places))
            {
                _waiting.Dequeue();
                if (!next.Entered.TrySetResult())
                {
                    // It had given up.
                    _taken -= next.Places;
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

    private bool TryTake(long places)
    {
        if (_taken > 0 && _taken + places > placesMax)
        {
            return false;
        }

        _taken += places;
        return true;
    }

    private static long PlacesOf(long bytes) => 1 + (bytes / PlaceBytes);
}
