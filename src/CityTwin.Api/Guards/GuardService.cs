using CityTwin.Api.Reading;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Guards;

/// <summary>Guards, read from the view.</summary>
internal sealed class GuardService(CityReader reader, Watcher watcher, IOptions<ApiOptions> options) : V1.GuardService.GuardServiceBase
{
    public override async Task<V1.Guard> GetGuard(V1.GetGuardRequest request, ServerCallContext context)
    {
        ExactReads.Refuse(request.ReadMode);
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return Collections.Guards.Message(version, Pages.Find(Collections.Guards, version, request.Name));
    }

    public override async Task<V1.BatchGetGuardsResponse> BatchGetGuards(V1.BatchGetGuardsRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return new() { Guards = { Pages.BatchGet(Collections.Guards, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListGuardsResponse> ListGuards(V1.ListGuardsRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Guards, version, request.PageSize, request.PageToken, request.Filter, options.Value);
        return new() { Guards = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchGuards(
        V1.WatchGuardsRequest request, IServerStreamWriter<V1.WatchGuardsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Guards,
            request.Filter,
            request.ResumeToken,
            message => responseStream.WriteAsync(
                new() { Kind = message.Kind, Guard = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
                context.CancellationToken),
            context.CancellationToken);
}
