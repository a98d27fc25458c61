using System.Collections.Immutable;

namespace CityTwin.Core.Audit;

/// <summary>One entry as the log keeps it.</summary>
/// <param name="Index">Its place in the log, from 0; the log has no gaps.</param>
/// <param name="Entry">See <see cref="AuditEntry.ToJson"/>.</param>
/// <param name="Completed">The hashes of the complete subtrees that end here, smallest first: the first is the entry's own leaf.</param>
/// <param name="Root">The hash of the whole tree up to and including this entry.</param>
[GenerateSerializer, Alias("audit-row"), Immutable]
public sealed record AuditRow(long Index, ReadOnlyMemory<byte> Entry, ImmutableArray<TreeHash> Completed, TreeHash Root)
{
    /// <summary>The hash of this entry alone.</summary>
    public TreeHash Leaf => Completed[0];

    /// <summary>Enters something behind a tree's edge.</summary>
    public static AuditRow Append(ref TreeEdge edge, ReadOnlyMemory<byte> entry)
    {
        var index = edge.Size;
        edge = edge.Append(TreeHash.Leaf(entry.Span), out var completed);
        return new(index, entry, completed, edge.Root);
    }
}
