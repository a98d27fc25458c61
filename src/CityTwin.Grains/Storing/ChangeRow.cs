using System.Collections.Immutable;

namespace CityTwin.Grains.Storing;

/// <summary>One row of the change log.</summary>
/// <param name="Seq">Its place: from 1, without gaps, in the order of the commits.</param>
/// <param name="At">When it was committed, by the clock of the silo that wrote it, to the millisecond.</param>
/// <param name="Version">The version of the grain state it was written with, from 1.</param>
/// <param name="Published">The serialized published status; null says that the key is gone.</param>
public sealed record ChangeRow(
    long Seq, DateTimeOffset At, string Kind, string Key, long Version, ReadOnlyMemory<byte>? Published);

/// <summary>The latest published row of every key by rising sequence, and the head of the log, all as of one moment.</summary>
/// <param name="Head">Continue the tail after this sequence; 0 when nothing was ever published.</param>
public sealed record ChangeSnapshot(long Head, ImmutableArray<ChangeRow> Rows);

/// <summary>The answer to a read of the change log: rows, or the news that they are no longer there.</summary>
public abstract record ChangeRead;

/// <summary>The rows that follow, gapless from the sequence asked for; empty at the head of the log.</summary>
public sealed record ChangesFollow(ImmutableArray<ChangeRow> Rows) : ChangeRead;

/// <summary>Some of the rows that follow: all of their kind from the sequence asked for through <paramref name="Through"/>.</summary>
/// <param name="Through">Continue after this sequence.</param>
public sealed record SomeFollow(ImmutableArray<ChangeRow> Rows, long Through) : ChangeRead;

/// <summary>
/// The log does not hold what follows the sequence asked for: it is older than what is kept, or of another log. The
/// reader starts over from a snapshot.
/// </summary>
/// <param name="FirstKept">The lowest sequence still kept.</param>
/// <param name="Head">The highest sequence.</param>
public sealed record ChangesGone(long FirstKept, long Head) : ChangeRead;
