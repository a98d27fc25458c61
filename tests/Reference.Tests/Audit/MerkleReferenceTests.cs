using System.Text.Json;
using CityTwin.Core.Audit;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Reference.Tests.Audit;

/// <summary>The audit log's tree and its proofs against the published values for RFC 6962.</summary>
public sealed class MerkleReferenceTests
{
    private readonly List<TreeHash> _leaves = [];
    private readonly Dictionary<Subtree, TreeHash> _subtrees = [];
    private readonly List<TreeHash> _roots = [TreeHash.Empty];

    [Fact]
    public void Roots_are_the_published_ones()
    {
        var cases = Read();

        Assert.Equal(cases.GetProperty("empty_root").GetString(), TreeEdge.Empty.Root.ToString());
        Assert.Equal(Texts(cases.GetProperty("roots")), _roots.Skip(1).Select(root => root.ToString()));
    }

    [Fact]
    public void Audit_paths_are_the_published_ones()
    {
        var cases = Read();
        Assert.All(cases.GetProperty("inclusion_1based").EnumerateArray(), one =>
        {
            var (entry, size) = (one.GetProperty("leaf").GetInt32() - 1, one.GetProperty("tree_size").GetInt32());

            var path = TreeProofs.Inclusion(entry, size, subtree => _subtrees[subtree]);

            Assert.Equal(Texts(one.GetProperty("path")), path.Select(hash => hash.ToString()));
            Assert.True(TreeProofs.Includes(_leaves[entry], entry, size, path.AsSpan(), _roots[size]));
        });
    }

    [Fact]
    public void Consistency_proofs_are_the_published_ones()
    {
        var cases = Read();
        Assert.All(cases.GetProperty("consistency").EnumerateArray(), one =>
        {
            var (earlier, size) = (one.GetProperty("m").GetInt32(), one.GetProperty("n").GetInt32());

            var proof = TreeProofs.Consistency(earlier, size, subtree => _subtrees[subtree]);

            Assert.Equal(Texts(one.GetProperty("proof")), proof.Select(hash => hash.ToString()));
            Assert.True(TreeProofs.Extends(earlier, _roots[earlier], size, _roots[size], proof.AsSpan()));
        });
    }

    private static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(text => text.GetString());

    private JsonElement Read()
    {
        var file = Path.Combine(Repository.Reference, "breach", "rfc6962_cases.json");
        Assert.SkipUnless(File.Exists(file), "There are no reference cases of RFC 6962 here.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var cases = document.RootElement.Clone();
        var edge = TreeEdge.Empty;
        foreach (var leaf in Texts(cases.GetProperty("leaves_hex")))
        {
            var row = AuditRow.Append(ref edge, Convert.FromHexString(leaf!));
            _leaves.Add(row.Leaf);
            _roots.Add(row.Root);
            for (var level = 0; level < row.Completed.Length; level++)
            {
                _subtrees.Add(new(level, row.Index >> level), row.Completed[level]);
            }
        }

        return cases;
    }
}
