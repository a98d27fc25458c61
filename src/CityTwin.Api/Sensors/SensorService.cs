using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Grains;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Sensors;

/// <summary>Sensors: read from the view, or one from its owner; what they said, from history.</summary>
internal sealed class SensorService(
    CityReader reader, Watcher watcher, IGrainFactory grains, IReadingHistory history, IOptions<ApiOptions> options)
    : V1.SensorService.SensorServiceBase
{
    public override async Task<V1.Sensor> GetSensor(V1.GetSensorRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(Collections.Sensors, version, request.Name);
        var view = version.Sensors[place];
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            var sensor = version.Index.City.Sensors[place];
            var state = await grains.GetGrain<ISensorGrain>(GrainKeys.Of(sensor.Id)).Read().WaitAsync(context.CancellationToken);
            view = view with { Status = state.Publish(sensor) };
        }

        return SensorMessages.Of(version, place, view);
    }

    public override async Task<V1.BatchGetSensorsResponse> BatchGetSensors(V1.BatchGetSensorsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Sensors = { Pages.BatchGet(Collections.Sensors, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListSensorsResponse> ListSensors(V1.ListSensorsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Sensors, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Sensors = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchSensors(
        V1.WatchSensorsRequest request, IServerStreamWriter<V1.WatchSensorsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Sensors,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Sensor = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override async Task<V1.ListReadingsResponse> ListReadings(V1.ListReadingsRequest request, ServerCallContext context)
    {
        var version = await reader.AtLeast("", context.CancellationToken);
        var place = Pages.Find(Collections.Sensors, version, request.Parent, "parent");
        if (!history.IsKept)
        {
            throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.HistoryOff, "This server keeps no history of readings.");
        }

        var list = ReadingList.Of(request, version.Index.City.Sensors[place].Id, options.Value);
        return list.Every is { } every
            ? list.Page(await history.Summarize(list.Query, every, context.CancellationToken))
            : list.Page(await history.Read(list.Query, context.CancellationToken));
    }
}
