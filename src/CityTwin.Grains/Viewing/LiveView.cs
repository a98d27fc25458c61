using CityTwin.Core.Views;

namespace CityTwin.Grains.Viewing;

/// <summary>
/// This silo's copy of the city, and the wait for a newer one. Readers never wait for the writer; those who want to be
/// as fresh as something they have seen wait here.
/// </summary>
public sealed class LiveView
{
    private readonly Lock _lock = new();
    private CityView? _view;
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The newest version, null until the first snapshot is loaded.</summary>
    public CityVersion? Current => _view?.Current;

    /// <summary>Replaces the copy: at the start, and when the log has moved on too far.</summary>
    public void Begin(CityView view)
    {
        view.Advanced += _ => Wake();
        _view = view;
        Wake();
    }

    /// <summary>The first version beyond a sequence.</summary>
    /// <param name="seq">-1 = any version at all.</param>
    public async Task<CityVersion> Beyond(long seq, CancellationToken cancellation)
    {
        while (true)
        {
            Task advanced;
            lock (_lock)
            {
                if (Current is { } version && version.Seq > seq)
                {
                    return version;
                }

                advanced = _advanced.Task;
            }

            await advanced.WaitAsync(cancellation);
        }
    }

    private void Wake()
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            (waiting, _advanced) = (_advanced, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.SetResult();
    }
}
