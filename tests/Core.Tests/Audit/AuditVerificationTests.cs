using System.Text.Json.Nodes;
using CityTwin.Core.Audit;
using Xunit;

namespace CityTwin.Core.Tests.Audit;

/// <summary>An export that was changed is found out, at the entry that was changed.</summary>
public sealed class AuditVerificationTests(ITestOutputHelper output)
{
    private const int Entries = 100_000;
    private const int Tamperings = 1_000;

    [Fact]
    public void Untouched_export_is_whole()
    {
        foreach (var size in new[] { 0, 1, 2, 3, 100 })
        {
            var (lines, edge) = Export(size);

            var verified = AuditVerification.Of(lines, new KnownRoot(edge.Size, edge.Root));

            Assert.Empty(verified.Faults);
            Assert.Equal(size, verified.Size);
            Assert.Equal(edge.Root, verified.Root);
        }
    }

    [Fact]
    public void Each_of_a_thousand_random_tamperings_of_a_large_log_is_found_at_its_entry()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (lines, _) = Export(Entries);

        // All at once, each in a stretch of its own: the log is read once, and no fault may hide another.
        const int stretch = Entries / Tamperings;
        var tampered = new List<string> { lines[0] };
        var expected = new List<(AuditFaultKind Kind, long Index)>();
        for (var place = 0; place < Tamperings; place++)
        {
            var part = lines.GetRange(1 + (place * stretch), stretch);
            expected.Add(InPlace(part, place * stretch, random));
            tampered.AddRange(part);
        }

        var found = AuditVerification.Of(tampered).Faults.Select(fault => (fault.Kind, fault.Index)).ToHashSet();

