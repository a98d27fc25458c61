using CityTwin.Api.Access;
using CityTwin.Api.Commands;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Assets;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Assets;

/// <summary>Assets: read from the view, or one from its owner, contained and cleared.</summary>
internal sealed class AssetService(CityReader reader, Watcher watcher, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.AssetService.AssetServiceBase
{
    public override async Task<V1.Asset> GetAsset(V1.GetAssetRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(Collections.Assets, version, request.Name);
        var view = version.Assets[place];
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            view = view with { Status = await GrainOf(version, place).Read().WaitAsync(context.CancellationToken) };
        }

        return AssetMessages.Of(version, place, view);
    }

    public override async Task<V1.BatchGetAssetsResponse> BatchGetAssets(V1.BatchGetAssetsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Assets = { Pages.BatchGet(Collections.Assets, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListAssetsResponse> ListAssets(V1.ListAssetsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Assets, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Assets = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchAssets(
        V1.WatchAssetsRequest request, IServerStreamWriter<V1.WatchAssetsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Assets,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Asset = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override Task<V1.CommandReceipt> ContainAsset(V1.ContainAssetRequest request, ServerCallContext context) => Give(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Contain(order.RequestId, order.Principal, order.Reason),
        context);

    public override Task<V1.CommandReceipt> ClearAsset(V1.ClearAssetRequest request, ServerCallContext context) => Give(
        request.Name,
        new(request.Principal, request.Reason, request.RequestId),
        (grain, order) => grain.Clear(order.RequestId, order.Principal, order.Reason),
        context);

    private Task<V1.CommandReceipt> Give(
        string name, Order order, Func<IAssetGrain, Order, Task<long?>> command, ServerCallContext context) =>
        order.Give(Collections.Assets, name, reader, time, (version, place, known) => command(GrainOf(version, place), known), context.CancellationToken);

    private IAssetGrain GrainOf(CityVersion version, int place) =>
        grains.GetGrain<IAssetGrain>(GrainKeys.Of(version.Index.City.Security.Assets[place].Id));
}
