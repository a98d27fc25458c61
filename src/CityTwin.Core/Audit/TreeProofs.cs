using System.Collections.Immutable;
using System.Numerics;

namespace CityTwin.Core.Audit;

/// <summary>A complete subtree: the entries from <c>Index * 2^Level</c> on, <c>2^Level</c> of them.</summary>
public readonly record struct Subtree(int Level, long Index)
{
    /// <summary>The entry that completed it; the log keeps its hash there.</summary>
    public long LastEntry => ((Index + 1) << Level) - 1;
}

/// <summary>
/// Proofs over an audit log's Merkle tree: that an entry is in it (RFC 6962, section 2.1.1) and that an earlier tree is its
/// beginning (section 2.1.2). They are checked as in RFC 9162, sections 2.1.3.2 and 2.1.4.2, without the log.
/// </summary>
public static class TreeProofs
{
    /// <summary>The audit path of an entry, from the leaf up.</summary>
    /// <param name="entry">0 to <paramref name="size"/> - 1.</param>
    /// <param name="size">Of the tree that the proof is for.</param>
    /// <param name="hashOf">Looks up a complete subtree within that tree.</param>
    public static ImmutableArray<TreeHash> Inclusion(long entry, long size, Func<Subtree, TreeHash> hashOf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(entry, size);
        var path = ImmutableArray.CreateBuilder<TreeHash>();
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + Left(to - from);
            path.Add(entry < middle ? HashOf(middle, to, hashOf) : HashOf(from, middle, hashOf));
            (from, to) = entry < middle ? (from, middle) : (middle, to);
        }

        path.Reverse();
        return path.DrainToImmutable();
    }

    /// <summary>The proof that the tree of <paramref name="earlier"/> entries is the beginning of that of <paramref name="size"/>.</summary>
    /// <param name="earlier">1 to <paramref name="size"/>; equal sizes need no proof and give an empty one.</param>
    /// <param name="size">Of the later tree.</param>
    /// <param name="hashOf">Looks up a complete subtree within the later tree.</param>
    public static ImmutableArray<TreeHash> Consistency(long earlier, long size, Func<Subtree, TreeHash> hashOf)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(earlier);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, size);
        var proof = ImmutableArray.CreateBuilder<TreeHash>();
        var (from, to) = (0L, size);
        while (to != earlier)
        {
            var middle = from + Left(to - from);
            proof.Add(earlier <= middle ? HashOf(middle, to, hashOf) : HashOf(from, middle, hashOf));
            (from, to) = earlier <= middle ? (from, middle) : (middle, to);
        }

        // Whoever checks knows the whole earlier tree's hash, but not that of a part of it.
        if (from > 0)
        {
            proof.Add(HashOf(from, to, hashOf));
        }

        proof.Reverse();
        return proof.DrainToImmutable();
    }

    /// <summary>True when <paramref name="path"/> leads from the leaf to the root of a tree of that size.</summary>
    public static bool Includes(TreeHash leaf, long entry, long size, ReadOnlySpan<TreeHash> path, TreeHash root)
    {
        if (entry < 0 || entry >= size)
        {
            return false;
        }

        var (index, last, hash) = (entry, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0)
            {
                return false;
            }

            if ((index & 1) == 1 || index == last)
            {
                hash = TreeHash.Node(sibling, hash);
                Climb(ref index, ref last);
            }
            else
            {
                hash = TreeHash.Node(hash, sibling);
            }

            (index, last) = (index >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>True when <paramref name="proof"/> shows that the earlier tree is the beginning of the later one.</summary>
    public static bool Extends(long earlier, TreeHash earlierRoot, long size, TreeHash root, ReadOnlySpan<TreeHash> proof)
    {
        if (earlier <= 0 || earlier > size)
        {
            return false;
        }

        if (earlier == size)
        {
            return proof.IsEmpty && earlierRoot == root;
        }

        var first = earlierRoot;
        if (!BitOperations.IsPow2(earlier))
        {
            if (proof.IsEmpty)
            {
                return false;
            }

            first = proof[0];
            proof = proof[1..];
        }

        var (index, last) = (earlier - 1, size - 1);
        var complete = BitOperations.TrailingZeroCount(~index);
        (index, last) = (index >> complete, last >> complete);
        var (before, now) = (first, first);
        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((index & 1) == 1 || index == last)
            {
                before = TreeHash.Node(sibling, before);
                now = TreeHash.Node(sibling, now);
                Climb(ref index, ref last);
            }
            else
            {
                now = TreeHash.Node(now, sibling);
            }

            (index, last) = (index >> 1, last >> 1);
        }

        return last == 0 && before == earlierRoot && now == root;
    }

    /// <summary>A subtree at the right edge has no sibling on some levels: they are passed over.</summary>
    private static void Climb(ref long index, ref long last)
    {
        while ((index & 1) == 0 && index != 0)
        {
            (index, last) = (index >> 1, last >> 1);
        }
    }

    /// <summary>The largest power of two below <paramref name="size"/>: so many entries are the left part.</summary>
    private static long Left(long size) => 1L << BitOperations.Log2((ulong)(size - 1));

    private static TreeHash HashOf(long from, long to, Func<Subtree, TreeHash> hashOf)
    {
        var size = to - from;
        if (BitOperations.IsPow2(size))
        {
            var level = BitOperations.Log2((ulong)size);
            return hashOf(new(level, from >> level));
        }

        var middle = from + Left(size);
        return TreeHash.Node(HashOf(from, middle, hashOf), HashOf(middle, to, hashOf));
    }
}
