using CityTwin.Api.Access;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Cascades;
using CityTwin.Grains;
using CityTwin.Grains.Segments;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Segments;

/// <summary>Segments: read from the view or from their owner, and given orders.</summary>
internal sealed class SegmentService(
    CityReader reader, Watcher watcher, SegmentCommands commands, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.SegmentService.SegmentServiceBase
{
    public override async Task<V1.Segment> GetSegment(V1.GetSegmentRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(Collections.Segments, version, request.Name);
        var view = version.Segments[place];
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            var id = version.Index.City.Segments[place].Id;
            var state = await grains.GetGrain<ISegmentGrain>(GrainKeys.Of(id)).Read().WaitAsync(context.CancellationToken);
            view = view with
            {
                Facts = state.Facts,
                CeilingPermille = state.Facts.CeilingPermille,
                LevelPermille = state.Decided.Batch > view.LastDecided ? state.Decided.LevelPermille : view.LevelPermille,
                Operator = state.Decided.Batch > view.LastDecided ? state.Decided.Operator : view.Operator,
            };
        }

        return SegmentMessages.Of(version, place, view);
    }

    public override async Task<V1.BatchGetSegmentsResponse> BatchGetSegments(V1.BatchGetSegmentsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Segments = { Pages.BatchGet(Collections.Segments, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListSegmentsResponse> ListSegments(V1.ListSegmentsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Segments, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Segments = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchSegments(
        V1.WatchSegmentsRequest request, IServerStreamWriter<V1.WatchSegmentsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Segments,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Segment = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override async Task<V1.Explanation> ExplainSegment(V1.ExplainSegmentRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        return ExplanationMessages.OfSegment(
            version, Pages.Find(Collections.Segments, version, request.Name), time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public override Task<V1.CommandReceipt> FailSegment(V1.FailSegmentRequest request, ServerCallContext context) =>
        commands.Fail(
            request.Name,
            new(request.Principal, request.Reason, request.RequestId),
            request.HasLevelPermille ? request.LevelPermille : 0,
            context.CancellationToken);

    public override Task<V1.CommandReceipt> RestoreSegment(V1.RestoreSegmentRequest request, ServerCallContext context) =>
        commands.Set(
            request.Name,
            new(request.Principal, request.Reason, request.RequestId),
            SegmentRules.CommandCause,
            1000,
            context.CancellationToken);

    public override Task<V1.CommandReceipt> OpenSegment(V1.OpenSegmentRequest request, ServerCallContext context) =>
        commands.Set(
            request.Name,
            new(request.Principal, request.Reason, request.RequestId),
            SegmentRules.PositionCause,
            0,
            context.CancellationToken);

    public override Task<V1.CommandReceipt> CloseSegment(V1.CloseSegmentRequest request, ServerCallContext context) =>
        commands.Set(
            request.Name,
            new(request.Principal, request.Reason, request.RequestId),
            SegmentRules.PositionCause,
            1000,
            context.CancellationToken);

    public override Task<V1.CommandReceipt> StartSegments(V1.StartSegmentsRequest request, ServerCallContext context) =>
        commands.Start(
            request.Names, new(request.Principal, request.Reason, request.RequestId), context.CancellationToken);
}
