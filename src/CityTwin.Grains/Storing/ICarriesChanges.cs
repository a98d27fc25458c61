using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;

namespace CityTwin.Grains.Storing;

/// <summary>A grain state that brings published changes, and the acts behind them, along into the transaction of its own write.</summary>
public interface ICarriesChanges
{
    /// <summary>What to add to the change log, in this order; empty when nothing shown has changed.</summary>
    ImmutableArray<PublishedChange> Changes { get; }

    /// <summary>What the write was done for, to be entered in the audit log with it; empty when nobody ordered it.</summary>
    ImmutableArray<AuditEntry> Acts { get; }

    /// <summary>The reading that the write was done for, to be added to history with it; null when there is none.</summary>
    KeptReading? Kept { get; }

    /// <summary>Where the last of <see cref="Changes"/> stands in the change log; null before the commit, or without changes.</summary>
    long? CommittedSeq { get; }

    /// <summary>It is written: what came along is let go, since the state stays in memory for as long as its grain does.</summary>
    /// <param name="seq">Becomes <see cref="CommittedSeq"/>.</param>
    void Committed(long? seq);
}
