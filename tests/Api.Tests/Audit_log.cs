using System.Net;
using System.Net.Http.Json;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What is entered in the audit log, and how it is read and proved.</summary>
public sealed class Audit_log : IAsyncLifetime
{
    private readonly ApiServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private AuditService.AuditServiceClient Client => new(_server.Channel);

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Order_is_entered_once_with_how_it_was_answered()
    {
        using var done = await _server.Http.PostAsJsonAsync("v1/segments/pump:fail", new { principal = "ada", reason = "drill" }, Cancellation);
        using var wrong = await _server.Http.PostAsJsonAsync("v1/segments/pump:fail", new { principal = "ada", reason = "", level_permille = -1 }, Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (done.StatusCode, wrong.StatusCode));
        Assert.Equal(["OK", "INVALID_ARGUMENT"], _server.Audit.Entries.Where(entry => entry.Kind == AuditKind.Command).Select(entry => entry.Status));
        Assert.All(_server.Audit.Entries, entry => Assert.Equal(("ada", "segments/pump"), (entry.Who, entry.On)));
    }

    [Fact]
    public async Task Trial_and_sensitive_read_are_entered_as_what_they_are()
    {
        await new InspectionService.InspectionServiceClient(_server.Channel).InspectGrainAsync(new() { Name = "grains/segment/pump" }, cancellationToken: Cancellation);
        await Client.GetAuditLogAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(
            [(AuditKind.Read, "citytwin.v1.InspectionService/InspectGrain"), (AuditKind.Read, "citytwin.v1.AuditService/GetAuditLog")],
            _server.Audit.Entries.Select(entry => (entry.Kind, entry.Action)));
    }

    [Fact]
    public async Task Ordinary_read_is_not_entered()
    {
        await new ZoneService.ZoneServiceClient(_server.Channel).ListZonesAsync(new(), cancellationToken: Cancellation);

        Assert.Empty(_server.Audit.Entries);
    }

    [Fact]
    public async Task Entries_come_newest_first_in_pages_and_by_filter()
    {
        await Enter(1_200);

        var seen = new List<CityTwin.Protocol.V1.AuditEntry>();
        var request = new ListAuditEntriesRequest { PageSize = 7, Filter = "principal = \"bert\"" };
        do
        {
            var page = await Client.ListAuditEntriesAsync(request, cancellationToken: Cancellation);
            Assert.True(page.AuditEntries.Count <= 7);
            seen.AddRange(page.AuditEntries);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(0, 12).Select(number => (long)number * 100).Reverse(), seen.Select(entry => entry.Index));
        Assert.All(seen, entry => Assert.Equal("bert", entry.Principal));
    }

    [Fact]
    public async Task Wrong_filter_size_and_token_are_refused()
    {
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ListAuditEntriesAsync(new() { Filter = "colour = \"red\"" }, cancellationToken: Cancellation)));
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ListAuditEntriesAsync(new() { PageSize = -1 }, cancellationToken: Cancellation)));
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ListAuditEntriesAsync(new() { PageToken = "x" }, cancellationToken: Cancellation)));
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ProveAuditEntryAsync(new() { Index = 1_000 }, cancellationToken: Cancellation)));
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ProveAuditLogAsync(new() { EarlierSize = 0 }, cancellationToken: Cancellation)));
        Assert.Equal(StatusCode.InvalidArgument, await Refusal(Client.ProveAuditLogAsync(new() { EarlierSize = 1, Size = 1_000 }, cancellationToken: Cancellation)));
    }

    [Fact]
    public async Task Proofs_hold_without_the_server()
    {
        await Enter(40);
        var earlier = await Client.GetAuditLogAsync(new(), cancellationToken: Cancellation);
        await Enter(23);

        var entry = await Client.ProveAuditEntryAsync(new() { Index = 17, Size = 60 }, cancellationToken: Cancellation);
        var growth = await Client.ProveAuditLogAsync(new() { EarlierSize = earlier.Size }, cancellationToken: Cancellation);

        Assert.True(TreeProofs.Includes(Hash(entry.Hash), 17, 60, [.. entry.Hashes.Select(Hash)], Hash(entry.Root)));
        Assert.Equal(earlier.Root, growth.Hash);
        Assert.True(TreeProofs.Extends(earlier.Size, Hash(earlier.Root), growth.Size, Hash(growth.Root), [.. growth.Hashes.Select(Hash)]));
    }

    [Fact]
    public async Task Export_is_whole()
    {
        await Enter(1_234);

        var lines = new List<string>();
        using var export = Client.ExportAuditLog(new(), cancellationToken: Cancellation);
        await foreach (var answer in export.ResponseStream.ReadAllAsync(Cancellation))
        {
            lines.AddRange(answer.Lines);
        }

        // That somebody exports it is the last entry.
        var verified = AuditVerification.Of(lines);
        Assert.Empty(verified.Faults);
        Assert.Equal(1_235, verified.Size);
    }

    [Fact]
    public async Task Only_who_may_audit_reads_the_log()
    {
        using var channel = _server.ChannelFor(_server.Give("control-room", Roles.Operator | Roles.Planner | Roles.Viewer | Roles.Guard));

        Assert.Equal(StatusCode.PermissionDenied, await Refusal(new AuditService.AuditServiceClient(channel).GetAuditLogAsync(new(), cancellationToken: Cancellation)));
        Assert.Contains(_server.Audit.Entries, entry => entry is { Kind: AuditKind.Refusal, Who: "control-room", Status: "PERMISSION_DENIED" });
    }

    private static TreeHash Hash(string text) => TreeHash.TryParse(text, out var hash) ? hash : throw new FormatException(text);

    private static async Task<StatusCode> Refusal<T>(AsyncUnaryCall<T> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode;

    private Task Enter(int count) => _server.Audit.Append([.. Enumerable.Range(0, count).Select(number => new Core.Audit.AuditEntry(
        Guid.NewGuid().ToString("N"), DateTimeOffset.UnixEpoch, number % 100 == 0 ? "bert" : "ada", AuditKind.Command, "do", null, null, null, "OK"))]);
}
