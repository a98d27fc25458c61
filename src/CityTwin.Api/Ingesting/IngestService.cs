using CityTwin.Api.Access;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Ingesting;

/// <summary>Readings by a stream, and what the ingest of this server refused.</summary>
internal sealed class IngestService(
    RefusedMessages refused, ReadingDoor readings, Doors doors, StreamLimit streams, IOptions<ApiOptions> options) : V1.IngestService.IngestServiceBase
{
    public override async Task SendReadings(
        IAsyncStreamReader<V1.SendReadingsRequest> requestStream, IServerStreamWriter<V1.SendReadingsResponse> responseStream, ServerCallContext context)
    {
        using var open = streams.Enter();
        using var stream = new ReadingStream(readings, doors, options.Value, context);
        await stream.Run(requestStream, responseStream);
    }

    public override Task<V1.ListMalformedMessagesResponse> ListMalformedMessages(
        V1.ListMalformedMessagesRequest request, ServerCallContext context)
    {
        var (items, next) = Pages.Slice("malformedMessages", refused.Newest(), request.PageSize, request.PageToken, options.Value);
        var response = new V1.ListMalformedMessagesResponse
        {
            MalformedMessages =
            {
                items.Select(message => new V1.MalformedMessage
                {
                    ReceiveTime = Times.Of(message.At),
                    Topic = message.Topic,
                    Sensor = message.Sensor is { } sensor ? ResourceNames.Sensors + sensor : "",
                    Code = message.Code,
                    Text = message.Text,
                    PayloadStart = message.Excerpt,
                }),
            },
            NextPageToken = next,
        };
        foreach (var (code, count) in refused.Counts())
        {
            response.Counts[code] = (int)Math.Min(int.MaxValue, count);
        }

        return Task.FromResult(response);
    }
}
