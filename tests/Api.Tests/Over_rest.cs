using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Grains.Storing;
using Xunit;

namespace CityTwin.Api.Tests;

public sealed class Over_rest(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/zones/harbour", "name", "zones/harbour")]
    [InlineData("/v1/segments/pump", "name", "segments/pump")]
    [InlineData("/v1/sensors/camera", "name", "sensors/camera")]
    [InlineData("/v1/guards/rex", "name", "guards/rex")]
    [InlineData("/v1/service", "city", "Harbour City")]
    [InlineData("/v1/grains/segment/pump", "silo", "silo-1")]
    [InlineData("/v1/snapshot", "cityHash", "0123456789abcdef000000000000000000000000000000000000000000000000")]
    [InlineData("/v1/segments/pump?readMode=READ_MODE_EXACT", "levelPermille", "400")]
    [InlineData("/v1/sensors/camera?readMode=READ_MODE_EXACT", "sequence", "41")]
    [InlineData("/v1/guards/rex", "duty", "GUARD_DUTY_AVAILABLE")]
    [InlineData("/v1/guards/rex?readMode=READ_MODE_EXACT", "duty", "GUARD_DUTY_AVAILABLE")]
    [InlineData("/v1/alerts/offline.sensor.camera?readMode=READ_MODE_EXACT", "state", "ALERT_STATE_ACKNOWLEDGED")]
    public async Task A_thing_is_read_by_its_name(string path, string field, string expected)
    {
        var (status, body) = await Get(path);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected, body.GetProperty(field).ToString());
    }

    [Theory]
    [InlineData("/v1/zones", "zones", 3)]
    [InlineData("/v1/sensors?filter=role%20%3D%20MEASUREMENT", "sensors", 3)]
    [InlineData("/v1/segments?filter=downstream_of(segments/cable)", "segments", 3)]
    [InlineData("/v1/zones:batchGet?names=zones/north&names=zones/harbour", "zones", 2)]
    [InlineData("/v1/map", "segments", 6)]
    public async Task Several_are_read(string path, string field, int expected)
    {
        var (status, body) = await Get(path);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected, body.GetProperty(field).GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/zones/nowhere", 404, "NOT_FOUND")]
    [InlineData("/v1/cascades/77", 404, "NOT_FOUND")]
    [InlineData("/v1/grains/segment/nothing", 404, "NOT_FOUND")]
    [InlineData("/v1/zones?pageSize=1001", 400, "INVALID_FIELDS", "page_size")]
    [InlineData("/v1/zones?pageSize=-1", 400, "INVALID_FIELDS", "page_size")]
    [InlineData("/v1/zones?pageToken=nonsense", 400, "INVALID_PAGE_TOKEN", "page_token")]
    [InlineData("/v1/zones?colour=red&size=2", 400, "UNKNOWN_FIELDS", "colour", "size")]
    [InlineData("/v1/sensors?filter=colour%3Dred", 400, "INVALID_FILTER", "filter")]
    [InlineData("/v1/zones/harbour?atLeastVersion=soon", 400, "INVALID_FIELDS", "at_least_version")]
    [InlineData("/v1/zones/harbour?atLeastVersion=0.other.01234567", 400, "VERSION_OF_ANOTHER_LOG")]
    [InlineData("/v1/zones/harbour?atLeastVersion=999999.epoch.01234567", 504, "VERSION_NOT_REACHED")]
    [InlineData("/v1/alerts/offline.sensor.nothing?readMode=READ_MODE_EXACT", 404, "NOT_FOUND")]
    [InlineData("/v1/alerts/offline.nothing.camera?readMode=READ_MODE_EXACT", 404, "NOT_FOUND")]
    [InlineData("/v1/events?colour=red", 400, "INVALID_FIELDS", "colour")]
    [InlineData("/v1/events?resumeToken=soon", 400, "INVALID_FIELDS", "resume_token")]
    public async Task What_cannot_be_answered_says_why(string path, int status, string reason, params string[] fields)
    {
        var (found, body) = await Get(path);

        AssertError(status, reason, fields, found, body);
    }

    [Theory]
    [InlineData("fail", SegmentRules.CommandCause, 0)]
    [InlineData("restore", SegmentRules.CommandCause, 1000)]
    [InlineData("open", SegmentRules.PositionCause, 0)]
    [InlineData("close", SegmentRules.PositionCause, 1000)]
    public async Task An_order_reaches_its_segment(string verb, string cause, int level)
    {
        var (status, body) = await Post($"/v1/segments/pump:{verb}", $$"""{"principal":"anna","reason":"storm","requestId":"{{verb}}-1"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal($"{verb}-1", body.GetProperty("requestId").GetString());
        Assert.Equal("7.epoch.01234567", body.GetProperty("resourceVersion").GetString());
        Assert.Contains(new SegmentCommand($"{verb}-1", cause, level, "anna", "storm"), server.Grains.Commands);
        Assert.Contains("g:pump", server.Grains.Keys);
    }

    [Fact]
    public async Task A_start_names_several_segments()
    {
        var (status, body) = await Post("/v1/segments:start", """{"names":["segments/pump","segments/cable"],"principal":"anna","reason":"black"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("6.epoch.01234567", body.GetProperty("resourceVersion").GetString());
        var order = Assert.Single(server.Grains.Starts);
        Assert.Equal(["cable", "pump"], order.Segments.Select(segment => segment.Value));
        Assert.NotEmpty(order.Request);
    }

    [Fact]
    public async Task An_alert_is_acknowledged_and_shelved()
    {
        server.View.Apply([server.Rows.Alert("offline.sensor.camera", AlertSeverity.Serious)]);

        var (acknowledged, _) = await Post("/v1/alerts/offline.sensor.camera:acknowledge", """{"principal":"anna"}""");
        var (shelved, _) = await Post(
            "/v1/alerts/offline.sensor.camera:shelve", """{"principal":"anna","reason":"known","untilTime":"2026-05-02T00:00:00Z"}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (acknowledged, shelved));
        Assert.Contains("a:offline.sensor.camera", server.Grains.Keys);
    }

    [Theory]
    [InlineData("/v1/segments/pump:fail", """{"principal":"anna","reason":"x","levelPermile":500,"colour":1}""", 400, "UNKNOWN_FIELDS", "levelPermile", "colour")]
    [InlineData("/v1/segments/pump:fail", """{"principal":"anna","reason":"x","levelPermille":1000}""", 400, "INVALID_FIELDS", "level_permille")]
    [InlineData("/v1/segments/pump:fail", """{"levelPermille":-1}""", 400, "INVALID_FIELDS", "principal", "reason", "level_permille")]
    [InlineData("/v1/segments/pump:fail", """{"principal":"anna","reason":"x","principal":"eve"}""", 400, "UNKNOWN_FIELDS", "principal")]
    [InlineData("/v1/segments/pump:fail", """{"principal":""", 400, "INVALID_JSON")]
    [InlineData("/v1/segments/pump:fail", """[]""", 400, "UNKNOWN_FIELDS")]
    [InlineData("/v1/segments/nothing:open", """{"principal":"anna","reason":"x"}""", 404, "NOT_FOUND")]
    [InlineData("/v1/segments:start", """{"principal":"anna","reason":"x"}""", 400, "INVALID_FIELDS", "names")]
    [InlineData("/v1/alerts/nothing:acknowledge", """{"principal":"anna"}""", 404, "NOT_FOUND")]
    public async Task A_faulty_order_is_refused_with_all_its_faults(string path, string json, int status, string reason, params string[] fields)
    {
        var (found, body) = await Post(path, json);

        AssertError(status, reason, fields, found, body);
        Assert.DoesNotContain(server.Grains.Commands, command => command.By == "eve");
    }

    [Fact]
    public async Task An_order_whose_saving_is_unknown_says_repeat()
    {
        var other = new ApiServer();
        await other.InitializeAsync();
        other.Grains.Failure = new SaveFailedException("disk full");

        var response = await other.Http.PostAsync(
            new Uri("/v1/segments/pump:fail", UriKind.Relative), Json("""{"principal":"anna","reason":"x"}"""), Cancellation);

        var body = await Read(response);
        AssertError(503, "NOT_SAVED", [], response.StatusCode, body);
        Assert.DoesNotContain("disk", body.ToString(), StringComparison.Ordinal);
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Pages_follow_each_other_and_belong_to_their_filter()
    {
        var names = new List<string>();
        var token = "";
        do
        {
            var (_, page) = await Get($"/v1/sensors?pageSize=2&pageToken={token}");
            names.AddRange(page.GetProperty("sensors").EnumerateArray().Select(sensor => sensor.GetProperty("name").GetString()!));
            token = page.GetProperty("nextPageToken").GetString()!;
        }
        while (token.Length > 0);

        Assert.Equal(server.City.Sensors.Select(sensor => "sensors/" + sensor.Id), names);
        var (_, first) = await Get("/v1/sensors?pageSize=2");
        var (status, body) = await Get($"/v1/sensors?pageSize=2&filter=value:*&pageToken={first.GetProperty("nextPageToken")}");
        AssertError(400, "INVALID_PAGE_TOKEN", ["page_token"], status, body);
    }

    [Fact]
    public async Task Events_begin_with_the_city_and_resume_where_they_were()
    {
        var first = Assert.Single(await Events(null, 1));
        Assert.True(first.Data.GetProperty("snapshot").GetBoolean());
        Assert.Equal(3, first.Data.GetProperty("zones").GetArrayLength());
        server.View.Apply([server.Rows.Batch("pump", 250, ("pump", 250))]);

        var second = Assert.Single(await Events(first.Id, 1));

        Assert.False(second.Data.GetProperty("snapshot").GetBoolean());
        var segment = Assert.Single(second.Data.GetProperty("segments").EnumerateArray(), item => item.GetProperty("name").GetString() == "segments/pump");
        Assert.Equal(250, segment.GetProperty("levelPermille").GetInt32());
        Assert.Equal("segments/pump", second.Data.GetProperty("cascades")[0].GetProperty("roots")[0].GetString());
    }

    [Fact]
    public async Task Events_of_another_log_tell_the_gap()
    {
        var message = Assert.Single(await Events("1.elsewhere.01234567", 1));

        Assert.True(message.Data.GetProperty("gap").GetBoolean() && message.Data.GetProperty("snapshot").GetBoolean());
    }

    private async Task<List<(string Id, JsonElement Data)>> Events(string? last, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?intervalMilliseconds=1");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        var (events, id) = (new List<(string, JsonElement)>(), "");
        while (events.Count < count)
        {
            var line = (await reader.ReadLineAsync(Cancellation))!;
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                events.Add((id, JsonDocument.Parse(line[6..]).RootElement));
            }
        }

        return events;
    }

    private static void AssertError(int status, string reason, string[] fields, HttpStatusCode found, JsonElement body)
    {
        Assert.True(status == (int)found, $"{found}: {body}");
        var details = body.GetProperty("details").EnumerateArray().ToList();
        var info = details.Single(detail => detail.GetProperty("@type").GetString()!.EndsWith("ErrorInfo", StringComparison.Ordinal));
        Assert.Equal((reason, "citytwin"), (info.GetProperty("reason").GetString(), info.GetProperty("domain").GetString()));
        var violations = details.Where(detail => detail.TryGetProperty("fieldViolations", out _))
            .SelectMany(detail => detail.GetProperty("fieldViolations").EnumerateArray())
            .Select(violation => violation.TryGetProperty("field", out var field) ? field.GetString()! : "").Where(field => field.Length > 0);
        Assert.Equal(fields, violations);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Get(string path)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (response.StatusCode, await Read(response));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, string json)
    {
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), Json(json), Cancellation);
        return (response.StatusCode, await Read(response));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static async Task<JsonElement> Read(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(text.StartsWith('{'), $"{response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
