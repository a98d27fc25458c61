using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace CityTwin.Core.Audit;

/// <summary>
/// Checks an exported audit log against itself and against known roots, and names every altered, removed, repeated or
/// reordered entry. An entry is found by its own hash, by its place, and by the root of the tree up to it, which nobody can
/// mend without changing all roots behind it: then only a known root tells, and from where on.
/// </summary>
/// <param name="Size">How many entries were found.</param>
/// <param name="Root">The root that the entries themselves lead to; null when they do not lead to one.</param>
/// <param name="Faults">Empty when nothing was changed.</param>
public sealed record AuditVerification(long Size, TreeHash? Root, ImmutableArray<AuditFault> Faults)
{
    internal readonly record struct Row(long Index, int Line, TreeHash Own, TreeHash Leaf, TreeHash Root);

    /// <summary>Checks an export.</summary>
    /// <param name="lines">Of the file, the head first.</param>
    /// <param name="known">Roots to hold it against, in any order.</param>
    public static AuditVerification Of(IEnumerable<string> lines, params ReadOnlySpan<KnownRoot> known)
    {
        var faults = new List<AuditFault>();
        var rows = new List<Row>();
        KnownRoot? head = null;
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (number == 1)
            {
                head = ReadHead(line);
                if (head is null)
                {
                    faults.Add(new(AuditFaultKind.Unreadable, 0, 1, "The first line is not the head of an audit log's export."));
                }
            }
            else if (ReadRow(line, number) is { } row)
            {
                rows.Add(row);
            }
            else
            {
                faults.Add(new(AuditFaultKind.Unreadable, number - 2, number, $"Line {number} is not an entry of an audit log's export."));
            }
        }

        if (number == 0)
        {
            faults.Add(new(AuditFaultKind.Unreadable, 0, 0, "The file is empty."));
        }

        FindReordered(rows, faults);
        rows.Sort((one, other) => one.Index != other.Index ? one.Index.CompareTo(other.Index) : one.Line.CompareTo(other.Line));
        var root = Follow(rows, head, known, faults);
        return new(rows.Count, root, [.. faults.OrderBy(fault => fault.Index).ThenBy(fault => fault.Line)]);
    }

    /// <summary>The fewest entries that must be put back for the rest to be in order: those outside a longest rising row.</summary>
    private static void FindReordered(List<Row> rows, List<AuditFault> faults)
    {
        // For each length the place where the lowest rising row of that length ends (patience sorting).
        var ends = new List<int>();
        var before = new int[rows.Count];
        for (var place = 0; place < rows.Count; place++)
        {
            var length = FirstAbove(ends, rows, rows[place].Index);
            before[place] = length == 0 ? -1 : ends[length - 1];
            if (length == ends.Count)
            {
                ends.Add(place);
            }
            else
            {
                ends[length] = place;
            }
        }

        var next = ends.Count == 0 ? -1 : ends[^1];
        for (var place = rows.Count - 1; place >= 0; place--)
        {
            if (place == next)
            {
                next = before[place];
                continue;
            }

            var row = rows[place];
            faults.Add(new(AuditFaultKind.Reordered, row.Index, row.Line, $"Entry {row.Index} stands in line {row.Line}, out of its order."));
        }
    }

    /// <summary>How many rising rows end at or below an index; equal ones go on, for a repeated entry is not out of order.</summary>
    private static int FirstAbove(List<int> ends, List<Row> rows, long index)
    {
        var (low, high) = (0, ends.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = rows[ends[middle]].Index <= index ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static TreeHash? Follow(List<Row> rows, KnownRoot? head, ReadOnlySpan<KnownRoot> known, List<AuditFault> faults)
    {
        var tree = new FollowedTree(known, faults);
        long due = 0;
        foreach (var row in rows)
        {
            if (row.Index < due)
            {
                faults.Add(new(AuditFaultKind.Repeated, row.Index, row.Line, $"Entry {row.Index} stands again in line {row.Line}."));
                continue;
            }

            if (Missing(due, row.Index, faults))
            {
                tree.Leave();
            }

            due = row.Index + 1;
            tree.Take(row);
        }

        if (Missing(due, head?.Size ?? due, faults))
        {
            tree.Leave();
        }

        foreach (var root in known)
        {
            if (root.Size > due)
            {
                faults.Add(new(AuditFaultKind.Removed, due, 0, $"The known root is of {root.Size} entries, and the file has {due}."));
            }
        }

        tree.End(head);
        return tree.Root;
    }

    private static bool Missing(long from, long to, List<AuditFault> faults)
    {
        if (from < to)
        {
            faults.Add(new(AuditFaultKind.Removed, from, 0, to - from == 1
                ? $"Entry {from} is missing." : $"Entries {from} to {to - 1} are missing."));
        }

        return from < to;
    }

    // What is not read would not be checked either: there must be nothing else.
    private static KnownRoot? ReadHead(string line) => Parse<KnownRoot>(line, element =>
        element.EnumerateObject().Count() == 3
        && element.GetProperty("citytwin_audit").GetInt32() == AuditExport.Format
        && TreeHash.TryParse(element.GetProperty("root").GetString(), out var root)
            ? new(element.GetProperty("size").GetInt64(), root) : null);

    private static Row? ReadRow(string line, int number) => Parse<Row>(line, element =>
        element.EnumerateObject().Count() == 4
        && element.GetProperty("index").GetInt64() is >= 0 and var index
        && TreeHash.TryParse(element.GetProperty("leaf").GetString(), out var leaf)
        && TreeHash.TryParse(element.GetProperty("root").GetString(), out var root)
            ? new(index, number, TreeHash.Leaf(Encoding.UTF8.GetBytes(element.GetProperty("entry").GetRawText())), leaf, root) : null);

    private static T? Parse<T>(string line, Func<JsonElement, T?> read)
        where T : struct
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
