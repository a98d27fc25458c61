using System.Collections.Immutable;
using CityTwin.Core.Cascades;

namespace CityTwin.Grains.Storing;

/// <summary>
/// What has changed, for as long as the storage's options say: the rows of the change log but for plain readings, which
/// <see cref="IReadingHistory"/> keeps, and a row for each segment whose level a batch moved; written in the transaction of the change.
/// Marks hold the whole city now and then, so that a past instant is a mark and the rows after it.
/// </summary>
public interface IChangeHistory
{
    /// <summary>So much may the clocks of two silos differ, and so long a write be on its way, without anything being missed before and after a mark.</summary>
    static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(5);

    /// <summary>False when the options say that no history is kept: nothing is added, and reads are empty.</summary>
    bool IsKept { get; }

    /// <summary>
    /// Marks the city as it is, if the newest mark is old or much has changed since; drops the marks that are too old: all of
    /// them when no history is kept, or they would be taken up again with a gap behind them.
    /// </summary>
    /// <returns>Whether it made one.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be written.</exception>
    Task<bool> Mark(CancellationToken cancellation);

    /// <summary>The earliest instant that <see cref="At"/> can answer for; null when there is none yet.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<DateTimeOffset?> KeptSince(CancellationToken cancellation);

    /// <summary>Of what the city was made at an instant.</summary>
    /// <returns>Null when the instant is older than what is kept.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<PastRows?> At(DateTimeOffset instant, CancellationToken cancellation);

    /// <summary>Changes in the order of their time, and of their commit where that is the same.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ImmutableArray<KeptChange>> Read(ChangeQuery query, CancellationToken cancellation);

    /// <summary>The same in pieces of time, of each thing by itself: a piece is <paramref name="every"/> long and begins at a multiple of it since 1970.</summary>
    /// <param name="query">Names its things. Looks at <see cref="ChangeQuery.Max"/> pieces; the cursor is not looked at.</param>
    /// <param name="every">At least a millisecond.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ChangeSpans> Summarize(ChangeQuery query, TimeSpan every, CancellationToken cancellation);
}

/// <summary>The newest mark before an instant, and what was committed between the two.</summary>
/// <param name="MarkedAt">When the mark was made: readings that arrived since may be newer than what these rows say.</param>
/// <param name="Marked">The published rows then, by rising sequence.</param>
/// <param name="Since">What followed, by rising sequence.</param>
public sealed record PastRows(DateTimeOffset MarkedAt, ImmutableArray<ChangeRow> Marked, ImmutableArray<ChangeRow> Since);

/// <summary>Which changes are asked for.</summary>
/// <param name="Kinds">Of these kinds (see <see cref="Core.Views.PublishedKind"/>); at least one.</param>
/// <param name="Keys">Only of these things, at most <see cref="KeysMax"/>; none = of all.</param>
/// <param name="From">Committed then or later.</param>
/// <param name="Until">Committed before.</param>
/// <param name="Max">At least 1.</param>
/// <param name="After">The last change that the caller has; null = begin.</param>
public sealed record ChangeQuery(
    ImmutableArray<string> Kinds, ImmutableArray<ChangeKey> Keys, DateTimeOffset From, DateTimeOffset Until, bool NewestFirst, int Max, ChangePlace? After = null)
{
    public const int KeysMax = 100;
}

/// <summary>One thing of one kind.</summary>
public readonly record struct ChangeKey(string Kind, string Key);

/// <summary>Where a change stands in history.</summary>
/// <param name="At">When it was committed, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Number">Grows with each change; from 1.</param>
public readonly record struct ChangePlace(long At, long Number);

/// <summary>A kept change, and where it stands.</summary>
/// <param name="Row">The row of the change log; of a moved level it carries nothing.</param>
/// <param name="Level">The level before and after; null when the change is of another kind.</param>
public sealed record KeptChange(ChangePlace Place, ChangeRow Row, LevelStep? Level);

/// <summary>What became of one thing in one piece of time.</summary>
/// <param name="Count">Its changes; at least 1.</param>
/// <param name="WorstPermille">The least level it came to; null when no level moved.</param>
public sealed record ChangeSpan(DateTimeOffset Start, long Count, int? WorstPermille, KeptChange Last);

/// <summary>Pieces of time with changes in them.</summary>
/// <param name="Rest">What is left of the range asked for: its new end when newest come first, else its new start. Null when nothing is left.</param>
public sealed record ChangeSpans(ImmutableArray<ChangeSpan> Spans, DateTimeOffset? Rest);
