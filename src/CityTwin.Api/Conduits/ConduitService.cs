using CityTwin.Api.Access;
using CityTwin.Api.Commands;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Conduits;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Conduits;

/// <summary>Conduits: read from the view, or one from its owner, isolated and rejoined.</summary>
internal sealed class ConduitService(CityReader reader, Watcher watcher, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.ConduitService.ConduitServiceBase
{
    public override async Task<V1.Conduit> GetConduit(V1.GetConduitRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(Collections.Conduits, version, request.Name);
        var view = version.Conduits[place];
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            view = view with { Status = await GrainOf(version, place).Read().WaitAsync(context.CancellationToken) };
        }

        return ConduitMessages.Of(version, place, view);
    }

    public override async Task<V1.BatchGetConduitsResponse> BatchGetConduits(V1.BatchGetConduitsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Conduits = { Pages.BatchGet(Collections.Conduits, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListConduitsResponse> ListConduits(V1.ListConduitsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Conduits, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Conduits = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchConduits(
        V1.WatchConduitsRequest request, IServerStreamWriter<V1.WatchConduitsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Conduits,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Conduit = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override Task<V1.CommandReceipt> IsolateConduit(V1.IsolateConduitRequest request, ServerCallContext context) => Give(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Isolate(order.RequestId, order.Principal, order.Reason),
        context);

    public override Task<V1.CommandReceipt> RejoinConduit(V1.RejoinConduitRequest request, ServerCallContext context) => Give(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Rejoin(order.RequestId, order.Principal, order.Reason),
        context);

    private Task<V1.CommandReceipt> Give(
        string name, Order order, Func<IConduitGrain, Order, Task<long?>> command, ServerCallContext context) =>
        order.Give(Collections.Conduits, name, reader, time, (version, place, known) => command(GrainOf(version, place), known), context.CancellationToken);

    private IConduitGrain GrainOf(CityVersion version, int place) =>
        grains.GetGrain<IConduitGrain>(GrainKeys.Of(version.Index.City.Security.Conduits[place].Id));
}
