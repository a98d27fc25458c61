using CityTwin.Core.Breaches.Answers;
using Orleans.Placement;

namespace CityTwin.Grains.Breaches;

/// <summary>Placed where whoever calls it first hints at.</summary>
[GrainType(GrainTypes.BreachWorker), RandomPlacement]
internal sealed class BreachWorkerGrain(BreachJobs jobs) : Grain, IBreachWorkerGrain
{
    public async Task<BreachPartState?> Run(BreachPartAsk ask, CancellationToken cancellation)
    {
        if (jobs.Get(ask.Job, ask.Order, cancellation) is not { } making)
        {
            return null;
        }

        var job = await making;
        return await BreachJobs.Aside(() => job.Run(ask.Part, cancellation), cancellation);
    }
}
