using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Grains.Definitions;
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

    /// <summary>Restarts segments from black; returns once the order is in a decided batch.</summary>
    /// <returns>A place in the change log at which that batch shows.</returns>
    /// <exception cref="CascadeBusyException">Too many orders are waiting.</exception>
    /// <exception cref="CascadeMovesException">It may have been taken; repeated, it is taken once.</exception>
    [AlwaysInterleave]
    Task<long?> Start(StartOrder order);

    /// <summary>
    /// Puts a stored definition into force in a batch of its own. Ids that stay keep their state. Returns once it is saved;
    /// the definition already in force changes nothing.
    /// </summary>
    /// <exception cref="DefinitionMissingException">It is not stored.</exception>
    /// <exception cref="CascadeMovesException">It may come into force; repeated, it does once.</exception>
    /// <exception cref="DefinitionMovedException">Another one is in force than expected, nor is it the wanted one.</exception>
    /// <exception cref="DefinitionWaitingException">Another changed definition is waiting to come into force.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:02:00")]
    Task<DefinitionOutcome> Apply(DefinitionOrder order);

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
/// <param name="Untold">Grains that have yet to put themselves in order with the definition in force.</param>
[GenerateSerializer, Alias("cascade-standing"), Immutable]
public sealed record CascadeStanding(
    long Incarnation, long LastBatch, long LastAt, bool IsSettling, int UnacknowledgedCommits, long? EarliestTimer, int Untold);

/// <summary>The coordinator takes no more start orders for now.</summary>
[GenerateSerializer, Alias("cascade-busy")]
public sealed class CascadeBusyException() : Exception("Too many start orders are waiting; try again in a moment.");

/// <summary>The coordinator is on its way to another silo, or rereads what is stored: nobody knows whether an order was taken.</summary>
[GenerateSerializer, Alias("cascade-moves")]
public sealed class CascadeMovesException() : Exception("The coordinator moves; repeat it with the same request_id.");

/// <summary>An order to put a definition into force.</summary>
/// <param name="Expected">What the caller believes is in force; null = whatever is.</param>
[GenerateSerializer, Alias("definition-order"), Immutable]
public sealed record DefinitionOrder(CityHash Definition, CityHash? Expected, string By, string Reason);

/// <summary>What an order to put a definition into force led to.</summary>
/// <param name="Batch">The batch that put it into force; null when it was in force already.</param>
/// <param name="Seq">A place in the change log at which that definition shows; null from a silo of an earlier release.</param>
[GenerateSerializer, Alias("definition-outcome"), Immutable]
public sealed record DefinitionOutcome(long? Batch, long? Seq);

/// <summary>Another changed definition is waiting to come into force.</summary>
[GenerateSerializer, Alias("definition-waiting")]
public sealed class DefinitionWaitingException() : Exception("Another changed definition is just coming into force; try again in a moment.");

/// <summary>Another definition is in force than the caller believes.</summary>
[GenerateSerializer, Alias("definition-moved")]
public sealed class DefinitionMovedException(string inForce) : Exception($"Another definition is in force: {inForce}. Read it, and decide again.");
