using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Views;

namespace CityTwin.Grains.Storing;

/// <summary>
/// One change of what the city shows of itself. It rides along with the write of a grain's state and becomes one row of
/// the change log in the same transaction, or does not exist at all. It is never part of the stored state.
/// </summary>
/// <param name="Kind">What it is about, such as <c>segment</c>, <c>sensor</c>, <c>batch</c> or <c>checkpoint</c>.</param>
/// <param name="Key">Which one; unique within its kind.</param>
/// <param name="Status">
/// The serialized published status, at most <see cref="StatusBytesMax"/> bytes, not to be changed any more; null removes
/// the key from the snapshot. An array, because a null array turns into an empty <see cref="ReadOnlyMemory{T}"/> unseen.
/// </param>
/// <param name="Replaces">
/// A kind whose earlier rows this one makes unnecessary (a checkpoint replaces the batches before it): they leave the
/// snapshot, and the log is always kept from the latest such row on, whatever its retention says.
/// </param>
public sealed record PublishedChange(string Kind, string Key, byte[]? Status, string? Replaces = null)
{
    /// <summary>True when nothing but a reading is new, which the history of readings keeps: then this is in the change log alone.</summary>
    public bool IsReading { get; init; }

    /// <summary>The segments whose level a batch moves: history lists each of them by itself.</summary>
    public ImmutableArray<LevelStep> Moved { get; init; } = [];

    /// <summary>Whether history keeps it. Of the rows that views pass over it keeps none, nor a checkpoint: the batches say the same.</summary>
    public bool IsHistory => !IsReading && Kind is PublishedKind.Sensor or PublishedKind.Segment or PublishedKind.Zone or PublishedKind.Guard
        or PublishedKind.Asset or PublishedKind.Conduit or PublishedKind.Alert or PublishedKind.Batch;

    /// <summary>64 MiB: the checkpoint of the largest city we mean to serve is about a tenth of it.</summary>
    public const int StatusBytesMax = 64 * 1024 * 1024;
}