        Assert.All(expected, one => Assert.Contains(one, found));
        Assert.Equal(Tamperings, found.Count);
    }

    [Fact]
    public void Each_random_tampering_by_itself_is_the_only_thing_found()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (whole, _) = Export(200);
        for (var time = 0; time < Tamperings; time++)
        {
            var lines = whole.ToList();
            var entries = lines.GetRange(1, 200);
            var (kind, index) = random.Next(3) == 0 ? Forged(entries, random) : InPlace(entries, 0, random);

            var verified = AuditVerification.Of(entries.Prepend(lines[0]));

            var fault = Assert.Single(verified.Faults);
            Assert.Equal((kind, index), (fault.Kind, fault.Index));
        }
    }

    [Fact]
    public void Log_written_anew_from_an_entry_on_is_found_by_a_known_root()
    {
        var (lines, edge) = Export(100);
        var (other, _) = Export(100, altered: 40);

        Assert.Empty(AuditVerification.Of(other).Faults);
        var early = Assert.Single(AuditVerification.Of(other, new(100, edge.Root), new(60, RootOf(lines[60])), new(30, RootOf(lines[30]))).Faults);
        Assert.Equal((AuditFaultKind.AnotherLog, 59L), (early.Kind, early.Index));
    }

    [Fact]
    public void End_that_was_cut_off_with_the_head_mended_is_found_by_a_known_root()
    {
        var (_, edge) = Export(100);
        var (shorter, _) = Export(90);

        var fault = Assert.Single(AuditVerification.Of(shorter, new KnownRoot(100, edge.Root)).Faults);

        Assert.Equal((AuditFaultKind.Removed, 90L), (fault.Kind, fault.Index));
    }

    [Fact]
    public void Head_that_was_altered_is_found()
    {
        var (lines, edge) = Export(10);

        Assert.NotEmpty(AuditVerification.Of(lines.Skip(1).Prepend(AuditExport.Head(9, edge.Root))).Faults);
        Assert.NotEmpty(AuditVerification.Of(lines.Skip(1).Prepend(AuditExport.Head(11, edge.Root))).Faults);
        Assert.NotEmpty(AuditVerification.Of(lines.Skip(1).Prepend(AuditExport.Head(10, TreeHash.Empty))).Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"index\":-1}")]
    [InlineData("{\"index\":1e999,\"leaf\":1,\"root\":2,\"entry\":{}}")]
    public void Line_of_something_else_is_named_and_the_rest_is_read(string line)
    {
        var (lines, _) = Export(10);
        lines.Insert(5, line);

        var fault = Assert.Single(AuditVerification.Of(lines).Faults);

        Assert.Equal((AuditFaultKind.Unreadable, 6), (fault.Kind, fault.Line));
        Assert.Equal(AuditFaultKind.Unreadable, AuditVerification.Of([line]).Faults[0].Kind);
    }

    [Fact]
    public void Empty_file_is_no_export() => Assert.Equal(AuditFaultKind.Unreadable, Assert.Single(AuditVerification.Of([]).Faults).Kind);

    [Fact]
    public void Entry_is_read_as_it_was_written()
    {
        var entry = Entry(7) with { On = null, Why = "\"because\"\n\u2028 é 🐦", Kind = AuditKind.SignIn };

        Assert.Equal(entry, AuditEntry.Read(entry.ToJson()));
        Assert.Null(AuditEntry.Read("{}"u8.ToArray()));
    }

    [Fact]
    public void Long_reason_is_cut_between_characters()
    {
        var reason = string.Concat(Enumerable.Repeat("a🐦", AuditEntry.TextLengthMax));

        var kept = AuditEntry.Read((Entry(1) with { Why = reason }).ToJson())!.Why!;

        Assert.Equal($"{reason[..(AuditEntry.TextLengthMax - 1)]}a…"[^2..], kept[^2..]);
        Assert.DoesNotContain('\uFFFD', kept);
        Assert.True(kept.Length <= AuditEntry.TextLengthMax + 1);
    }

    /// <summary>A tampering that touches nothing behind it, so that many fit into one log, except a removal (see there).</summary>
    private static (AuditFaultKind Kind, long Index) InPlace(List<string> lines, long first, Random random)
    {
        var place = random.Next(1, lines.Count - 2);
        switch (random.Next(6))
        {
            case 0:
                lines[place] = Edit(lines[place], line => line["entry"]!["who"] = "somebody else");
                return (AuditFaultKind.Altered, first + place);
            case 1:
                lines[place] = Edit(lines[place], line => line["leaf"] = TreeHash.Empty.ToString());
                return (AuditFaultKind.Altered, first + place);
            case 2:
                var digit = lines[place].IndexOf("\"at\":\"20", StringComparison.Ordinal) + 9;
                lines[place] = $"{lines[place][..digit]}{(lines[place][digit] == '9' ? '8' : '9')}{lines[place][(digit + 1)..]}";
                return (AuditFaultKind.Altered, first + place);
            case 3:
                lines.RemoveAt(place);
                return (AuditFaultKind.Removed, first + place);
            case 4:
                lines.Insert(place, lines[place]);
                return (AuditFaultKind.Repeated, first + place);
            default:
                // At least two places, so that it is clear which of two changed places.
                var to = random.Next(2) == 0 && place >= 3 ? random.Next(0, place - 1) : random.Next(int.Min(place + 2, lines.Count - 1), lines.Count);
                var moved = lines[place];
                lines.RemoveAt(place);
                lines.Insert(to, moved);
                return to - place is 1 or -1
                    ? (AuditFaultKind.Reordered, first + int.Max(place, to))
                    : (AuditFaultKind.Reordered, first + place);
        }
    }

    /// <summary>A tampering by somebody who knows how an entry is hashed, or who alters only the root.</summary>
    private static (AuditFaultKind Kind, long Index) Forged(List<string> lines, Random random)
    {
        var place = random.Next(lines.Count - 1);
        lines[place] = Edit(lines[place], random.Next(2) == 0
            ? line => line["root"] = TreeHash.Empty.ToString()
            : line =>
            {
                line["entry"]!["why"] = "a better reason";
                line["leaf"] = TreeHash.Leaf(System.Text.Encoding.UTF8.GetBytes(line["entry"]!.ToJsonString())).ToString();
            });
        return (AuditFaultKind.Altered, place);
    }

    private static string Edit(string line, Action<JsonNode> edit)
    {
        var node = JsonNode.Parse(line)!;
        edit(node);
        return node.ToJsonString();
    }

    private static TreeHash RootOf(string line) => TreeHash.TryParse(JsonNode.Parse(line)!["root"]!.GetValue<string>(), out var root) ? root : throw new FormatException();

    private static (List<string> Lines, TreeEdge Edge) Export(int size, int altered = -1)
    {
        var edge = TreeEdge.Empty;
        var lines = new List<string>(size + 1);
        for (var index = 0; index < size; index++)
        {
            lines.Add(AuditExport.Line(AuditRow.Append(ref edge, (index == altered ? Entry(-1) : Entry(index)).ToJson())));
        }

        lines.Insert(0, AuditExport.Head(edge.Size, edge.Root));
        return (lines, edge);
    }

    private static AuditEntry Entry(int number) => new(
        $"act-{number}", DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(number), "operator-7", AuditKind.Command,
        "citytwin.v1.SegmentService/IsolateSegment", $"segments/feeder-{number % 97}", "maintenance", "127.0.0.1", "OK");
}
