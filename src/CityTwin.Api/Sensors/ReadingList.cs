using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Sensors;

/// <summary>One page of what a sensor said: what history is asked, and its answer as the contract says it.</summary>
/// <param name="Every">The length of the pieces of time to be summarized; null = each reading.</param>
/// <param name="Mark">Ties the next page's token to this list.</param>
internal sealed record ReadingList(ReadingQuery Query, TimeSpan? Every, string Mark)
{
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with all that is wrong with the request.</exception>
    public static ReadingList Of(V1.ListReadingsRequest request, SensorId sensor, ApiOptions options)
    {
        var violations = new Violations();
        violations.Range("page_size", request.PageSize, 0, options.PageSizeMax);
        var range = HistoryRange.Of(request.StartTime, request.EndTime, request.Every, request.OrderBy, "observe_time", violations);
        violations.Throw();
        var mark = Pages.MarkOf(
            $"{request.Parent}/readings",
            string.Create(CultureInfo.InvariantCulture, $"{range.From.UtcTicks} {range.Until.UtcTicks} {range.NewestFirst} {range.Every?.Ticks}"));
        var (left, after) = range.Continued(Pages.AfterOf(request.PageToken, mark));
        var query = new ReadingQuery(sensor, left.From, left.Until, left.NewestFirst, Pages.SizeOf(request.PageSize, options));
        return new(after is { } place ? query with { After = new(place.At, place.Number) } : query, range.Every, mark);
    }

    public V1.ListReadingsResponse Page(ImmutableArray<PlacedReading> readings) => new()
    {
        Readings = { readings.Select(MessageOf) },
        NextPageToken = readings.Length < Query.Max ? ""
            : Pages.TokenOf(Mark, HistoryRange.AfterOf(readings[^1].Place.ObservedAt, readings[^1].Place.Arrival)),
    };

    public V1.ListReadingsResponse Page(ReadingSpans spans) => new()
    {
        Spans = { spans.Spans.Select(MessageOf) },
        NextPageToken = spans.Rest is not { } rest ? ""
            : Pages.TokenOf(Mark, HistoryRange.AfterOf(rest)),
    };

    private static V1.Reading MessageOf(PlacedReading placed)
    {
        var (reading, kept) = (placed.Kept.Reading, placed.Kept);
        var message = new V1.Reading
        {
            ObserveTime = Times.Of(reading.ObservedAt),
            ReceiveTime = Times.Of(kept.ReceivedAt),
            Word = reading.Value.Word ?? "",
            Quality = (V1.SensorQuality)(kept.Condition + 1),
        };
        if (reading.Value.Number is { } number)
        {
            message.Value = number;
        }

        if (reading.Boot is { } boot)
        {
            message.Boot = boot;
        }

        if (reading.Sequence is { } sequence)
        {
            message.Sequence = sequence;
        }

        return message;
    }

    private static V1.ReadingSpan MessageOf(ReadingSpan span)
    {
        var message = new V1.ReadingSpan { StartTime = Times.Of(span.Start), Count = span.Count, LastWord = span.Last.Word ?? "" };
        if (span is { Minimum: { } least, Mean: { } mean, Maximum: { } most })
        {
            (message.Min, message.Mean, message.Max) = (least, mean, most);
        }

        if (span.Last.Number is { } last)
        {
            message.LastValue = last;
        }

        return message;
    }
}
