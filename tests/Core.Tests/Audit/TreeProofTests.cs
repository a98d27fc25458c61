using System.Collections.Immutable;
using CityTwin.Core.Audit;
using Xunit;

namespace CityTwin.Core.Tests.Audit;

/// <summary>Every proof over every small tree holds, and no other one does.</summary>
public sealed class TreeProofTests
{
    private const int SizeMax = 70;

    private readonly AuditRow[] _rows = new AuditRow[SizeMax];

    public TreeProofTests()
    {
        var edge = TreeEdge.Empty;
        for (var index = 0; index < SizeMax; index++)
        {
            _rows[index] = AuditRow.Append(ref edge, new[] { (byte)index });
        }
    }

    [Fact]
    public void Tree_is_the_one_that_the_definition_gives()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            Assert.Equal(ByDefinition(0, size), Root(size));
        }
    }

    [Fact]
    public void Entry_is_proved_to_be_in_the_tree_at_its_place_and_at_no_other()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            for (var entry = 0; entry < size; entry++)
            {
                var path = TreeProofs.Inclusion(entry, size, HashOf);
                Assert.True(TreeProofs.Includes(_rows[entry].Leaf, entry, size, path.AsSpan(), Root(size)));
                Assert.All(Broken(path), broken => Assert.False(TreeProofs.Includes(_rows[entry].Leaf, entry, size, broken.AsSpan(), Root(size))));
                for (var other = 0; other < size; other++)
                {
                    Assert.Equal(other == entry, TreeProofs.Includes(_rows[other].Leaf, entry, size, path.AsSpan(), Root(size)));
                    Assert.Equal(other == entry, TreeProofs.Includes(_rows[entry].Leaf, other, size, path.AsSpan(), Root(size)));
                }
            }
        }
    }

    [Fact]
    public void Earlier_tree_is_proved_to_be_the_beginning_and_no_other_one_is()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            for (var earlier = 1; earlier <= size; earlier++)
            {
                var proof = TreeProofs.Consistency(earlier, size, HashOf);
                Assert.True(TreeProofs.Extends(earlier, Root(earlier), size, Root(size), proof.AsSpan()));
                Assert.All(Broken(proof), broken => Assert.False(TreeProofs.Extends(earlier, Root(earlier), size, Root(size), broken.AsSpan())));
                Assert.False(TreeProofs.Extends(earlier, TreeHash.Empty, size, Root(size), proof.AsSpan()));
                Assert.False(TreeProofs.Extends(earlier, Root(earlier), size, TreeHash.Empty, proof.AsSpan()));
            }
        }
    }

    [Fact]
    public void Proof_for_a_place_outside_the_tree_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProofs.Inclusion(3, 3, HashOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProofs.Inclusion(-1, 3, HashOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProofs.Consistency(0, 3, HashOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeProofs.Consistency(4, 3, HashOf));
        Assert.False(TreeProofs.Includes(_rows[0].Leaf, 3, 3, [], _rows[0].Leaf));
        Assert.False(TreeProofs.Extends(0, TreeHash.Empty, 3, Root(3), []));
        Assert.False(TreeProofs.Extends(4, Root(4), 3, Root(3), []));
    }

    [Fact]
    public void Hash_is_read_as_it_was_written()
    {
        var hash = Root(SizeMax);
        Span<byte> bytes = stackalloc byte[TreeHash.Size];
        hash.Write(bytes);

        Assert.Equal(hash, TreeHash.Read(bytes));
        Assert.True(TreeHash.TryParse(hash.ToString(), out var parsed));
        Assert.Equal(hash, parsed);
        Assert.Equal(Convert.ToHexStringLower(bytes), hash.ToString());
        Assert.False(TreeHash.TryParse(hash.ToString()[1..], out _));
        Assert.False(TreeHash.TryParse($"-{hash.ToString()[1..]}", out _));
        Assert.False(TreeHash.TryParse(null, out _));
    }

    /// <summary>Without one hash, with one twice, and with one changed, at every place.</summary>
    private static IEnumerable<ImmutableArray<TreeHash>> Broken(ImmutableArray<TreeHash> proof)
    {
        yield return proof.Add(TreeHash.Empty);
        for (var place = 0; place < proof.Length; place++)
        {
            yield return proof.RemoveAt(place);
            yield return proof.Insert(place, proof[place]);
            yield return proof.SetItem(place, TreeHash.Empty);
        }
    }

    private TreeHash Root(int size) => _rows[size - 1].Root;

    private TreeHash HashOf(Subtree subtree) => _rows[subtree.LastEntry].Completed[subtree.Level];

    /// <summary>MTH of RFC 6962, section 2.1, word by word.</summary>
    private TreeHash ByDefinition(int from, int to)
    {
        if (to - from == 1)
        {
            return TreeHash.Leaf(_rows[from].Entry.Span);
        }

        var left = 1;
        while (2 * left < to - from)
        {
            left *= 2;
        }

        return TreeHash.Node(ByDefinition(from, from + left), ByDefinition(from + left, to));
    }
}
