using CityTwin.Core.Cascades;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Cascades;

/// <summary>
/// The coordinator of the city: orders all ceiling changes into batches, settles and decides them. It takes calls while
/// a batch settles.
/// </summary>
[Alias("CityTwin.ICascadeGrain")]
public interface ICascadeGrain : ITellReceiver, IInspectable
{
    /// <summary>A segment offers its new ceiling; returns once it is in a saved batch.</summary>
    [AlwaysInterleave]
    new Task Hear(string from, long sequence, object message);

    /// <summary>Restarts segments from black; returns once the order is in a saved batch.</summary>
    /// <exception cref="CascadeBusyException">Too many orders are waiting.</exception>
    [AlwaysInterleave]
    Task Start(StartOrder order);

    /// <summary>Wakes the coordinator after a silo started or was lost, and every few seconds.</summary>
    [AlwaysInterleave]
    Task Poke();

    /// <summary>Where it stands now.</summary>
    [AlwaysInterleave]
    Task<CascadeStanding> Read();
}

/// <summary>Where the coordinator stands.</summary>
/// <param name="LastBatch">The last decided batch.</param>
/// <param name="LastAt">Its instant in ticks.</param>
/// <param name="UnacknowledgedCommits">Segments that have not yet saved what was decided of them.</param>
/// <param name="EarliestTimer">When a battery or a restart changes a level next, in ticks; null = never.</param>
[GenerateSerializer, Alias("cascade-standing"), Immutable]
public sealed record CascadeStanding(
    long Incarnation, long LastBatch, long LastAt, bool IsSettling, int UnacknowledgedCommits, long? EarliestTimer);

/// <summary>The coordinator takes no more start orders for now.</summary>
[GenerateSerializer, Alias("cascade-busy")]
public sealed class CascadeBusyException() : Exception("Too many start orders are waiting; try again in a moment.");
