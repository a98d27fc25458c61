using CityTwin.Core.Audit;
using Orleans.Storage;

namespace CityTwin.Storage.Tests;

/// <summary>The audit log is one tree without gaps, whoever adds to it and however often.</summary>
public sealed class AuditLogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task New_log_is_the_empty_tree(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);

        Assert.Equal((0, TreeHash.Empty), ((await storage.Audit.Edge(Cancellation)).Size, (await storage.Audit.Edge(Cancellation)).Root));
        Assert.Empty(await storage.Audit.Read(0, 10, Cancellation));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Act_is_entered_with_the_state_it_saved_and_not_with_one_it_did_not(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);

        await storage.Save("s:1", null, Act("first"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:1", 7, Act("conflict")));
        await storage.Save("s:1", 1, Act("second"));

        Assert.Equal(["first", "second"], await Ids(storage));
        Assert.Equal(2, storage.Scalar("select max(Version) from OrleansStorage"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Act_that_is_told_again_is_entered_once(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);

        await storage.Audit.Append(Act("one"), Act("two"), Act("one"));
        await storage.Save("s:1", null, Act("two"));
        await storage.Audit.Append(Act("one"), Act("three"));

        Assert.Equal(["one", "two", "three"], await Ids(storage));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Two_silos_that_add_at_the_same_time_make_one_tree(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await using var other = await TestStorage.Open(kind, beside: storage);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(number =>
            number % 3 == 0 ? (Task)storage.Save($"s:{number}", null, Act($"{number}"))
            : (number % 3 == 1 ? storage : other).Audit.Append(Act($"{number}"))));

        var rows = await storage.Audit.Read(0, 1_000, Cancellation);
        var (expected, edge) = (TreeEdge.Empty, await other.Audit.Edge(Cancellation));
        Assert.Equal(200, rows.Length);
        Assert.All(rows, row => Assert.Equivalent(AuditRow.Append(ref expected, row.Entry) with { Entry = default }, row with { Entry = default }, strict: true));
        Assert.Equal((expected.Size, expected.Root), (edge.Size, edge.Root));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Proofs_are_made_from_what_the_rows_keep(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await storage.Audit.Append([.. Enumerable.Range(0, 100).Select(number => Act($"{number}"))]);
        var rows = await storage.Audit.Read(0, 1_000, Cancellation);

        var path = TreeProofs.Inclusion(41, 100, subtree => rows[(int)subtree.LastEntry].Completed[subtree.Level]);

        Assert.True(TreeProofs.Includes(TreeHash.Leaf(rows[41].Entry.Span), 41, 100, path.AsSpan(), rows[99].Root));
        Assert.Equal([42, 43], (await storage.Audit.Read(42, 2, Cancellation)).Select(row => row.Index));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Altered_row_is_found_in_an_export(Database kind)
    {
        await using var storage = await TestStorage.Open(kind);
        await storage.Audit.Append([.. Enumerable.Range(0, 50).Select(number => Act($"{number}"))]);
        storage.Execute($"update audit set entry = (select entry from audit where place = 3) where place = 30");

        var edge = await storage.Audit.Edge(Cancellation);
        var rows = await storage.Audit.Read(0, 1_000, Cancellation);
        var fault = Assert.Single(AuditVerification.Of(rows.Select(AuditExport.Line).Prepend(AuditExport.Head(edge.Size, edge.Root))).Faults);

        Assert.Equal((AuditFaultKind.Altered, 30L), (fault.Kind, fault.Index));
    }

    private static async Task<IEnumerable<string>> Ids(TestStorage storage) =>
        (await storage.Audit.Read(0, 1_000, Cancellation)).Select(row => AuditEntry.Read(row.Entry)!.Id);

    private static AuditEntry Act(string id) => new(
        id, DateTimeOffset.UnixEpoch, "ada", AuditKind.Command, "citytwin.v1.SegmentService/OpenSegment", "segments/tie-1", "test", "127.0.0.1", "OK");
}
