using CityTwin.Core.Simulation;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Simulations;

/// <summary>A run as this server keeps it: a message that is replaced whenever something is new, and who waits for that.</summary>
internal sealed class SimulationJob(V1.Simulation first, CityVersion version, SimulationStart start, Scenario scenario) : IDisposable
{
    private readonly Lock _lock = new();
    private V1.Simulation _current = first;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CityVersion Version { get; } = version;

    public SimulationStart Start { get; } = start;

    public Scenario Scenario { get; } = scenario;

    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Never changed once handed out.</summary>
    public V1.Simulation Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    public static bool IsDone(V1.Simulation simulation) =>
        simulation.State is V1.SimulationState.Succeeded or V1.SimulationState.Failed or V1.SimulationState.Cancelled;

    /// <summary>Replaces the message; a run that is done stays as it is.</summary>
    public void Change(Action<V1.Simulation> change)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            if (IsDone(_current))
            {
                return;
            }

            var next = _current.Clone();
            change(next);
            _current = next;
            (waiting, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.SetResult();
    }

    /// <summary>The message once it is another one than <paramref name="known"/>.</summary>
    public async Task<V1.Simulation> Beyond(V1.Simulation? known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!ReferenceEquals(_current, known))
                {
                    return _current;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Dispose() => Stop.Dispose();
}
