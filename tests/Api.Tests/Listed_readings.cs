using System.Net;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What a sensor has said, in pages, over gRPC and REST.</summary>
public sealed class Listed_readings(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Camera = "sensors/camera";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SensorService.SensorServiceClient Client => new(server.Channel);

    [Fact]
    public async Task Every_reading_comes_once_over_pages()
    {
        Fill(5);
        var found = new List<long>();
        var request = new ListReadingsRequest { Parent = Camera, PageSize = 2, OrderBy = "observe_time" };
        do
        {
            var page = await Client.ListReadingsAsync(request, cancellationToken: Cancellation);
            found.AddRange(page.Readings.Select(reading => reading.Sequence));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal([1L, 2L, 3L, 4L, 5L], found);
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_list_alone()
    {
        Fill(5);
        var token = (await Client.ListReadingsAsync(new() { Parent = Camera, PageSize = 2 }, cancellationToken: Cancellation)).NextPageToken;

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Client.ListReadingsAsync(
            new() { Parent = Camera, PageSize = 2, PageToken = token, StartTime = Timestamp.FromDateTimeOffset(Start) }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [Fact]
    public async Task A_summary_goes_on_where_the_page_before_ended()
    {
        Fill(0);
        server.History.Rest = Start.AddHours(2);
        var request = new ListReadingsRequest
        {
            Parent = Camera, StartTime = Timestamp.FromDateTimeOffset(Start), OrderBy = "observe_time", Every = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
        };
        var first = await Client.ListReadingsAsync(request, cancellationToken: Cancellation);
        (server.History.Rest, request.PageToken) = (null, first.NextPageToken);
        var second = await Client.ListReadingsAsync(request, cancellationToken: Cancellation);

        Assert.Equal("", second.NextPageToken);
        Assert.Equal([Start, Start.AddHours(2)], server.History.Asked.Select(query => query.From));
        Assert.Equal((3, 1, 2, 4, 1.5), (first.Spans[0].Count, first.Spans[0].Min, first.Spans[0].Mean, first.Spans[0].Max, first.Spans[0].LastValue));
        Assert.Equal((false, "open"), (first.Spans[1].HasMin, first.Spans[1].LastWord));
    }

    [Fact]
    public async Task Readings_are_read_over_rest()
    {
        Fill(1);

        var answer = JsonDocument.Parse(await server.Http.GetStringAsync(
            new Uri($"/v1/{Camera}/readings?startTime=2026-03-01T00:00:00Z&orderBy=observe_time", UriKind.Relative), Cancellation)).RootElement;

        Assert.Equal(
            """[{"observeTime":"2026-03-01T08:00:01Z","receiveTime":"2026-03-01T08:00:02Z","value":1.5,"word":"","quality":"SENSOR_QUALITY_GOOD","boot":7,"sequence":1}]""",
            JsonSerializer.Serialize(answer.GetProperty("readings")));
        Assert.Equal((Start.Date, true), (server.History.Asked[^1].From.Date, !server.History.Asked[^1].NewestFirst));
    }

    [Theory]
    [InlineData("sensors/nothing/readings", HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("sensors/camera/readings?every=0.5s", HttpStatusCode.BadRequest, "every")]
    [InlineData("sensors/camera/readings?every=2678401s", HttpStatusCode.BadRequest, "every")]
    [InlineData("sensors/camera/readings?every=1.0001s", HttpStatusCode.BadRequest, "every")]
    [InlineData("sensors/camera/readings?orderBy=value", HttpStatusCode.BadRequest, "order_by")]
    [InlineData("sensors/camera/readings?pageSize=1001", HttpStatusCode.BadRequest, "page_size")]
    [InlineData("sensors/camera/readings?pageToken=nonsense", HttpStatusCode.BadRequest, "page_token")]
    [InlineData("sensors/camera/readings?startTime=2026-03-02T00:00:00Z&endTime=2026-03-01T00:00:00Z", HttpStatusCode.BadRequest, "end_time")]
    public async Task What_cannot_be_meant_is_told_with_its_field(string path, HttpStatusCode status, string expected)
    {
        var answer = await server.Http.GetAsync(new Uri($"/v1/{path}", UriKind.Relative), Cancellation);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_history_says_so()
    {
        server.History.IsKept = false;

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Client.ListReadingsAsync(new() { Parent = Camera }, cancellationToken: Cancellation));

        server.History.IsKept = true;
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
    }

    private void Fill(int count)
    {
        server.History.Asked.Clear();
        server.History.Readings.Clear();
        server.History.Readings.AddRange(Enumerable.Range(1, count).Select(at => new Grains.Storing.PlacedReading(
            new(Start.AddSeconds(at).ToUnixTimeMilliseconds(), at),
            new(
                new CityTwin.Core.Sensing.Reading(new SensorId("camera"), 7, at, Start.AddSeconds(at), ReadingValue.Of(1.5)), Start.AddSeconds(at + 1), SensorCondition.Good, MayBeKept: true))));
    }
}
