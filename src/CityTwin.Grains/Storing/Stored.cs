using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;

namespace CityTwin.Grains.Storing;

/// <summary>
/// What a grain keeps: its state and what it still has to tell, in one write. <see cref="Changes"/> ride along with that
/// write and are not stored in it.
/// </summary>
/// <param name="State">Null until the grain has first been saved, and after a clear.</param>
/// <param name="Outbox">Saved and not yet known to have arrived, by rising sequence.</param>
/// <param name="NextTell">The sequence of the next <see cref="Tell"/>; at least 1.</param>
[GenerateSerializer, Alias("stored"), Immutable]
public sealed record Stored<TState>(TState? State, ImmutableArray<Tell> Outbox, long NextTell) : ICarriesChanges
    where TState : class
{
    /// <summary>A grain that was never saved. Orleans makes one before it reads.</summary>
    public Stored()
        : this(null, [], 1)
    {
    }

    /// <inheritdoc/>
    [field: NonSerialized]
    public ImmutableArray<PublishedChange> Changes { get; set; } = [];

    /// <inheritdoc/>
    [field: NonSerialized]
    public ImmutableArray<AuditEntry> Acts { get; set; } = [];

    /// <inheritdoc/>
    [field: NonSerialized]
    public KeptReading? Kept { get; set; }

    /// <inheritdoc/>
    [field: NonSerialized]
    public long? CommittedSeq { get; private set; }

    /// <inheritdoc/>
    public void Committed(long? seq) => (CommittedSeq, Changes, Acts, Kept) = (seq, [], [], null);
}
