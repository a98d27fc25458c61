using System.Collections.Immutable;

namespace CityTwin.Grains.Storing;

/// <summary>A grain state that brings published changes along into the transaction of its own write.</summary>
public interface ICarriesChanges
{
    /// <summary>What to add to the change log, in this order; empty when nothing shown has changed.</summary>
    ImmutableArray<PublishedChange> Changes { get; }

    /// <summary>Where the last of <see cref="Changes"/> stands in the change log; null before the commit, or without changes.</summary>
    long? CommittedSeq { get; set; }
}
