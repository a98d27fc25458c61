using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace CityTwin.Grains.Breaches;

/// <summary>The places on all silos that one breach may hand parts to. A place that failed rests for a moment: its silo may be dead, which the others learn later.</summary>
internal sealed class BreachWorkers(BreachOrder order, IGrainFactory grains, ISiloStatusOracle silos, TimeProvider time)
{
    /// <summary>So that a silo runs the next part while the answer to the last one travels. All breaches share these places.</summary>
    public const int PlacesPerSilo = 2;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private readonly string _job = BreachJobs.NameOf(order);
    private readonly HashSet<SiloAddress> _know = [];
    private readonly HashSet<BreachPlace> _busy = [];
    private readonly Dictionary<BreachPlace, DateTimeOffset> _resting = [];

    /// <summary>A place that has nothing to do for this breach; null = none now.</summary>
    public BreachPlace? Free()
    {
        var now = time.GetUtcNow();
        foreach (var silo in silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Order())
        {
            for (var number = 0; number < PlacesPerSilo; number++)
            {
                var place = new BreachPlace(silo, number);
                if (!_busy.Contains(place) && _resting.GetValueOrDefault(place) <= now)
                {
                    return place;
                }
            }
        }

        return null;
    }

    /// <summary>Has a part run there.</summary>
    public async Task<BreachPartState> Run(BreachPlace place, int part, CancellationToken cancellation)
    {
        _busy.Add(place);
        try
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, place.Silo);
            var worker = grains.GetGrain<IBreachWorkerGrain>(GrainKeys.OfBreachWorker(place.Silo.ToParsableString(), place.Number));
            var answer = await worker.Run(new(_job, part, _know.Contains(place.Silo) ? null : order), cancellation)
                ?? await worker.Run(new(_job, part, order), cancellation);
            _know.Add(place.Silo);
            return answer!;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            _resting[place] = time.GetUtcNow() + Rest;
            throw;
        }
        finally
        {
            _busy.Remove(place);
        }
    }
}

/// <summary>One place on one silo.</summary>
internal readonly record struct BreachPlace(SiloAddress Silo, int Number);
