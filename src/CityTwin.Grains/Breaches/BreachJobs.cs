using CityTwin.Core.Breaches.Kept;
using CityTwin.Grains.Definitions;

namespace CityTwin.Grains.Breaches;

/// <summary>The jobs this silo has made ready: once for all workers, because that takes as long as many runs.</summary>
internal sealed class BreachJobs(ICityCatalog catalog)
{
    /// <summary>The least used one goes first; whoever needs it sends its order again.</summary>
    private const int KeptMax = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Name, Task<KeptJob> Job)> _jobs = [];

    /// <summary>What an order's job is called: an id may be used again after it was deleted.</summary>
    public static string NameOf(BreachOrder order) => FormattableString.Invariant($"{order.Id}@{order.CreatedAt.UtcTicks}");

    /// <summary>Runs on a thread of its own, so that neither grains nor requests wait for it.</summary>
    public static Task<T> Aside<T>(Func<T> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Null when it is not known here.</summary>
    /// <param name="order">Null = only if it is known already.</param>
    public Task<KeptJob>? Get(string name, BreachOrder? order, CancellationToken cancellation)
    {
        lock (_lock)
        {
            for (var node = _jobs.First; node is not null; node = node.Next)
            {
                if (node.Value.Name == name)
                {
                    _jobs.Remove(node);
                    if (!node.Value.Job.IsFaulted && !node.Value.Job.IsCanceled)
                    {
                        _jobs.AddFirst(node);
                        return node.Value.Job;
                    }

                    break;
                }
            }

            if (order is null)
            {
                return null;
            }

            var made = Make(order, cancellation);
            _jobs.AddFirst((name, made));
            if (_jobs.Count > KeptMax)
            {
                _jobs.RemoveLast();
            }

            return made;
        }
    }

    /// <summary>Nothing of it is needed any more.</summary>
    public void Forget(string name)
    {
        lock (_lock)
        {
            if (_jobs.FirstOrDefault(job => job.Name == name) is { Job: not null } known)
            {
                _jobs.Remove(known);
            }
        }
    }

    private Task<KeptJob> Make(BreachOrder order, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            var plan = await catalog.Get(order.Start.City, cancellation);
            return await Aside(() => new KeptJob(plan.City, order, cancellation), cancellation);
        },
        cancellation);
}
