using System.Globalization;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Audit;
using CityTwin.Core.Views.Filtering;
using CityTwin.Grains.Storing;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Auditing;

/// <summary>Shows who did what, and proves that the log only grows.</summary>
internal sealed class AuditService(IAuditLog log, CityReader reader, IOptions<ApiOptions> options) : V1.AuditService.AuditServiceBase
{
    /// <summary>Rows read at a time.</summary>
    private const int BatchMax = 500;

    /// <summary>So many entries are held against a filter before a page is answered as it is: a call must not read the whole log.</summary>
    private const int SoughtMax = 20_000;

    public override async Task<V1.AuditLog> GetAuditLog(V1.GetAuditLogRequest request, ServerCallContext context)
    {
        var edge = await log.Edge(context.CancellationToken);
        return new() { Size = edge.Size, Root = edge.Root.ToString() };
    }

    public override async Task<V1.ListAuditEntriesResponse> ListAuditEntries(V1.ListAuditEntriesRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var page = Pages.Begin("audit", request.PageSize, request.PageToken, request.Filter, FilterSchemas.AuditEntries, version, options.Value);
        var end = page.After is not { } after ? (await log.Edge(context.CancellationToken)).Size
            : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place
            : throw ApiErrors.InvalidPageToken("page_token is none of this list.");
        var response = new V1.ListAuditEntriesResponse();
        for (var sought = 0; end > 0 && sought < SoughtMax; sought += BatchMax)
        {
            var from = long.Max(end - BatchMax, 0);
            var rows = await log.Read(from, (int)(end - from), context.CancellationToken);
            foreach (var row in rows.Reverse())
            {
                if (AuditEntry.Read(row.Entry) is not { } entry || !page.Match(version, entry))
                {
                    continue;
                }

                if (response.AuditEntries.Count == page.Size)
                {
                    response.NextPageToken = page.TokenOf((row.Index + 1).ToString(CultureInfo.InvariantCulture));
                    return response;
                }

                response.AuditEntries.Add(Message(row, entry));
            }

            end = from;
        }

        response.NextPageToken = end > 0 ? page.TokenOf(end.ToString(CultureInfo.InvariantCulture)) : "";
        return response;
    }

    public override async Task<V1.AuditProof> ProveAuditEntry(V1.ProveAuditEntryRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var size = await SizeOf(request.Size, cancellation);
        var violations = new Violations();
        violations.Range("index", request.Index, 0, size - 1);
        violations.Throw();
        var wanted = new List<Subtree>();
        TreeProofs.Inclusion(request.Index, size, Note(wanted));
        var known = await Read(wanted, cancellation);
        return await Proof(size, (await Row(request.Index, cancellation)).Leaf, TreeProofs.Inclusion(request.Index, size, subtree => known[subtree]), cancellation);
    }

    public override async Task<V1.AuditProof> ProveAuditLog(V1.ProveAuditLogRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var size = await SizeOf(request.Size, cancellation);
        var violations = new Violations();
        violations.Range("earlier_size", request.EarlierSize, 1, size);
        violations.Throw();
        var wanted = new List<Subtree>();
        TreeProofs.Consistency(request.EarlierSize, size, Note(wanted));
        var known = await Read(wanted, cancellation);
        return await Proof(
            size, (await Row(request.EarlierSize - 1, cancellation)).Root, TreeProofs.Consistency(request.EarlierSize, size, subtree => known[subtree]), cancellation);
    }

    public override async Task ExportAuditLog(
        V1.ExportAuditLogRequest request, IServerStreamWriter<V1.ExportAuditLogResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var edge = await log.Edge(cancellation);
        await responseStream.WriteAsync(new() { Lines = { AuditExport.Head(edge.Size, edge.Root) } }, cancellation);
        for (long from = 0; from < edge.Size; from += BatchMax)
        {
            var rows = await log.Read(from, (int)long.Min(BatchMax, edge.Size - from), cancellation);
            await responseStream.WriteAsync(new() { Lines = { rows.Select(AuditExport.Line) } }, cancellation);
        }
    }

    private static V1.AuditEntry Message(AuditRow row, AuditEntry entry) => new()
    {
        Index = row.Index,
        Id = entry.Id,
        CreateTime = Times.Of(entry.At),
        Principal = entry.Who,
        Kind = AuditEntry.NameOf(entry.Kind),
        Action = entry.Action,
        On = entry.On ?? "",
        Reason = entry.Why ?? "",
        From = entry.From ?? "",
        Status = entry.Status,
        Leaf = row.Leaf.ToString(),
    };

    /// <summary>A first walk through a proof only says which subtrees it is made of.</summary>
    private static Func<Subtree, TreeHash> Note(List<Subtree> wanted) => subtree =>
    {
        wanted.Add(subtree);
        return TreeHash.Empty;
    };

    private async Task<Dictionary<Subtree, TreeHash>> Read(List<Subtree> wanted, CancellationToken cancellation)
    {
        var known = new Dictionary<Subtree, TreeHash>();
        foreach (var subtree in wanted)
        {
            known[subtree] = (await Row(subtree.LastEntry, cancellation)).Completed[subtree.Level];
        }

        return known;
    }

    private async Task<V1.AuditProof> Proof(long size, TreeHash hash, IEnumerable<TreeHash> hashes, CancellationToken cancellation) => new()
    {
        Size = size,
        Root = (await Row(size - 1, cancellation)).Root.ToString(),
        Hash = hash.ToString(),
        Hashes = { hashes.Select(one => one.ToString()) },
    };

    private async Task<long> SizeOf(long asked, CancellationToken cancellation)
    {
        var now = (await log.Edge(cancellation)).Size;
        var violations = new Violations();
        violations.Range("size", asked, 0, now);
        violations.Throw();
        return asked > 0 ? asked : now > 0 ? now : throw ApiErrors.NotFound("an entry of the audit log, which is empty");
    }

    private async Task<AuditRow> Row(long index, CancellationToken cancellation) =>
        (await log.Read(index, 1, cancellation)) is [var row] && row.Index == index ? row : throw ApiErrors.NotFound($"audit/entries/{index}");
}
