using System.Collections.Immutable;

namespace CityTwin.Core.Audit;

/// <summary>
/// The right edge of an audit log's Merkle tree (RFC 6962, section 2.1): all that must be known of the entries so far to
/// take the next one and to tell the root.
/// </summary>
/// <param name="Size">How many entries the tree has.</param>
/// <param name="Peaks">The complete subtrees from left to right, largest first: one for each bit of <paramref name="Size"/>.</param>
[GenerateSerializer, Alias("tree-edge"), Immutable]
public sealed record TreeEdge(long Size, ImmutableArray<TreeHash> Peaks)
{
    /// <summary>The tree without entries.</summary>
    public static TreeEdge Empty { get; } = new(0, []);

    /// <summary>The hash of the whole tree.</summary>
    public TreeHash Root
    {
        get
        {
            if (Peaks.IsEmpty)
            {
                return TreeHash.Empty;
            }

            var root = Peaks[^1];
            for (var peak = Peaks.Length - 2; peak >= 0; peak--)
            {
                root = TreeHash.Node(Peaks[peak], root);
            }

            return root;
        }
    }

    /// <summary>Takes one more entry.</summary>
    /// <param name="completed">The subtrees that end with it: itself, then each one that it completes, smallest first.</param>
    public TreeEdge Append(TreeHash leaf, out ImmutableArray<TreeHash> completed)
    {
        var merged = long.TrailingZeroCount(~Size);
        var subtrees = ImmutableArray.CreateBuilder<TreeHash>((int)merged + 1);
        subtrees.Add(leaf);
        for (var peak = Peaks.Length - 1; peak >= Peaks.Length - (int)merged; peak--)
        {
            subtrees.Add(TreeHash.Node(Peaks[peak], subtrees[^1]));
        }

        completed = subtrees.DrainToImmutable();
        return new(Size + 1, [.. Peaks.AsSpan()[..^(int)merged], completed[^1]]);
    }
}
