namespace CityTwin.Core.Audit;

/// <summary>The tree of an export, entry by entry in their own order, as far as it can be followed.</summary>
internal sealed class FollowedTree(ReadOnlySpan<KnownRoot> known, List<AuditFault> faults)
{
    private readonly ILookup<long, TreeHash> _known = known.ToArray().ToLookup(root => root.Size, root => root.Root);
    private TreeEdge? _edge = TreeEdge.Empty;
    private bool _doubted;
    private bool _another;

    /// <summary>Of the entries so far; null once the tree cannot be followed.</summary>
    public TreeHash? Root => _doubted ? null : _edge?.Root;

    /// <summary>An entry is missing, and with it the hash that would lead on.</summary>
    public void Leave() => _edge = null;

    public void Take(AuditVerification.Row row)
    {
        if (row.Own != row.Leaf)
        {
            Add(AuditFaultKind.Altered, row, $"Entry {row.Index} (line {row.Line}) does not match its own hash: it was altered.");
        }

        if (_edge is not { } before)
        {
            return;
        }

        // Of an altered entry and an altered hash, the one that leads to the root is what was entered.
        var told = before.Append(row.Leaf, out _);
        var own = row.Own == row.Leaf ? told : before.Append(row.Own, out _);
        _edge = told.Root == row.Root ? told : own;
        if (_edge.Root == row.Root)
        {
            _doubted = false;
            Compare(row);
        }
        else if (_doubted)
        {
            Leave();
        }
        else
        {
            // If only its root was altered, the next entry leads to its own again.
            _doubted = true;
            if (row.Own == row.Leaf)
            {
                Add(AuditFaultKind.Altered, row,
                    $"Entry {row.Index} (line {row.Line}) does not lead to the root told with it: it was altered together with its hash, or the root was, or the whole line before it.");
            }
        }
    }

    public void End(KnownRoot? head)
    {
        if (head is { } told && !_doubted && _edge is { } edge && (edge.Root != told.Root || edge.Size != told.Size))
        {
            faults.Add(new(AuditFaultKind.Altered, long.Max(edge.Size - 1, 0), 1, "The head's size and root are not those of the entries: the head was altered."));
        }
    }

    private void Compare(AuditVerification.Row row)
    {
        if (!_another && _known[row.Index + 1].Any(root => root != row.Root))
        {
            _another = true;
            Add(AuditFaultKind.AnotherLog, row,
                $"The root of the first {row.Index + 1} entries is not the known one: one of them was altered together with all hashes behind it.");
        }
    }

    private void Add(AuditFaultKind kind, AuditVerification.Row row, string message) => faults.Add(new(kind, row.Index, row.Line, message));
}
