using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Grains.Storing;

/// <summary>
/// Every believed reading, once, for as long as the storage's options say. A reading that is news is added in the
/// transaction of the sensor's own state (see <see cref="ICarriesChanges.Kept"/>), a late one by <see cref="Keep"/>.
/// Times are whole milliseconds; a reading is known by boot and sequence, or else by its time.
/// </summary>
public interface IReadingHistory
{
    /// <summary>False when the options say that no history is kept: nothing is added, and reads are empty.</summary>
    bool IsKept { get; }

    /// <summary>Returns when the reading is durable. One that is in history already is not added again.</summary>
    /// <exception cref="SaveException">It is not known to be kept.</exception>
    Task Keep(KeptReading late);

    /// <summary>Readings in the order of their time, and of their arrival where that is the same.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation);

    /// <summary>Of each of some sensors the reading that was observed last of those that had arrived at an instant.</summary>
    /// <param name="known">What is known of each already: only what is newer is looked for. At most <see cref="ReadingBound.Max"/>.</param>
    /// <param name="arrivedSince">Earlier arrivals are not looked at.</param>
    /// <param name="instant">Neither are later ones.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Of those that have one, in no order.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ImmutableArray<KeptReading>> Latest(
        IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation);

    /// <summary>The same in pieces of time, without empty ones: a piece is <paramref name="every"/> long and begins at a multiple of it since 1970.</summary>
    /// <param name="query">At most <see cref="ReadingQuery.Max"/> pieces; the cursor is not looked at.</param>
    /// <param name="every">At least a millisecond.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The pieces, and how far they reach: nothing of the query lies between that instant and the last piece.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation);
}

/// <summary>Which readings are asked for.</summary>
/// <param name="From">Observed then or later.</param>
/// <param name="Until">Observed before.</param>
/// <param name="Max">At least 1.</param>
/// <param name="After">The last reading that the caller has; null = begin.</param>
public sealed record ReadingQuery(SensorId Sensor, DateTimeOffset From, DateTimeOffset Until, bool NewestFirst, int Max, ReadingPlace? After = null);

/// <summary>A reading that is known of a sensor.</summary>
/// <param name="Boot">With the sequence, of the highest numbered; null = the sensor does not number.</param>
public sealed record ReadingBound(SensorId Sensor, DateTimeOffset ObservedAt, long? Boot, long? Sequence)
{
    /// <summary>How many sensors are asked for at once.</summary>
    public const int Max = 10_000;
}

/// <summary>Where a reading stands in the history of its sensor.</summary>
/// <param name="ObservedAt">In milliseconds since 1970-01-01 UTC.</param>
/// <param name="Arrival">Grows with each reading that arrives; from 1.</param>
public readonly record struct ReadingPlace(long ObservedAt, long Arrival);

/// <summary>A kept reading, and where it stands.</summary>
public sealed record PlacedReading(ReadingPlace Place, KeptReading Kept);

/// <summary>What a sensor said in one piece of time.</summary>
/// <param name="Count">Its readings, numbers and words; at least 1.</param>
/// <param name="Minimum">Of the numbers; null when all are words. So with mean and maximum.</param>
/// <param name="Last">The value observed last.</param>
public sealed record ReadingSpan(DateTimeOffset Start, long Count, double? Minimum, double? Mean, double? Maximum, ReadingValue Last);

/// <summary>Pieces of time with readings in them.</summary>
/// <param name="Rest">
/// What is left of the range asked for: its new end when newest come first, else its new start. Null when nothing is left.
/// </param>
public sealed record ReadingSpans(ImmutableArray<ReadingSpan> Spans, DateTimeOffset? Rest);
