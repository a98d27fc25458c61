using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>Whatever is asked, the answer is a status with its reason and the fields at fault, never a silence and never a fault of ours.</summary>
public sealed class Hostile_callers(ApiServer server) : IClassFixture<ApiServer>
{
    private const int BytesTooMany = 5_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/zones?pageSize=99999999999999", 400, "INVALID_FIELDS", "pageSize")]
    [InlineData("/v1/zones?pageSize=abc", 400, "INVALID_FIELDS", "pageSize")]
    [InlineData("/v1/zones?pageSize=1.5&filter=NaN", 400, "INVALID_FIELDS", "pageSize")]
    [InlineData("/v1/zones?pageSize=1&pageSize=2", 400, "UNKNOWN_FIELDS", "pageSize")]
    [InlineData("/v1/zones/harbour?readMode=NONSENSE", 400, "INVALID_FIELDS", "readMode")]
    [InlineData("/v1/zones/harbour?readMode=99", 400, "INVALID_FIELDS", "readMode")]
    [InlineData("/v1/zones/harbour?name=zones/north", 400, "UNKNOWN_FIELDS", "name")]
    [InlineData("/v1/map?withoutSensors=maybe", 400, "INVALID_FIELDS", "withoutSensors")]
    [InlineData("/v1/zones:batchGet?names=zones/north&names=north", 400, "INVALID_FIELDS", "names[1]")]
    [InlineData("/v1/zones?pageToken=AAAA", 400, "INVALID_PAGE_TOKEN", "page_token")]
    [InlineData("/v1/sensors?filter=value%3E1e999", 400, "INVALID_FILTER", "filter")]
    [InlineData("/v1/events?intervalMilliseconds=-5", 400, "INVALID_FIELDS", "interval_milliseconds")]
    [InlineData("/v1/zones/a%2Fb", 404, "NOT_FOUND")]
    [InlineData("/v1/zones/%C3%A9%27%22", 404, "NOT_FOUND")]
    [InlineData("/v1/cascades/99999999999999999999", 404, "NOT_FOUND")]
    [InlineData("/v1/grains/segment/pump/x", 404, "NOT_FOUND")]
    [InlineData("/v1/nothing", 404, "NOT_FOUND")]
    public async Task A_question_that_makes_no_sense_is_refused(string path, int status, string reason, params string[] fields)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        await AssertRefused(response, status, reason, fields);
    }

    [Theory]
    [InlineData("/v1/segments/pump:fail", "{}", "text/plain", "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", "{}", "application/json; charset=utf-7", "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", """{"\ud800":1}""", "application/json", "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", "", "application/json", "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", "{} tail", "application/json", "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", """{"levelPermille":"NaN"}""", "application/json", "INVALID_FIELDS", "levelPermille")]
    [InlineData("/v1/segments/pump:fail", """{"levelPermille":1e99,"principal":7}""", "application/json", "INVALID_FIELDS", "levelPermille", "principal")]
    [InlineData("/v1/segments/pump:fail", """{"levelPermille":1.5}""", "application/json", "INVALID_FIELDS", "levelPermille")]
    [InlineData("/v1/segments/pump:fail", """{"principal":["anna"]}""", "application/json", "INVALID_FIELDS", "principal")]
    [InlineData("/v1/segments/pump:fail", """{"principal":"\ud800"}""", "application/json", "INVALID_FIELDS", "principal")]
    [InlineData("/v1/segments/pump:fail", """{"name":"segments/cable","principal":"anna","reason":"x"}""", "application/json", "UNKNOWN_FIELDS", "name")]
    [InlineData("/v1/segments/pump:fail?principal=eve", """{"principal":"anna","reason":"x"}""", "application/json", "UNKNOWN_FIELDS", "principal")]
    [InlineData("/v1/segments:start", """{"names":"segments/pump"}""", "application/json", "INVALID_FIELDS", "names")]
    [InlineData("/v1/segments:start", """{"names":["segments/pump",null]}""", "application/json", "INVALID_FIELDS", "names[1]")]
    [InlineData("/v1/segments:start", """{"names":["segments/pump","pump"],"principal":"anna","reason":"x"}""", "application/json", "INVALID_FIELDS", "names[1]")]
    [InlineData("/v1/zones/harbour:setPosture", """{"posture":"NONSENSE"}""", "application/json", "INVALID_FIELDS", "posture")]
    [InlineData("/v1/zones/harbour:setPosture", """{"posture":99}""", "application/json", "INVALID_FIELDS", "posture")]
    [InlineData("/v1/zones/harbour:planWork", """{"untilTime":"soon"}""", "application/json", "INVALID_FIELDS", "untilTime")]
    [InlineData("/v1/zones/harbour:planWork", """{"untilTime":{"seconds":1}}""", "application/json", "INVALID_FIELDS", "untilTime")]
    [InlineData("/v1/guards/rex:shift", """{"onDuty":"yes"}""", "application/json", "INVALID_FIELDS", "onDuty")]
    public async Task An_order_that_makes_no_sense_is_refused(string path, string body, string type, string reason, params string[] fields)
    {
        using var content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);

        await AssertRefused(response, 400, reason, fields);
        Assert.DoesNotContain(server.Grains.Commands, command => command.Cause == "command");
    }

    [Theory]
    [InlineData("/v1/segments/pump:fail", 400, "REQUEST_TOO_LARGE")]
    [InlineData("/v1/zones/harbour", 404, "NOT_FOUND")]
    public async Task A_body_that_is_too_large_or_goes_nowhere_is_refused(string path, int status, string reason)
    {
        using var content = new StringContent($$"""{"principal":"{{new string('a', BytesTooMany)}}"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);

        await AssertRefused(response, status, reason, []);
    }

    [Theory]
    [InlineData("00000000020A05", "the text ends before its five bytes")]
    [InlineData("000000000107", "a wire type that there is not")]
    [InlineData("00000000030A01FF", "a text that is no UTF-8")]
    [InlineData("0000000005", "a frame without its content")]
    [InlineData("00000000000000000000", "two messages where one belongs")]
    [InlineData("0100000000", "compressed, and nothing says how")]
    [InlineData("0700000000", "a flag that there is not")]
    [InlineData("00FFFFFFFF", "a size beyond all")]
    [InlineData("", "no message at all")]
    public async Task Bytes_that_are_no_message_are_the_callers_fault(string hex, string what)
    {
        using var http = new HttpClient { BaseAddress = server.GrpcAddress };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Give("anna"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "citytwin.v1.ZoneService/GetZone")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Convert.FromHexString(hex)) { Headers = { ContentType = new("application/grpc") } },
        };
        using var answer = await http.SendAsync(request, Cancellation);

        Assert.True("3" == answer.Headers.GetValues("grpc-status").Single(), what);
        var details = Convert.FromBase64String(Padded(answer.Headers.GetValues("grpc-status-details-bin").Single()));
        Assert.Equal("INVALID_MESSAGE", Google.Rpc.Status.Parser.ParseFrom(details).Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);

        static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
    }

    [Fact]
    public async Task A_refusal_is_short_however_long_what_is_refused()
    {
        var request = new BatchGetZonesRequest { Names = { Enumerable.Repeat(new string('\u00e9', 20_000), 50) } };
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new ZoneService.ZoneServiceClient(server.Channel).BatchGetZonesAsync(request, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.InRange(failure.Trailers.GetValueBytes("grpc-status-details-bin")!.Length, 1, 32_000);
    }

    [Fact]
    public async Task A_deadline_ends_a_read_that_waits()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new ZoneService.ZoneServiceClient(server.Channel).GetZoneAsync(
            new() { Name = "zones/harbour", AtLeastVersion = "9223372036854775807.epoch.01234567" },
            deadline: DateTime.UtcNow.AddMilliseconds(50), cancellationToken: Cancellation));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_watch_too_many_is_refused_and_a_cancelled_one_makes_room()
    {
        var small = new ApiServer { StreamsMax = 2 };
        await small.InitializeAsync();
        var zones = new ZoneService.ZoneServiceClient(small.Channel);
        using var first = zones.WatchZones(new(), cancellationToken: Cancellation);
        using var second = zones.WatchZones(new(), cancellationToken: Cancellation);
        Assert.True(await first.ResponseStream.MoveNext(Cancellation) && await second.ResponseStream.MoveNext(Cancellation));

        Assert.Equal("TOO_MANY_STREAMS", await ReasonOfWatch(zones));
        first.Dispose();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await ReasonOfWatch(zones) is not null)
        {
            await Task.Delay(10, patience.Token);
        }

        await small.DisposeAsync();
    }

    private static async Task<string?> ReasonOfWatch(ZoneService.ZoneServiceClient zones)
    {
        using var watch = zones.WatchZones(new(), cancellationToken: Cancellation);
        try
        {
            await watch.ResponseStream.MoveNext(Cancellation);
            return null;
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.ResourceExhausted)
        {
            return Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin")).Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason;
        }
    }

    private static async Task AssertRefused(HttpResponseMessage response, int status, string reason, string[] fields)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode && text.StartsWith('{'), $"{response.StatusCode}: {text}");
        var details = JsonDocument.Parse(text).RootElement.GetProperty("details").EnumerateArray().ToList();
        Assert.Equal(reason, details[0].GetProperty("reason").GetString());
        Assert.Equal(fields, details.Skip(1).SelectMany(detail => detail.GetProperty("fieldViolations").EnumerateArray())
            .Select(fault => fault.TryGetProperty("field", out var field) ? field.GetString()! : "").Where(field => field.Length > 0));
    }
}
