using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;

namespace CityTwin.Grains.Breaches;

/// <summary>
/// One place on one silo where parts of breaches are run, one at a time. It keeps nothing: whoever waits for a part that
/// is lost hands it out again.
/// </summary>
[Alias("CityTwin.IBreachWorkerGrain")]
public interface IBreachWorkerGrain : IGrainWithStringKey
{
    /// <summary>Runs one part on a thread of its own. The time is for the largest part there can be; that a silo died is known sooner.</summary>
    /// <returns>Null when this silo does not know the job and the order was not sent along: send it, once for each silo.</returns>
    [ResponseTimeout("01:00:00")]
    Task<BreachPartState?> Run(BreachPartAsk ask, CancellationToken cancellation);
}

/// <summary>Which part to run.</summary>
/// <param name="Job">Names the order; another order never has the same name.</param>
/// <param name="Part">See <see cref="BreachJob.Run"/>.</param>
/// <param name="Order">Null where the silo is thought to know it: it holds the state of a whole city.</param>
[GenerateSerializer, Alias("breach-part-ask"), Immutable]
public sealed record BreachPartAsk(string Job, int Part, BreachOrder? Order);
