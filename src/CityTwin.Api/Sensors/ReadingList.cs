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
    private const string Newest = "observe_time desc";
    private const string Oldest = "observe_time";

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with all that is wrong with the request.</exception>
    public static ReadingList Of(V1.ListReadingsRequest request, SensorId sensor, ApiOptions options)
    {
        var violations = new Violations();
        violations.Range("page_size", request.PageSize, 0, options.PageSizeMax);
        var from = request.StartTime is null ? DateTimeOffset.UnixEpoch : violations.Time("start_time", request.StartTime);
        var until = request.EndTime is null ? DateTimeOffset.MaxValue : violations.Time("end_time", request.EndTime);
        var every = Pieces.Of(request.Every, violations);
        if (request.OrderBy is not ("" or Newest or Oldest))
        {
            violations.Add("order_by", $"order_by is '{Newest}' or '{Oldest}'.");
        }

        if (from >= until)
        {
            violations.Add("end_time", "end_time lies after start_time.");
        }

        violations.Throw();
        var query = new ReadingQuery(sensor, from!.Value, until!.Value, request.OrderBy != Oldest, Pages.SizeOf(request.PageSize, options));
        var mark = Pages.MarkOf(
            $"{request.Parent}/readings",
            string.Create(CultureInfo.InvariantCulture, $"{query.From.UtcTicks} {query.Until.UtcTicks} {query.NewestFirst} {every?.Ticks}"));
        return new(Continued(query, every is not null, Pages.AfterOf(request.PageToken, mark)), every, mark);
    }

    public V1.ListReadingsResponse Page(ImmutableArray<PlacedReading> readings) => new()
    {
        Readings = { readings.Select(MessageOf) },
        NextPageToken = readings.Length < Query.Max ? ""
            : Pages.TokenOf(Mark, string.Create(CultureInfo.InvariantCulture, $"{readings[^1].Place.ObservedAt}:{readings[^1].Place.Arrival}")),
    };

    public V1.ListReadingsResponse Page(ReadingSpans spans) => new()
    {
        Spans = { spans.Spans.Select(MessageOf) },
        NextPageToken = spans.Rest is not { } rest ? ""
            : Pages.TokenOf(Mark, rest.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>From where the page before ended.</summary>
    private static ReadingQuery Continued(ReadingQuery query, bool isSummary, string? after)
    {
        if (after is null)
        {
            return query;
        }

        var numbers = after.Split(':').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return numbers switch
        {
            [>= 0 and var observedAt, >= 0 and var arrival] when !isSummary => query with { After = new(observedAt, arrival) },
            [>= 0 and var rest] when isSummary && rest < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() => query.NewestFirst
                ? query with { Until = DateTimeOffset.FromUnixTimeMilliseconds(rest) }
                : query with { From = DateTimeOffset.FromUnixTimeMilliseconds(rest) },
            _ => throw ApiErrors.InvalidPageToken("page_token is none of this server."),
        };
    }

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
