using System.Net;
using System.Text.Json;
using CityTwin.Core.Access;
using CityTwin.Core.Views;
using CityTwin.Protocol.V1;
using CityTwin.Testing.Cities;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;
using AlertSeverity = CityTwin.Core.Alerts.AlertSeverity;

namespace CityTwin.Api.Tests;

/// <summary>The city as it was, and what has changed since: over gRPC and REST.</summary>
public sealed class Past_instants : IAsyncLifetime
{
    private readonly ApiServer _server = new();
    private DateTimeOffset _before;
    private DateTimeOffset _after;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HistoryService.HistoryServiceClient History => new(_server.Channel);

    private SegmentService.SegmentServiceClient Segments => new(_server.Channel);

    private ZoneService.ZoneServiceClient Zones => new(_server.Channel);

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        var rows = _server.Rows;
        List<PublishedRow> before = [rows.Batch("substation", 1000), rows.Reading("meter-00001", 230), rows.Alert("offline.sensor.camera", AlertSeverity.Warning)];
        List<PublishedRow> after =
        [
            rows.Command("substation", 0), rows.Batch("substation", 0, ("pump", 0), ("substation", 0), ("cable", 0), ("busbar", 0)),
            rows.Gone("offline.sensor.camera"),
        ];
        _before = before[^1].At;
        _after = after[^1].At;
        _server.View.Apply(before);
        _server.View.Apply(after);
        foreach (var row in before.Concat(after))
        {
            _server.Past.Add(row);
        }

        _server.Past.Add(_after, new(new("pump"), 1000, 0));
        _server.Past.Since = Rows.Start;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Thing_is_got_and_listed_as_it_was_and_as_it_is()
    {
        Assert.Equal((1000, 0), (
            (await Segments.GetSegmentAsync(new() { Name = "segments/pump", AsOfTime = At(_before) }, cancellationToken: Cancellation)).LevelPermille,
            (await Segments.GetSegmentAsync(new() { Name = "segments/pump" }, cancellationToken: Cancellation)).LevelPermille));
        var zone = await Zones.GetZoneAsync(new() { Name = "zones/harbour", AsOfTime = At(_before) }, cancellationToken: Cancellation);
        Assert.Equal((1000, 1, _before), (zone.Status.WorstLevelPermille, zone.Status.Alerts.Warning, zone.Status.AsOfTime.ToDateTimeOffset()));
        var listed = await Segments.ListSegmentsAsync(new() { Filter = "level_permille < 1000", AsOfTime = At(_before) }, cancellationToken: Cancellation);
        Assert.Empty(listed.Segments);
        Assert.Equal(4, (await Segments.ListSegmentsAsync(new() { Filter = "level_permille < 1000", AsOfTime = At(_after) }, cancellationToken: Cancellation)).Segments.Count);
        var sensor = await new SensorService.SensorServiceClient(_server.Channel).GetSensorAsync(new() { Name = "sensors/meter-00001", AsOfTime = At(_before) }, cancellationToken: Cancellation);
        Assert.Equal(230, sensor.Value);
    }

    [Fact]
    public async Task Whole_city_is_shown_as_it_was()
    {
        var past = await History.GetPastCityAsync(new() { AsOfTime = At(_before), Sensors = true }, cancellationToken: Cancellation);
        var now = await History.GetPastCityAsync(new() { AsOfTime = At(_after) }, cancellationToken: Cancellation);

        Assert.True(past.Snapshot);
        Assert.Equal((0, 1), (past.Segments.Count, past.Alerts.Count));
        Assert.Equal((4, 0), (now.Segments.Count, now.Alerts.Count));
        Assert.Equal(_before, past.AsOfTime.ToDateTimeOffset());
        var map = await new CityService.CityServiceClient(_server.Channel).GetCityMapAsync(new() { AsOfTime = At(_before) }, cancellationToken: Cancellation);
        Assert.Equal(past.CityHash, map.CityHash);
    }

    [Fact]
    public async Task Instant_before_history_or_ahead_is_refused_with_what_is_kept()
    {
        foreach (var instant in new[] { Rows.Start.AddMilliseconds(-1), DateTimeOffset.UtcNow.AddMinutes(1) })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Zones.ListZonesAsync(new() { AsOfTime = At(instant) }, cancellationToken: Cancellation));
            Assert.Equal(StatusCode.OutOfRange, refusal.StatusCode);
            Assert.Contains("2026-05-01T12:00:00.000Z", refusal.Status.Detail, StringComparison.Ordinal);
        }

        var rest = await _server.Http.GetAsync("/v1/zones/harbour?asOfTime=2001-01-01T00:00:00Z", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, rest.StatusCode);
        Assert.Contains("BEYOND_HISTORY", await rest.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        _server.Past.IsKept = false;
        var off = await Assert.ThrowsAsync<RpcException>(async () => await Zones.ListZonesAsync(new() { AsOfTime = At(_before) }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.FailedPrecondition, off.StatusCode);
    }

    [Fact]
    public async Task Past_instant_excludes_whatever_asks_for_now()
    {
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await Segments.GetSegmentAsync(
            new() { Name = "segments/pump", AsOfTime = At(_before), ReadMode = ReadMode.Exact }, cancellationToken: Cancellation))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await Segments.GetSegmentAsync(
            new() { Name = "segments/pump", AsOfTime = At(_before), AtLeastVersion = "1.epoch.x" }, cancellationToken: Cancellation))).StatusCode);
    }

    [Fact]
    public async Task Page_token_of_one_instant_is_none_of_another()
    {
        var token = (await Zones.ListZonesAsync(new() { PageSize = 1, AsOfTime = At(_before) }, cancellationToken: Cancellation)).NextPageToken;

        Assert.NotEmpty((await Zones.ListZonesAsync(new() { PageSize = 1, PageToken = token, AsOfTime = At(_before) }, cancellationToken: Cancellation)).Zones);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await Zones.ListZonesAsync(
            new() { PageSize = 1, PageToken = token, AsOfTime = At(_after) }, cancellationToken: Cancellation))).StatusCode);
    }

    [Theory]
    [InlineData("", new[] { ChangeKind.Level, ChangeKind.Alert, ChangeKind.Segment, ChangeKind.Alert, ChangeKind.Sensor })]
    [InlineData("change_time", new[] { ChangeKind.Sensor, ChangeKind.Alert, ChangeKind.Segment, ChangeKind.Alert, ChangeKind.Level })]
    public async Task Every_change_comes_once_over_pages_while_others_happen(string order, ChangeKind[] expected)
    {
        var found = new List<ChangeKind>();
        var request = new ListChangesRequest { PageSize = 2, OrderBy = order, EndTime = At(_after.AddSeconds(1)) };
        do
        {
            var page = await History.ListChangesAsync(request, cancellationToken: Cancellation);
            Assert.Equal(Rows.Start, page.KeptSinceTime.ToDateTimeOffset());
            found.AddRange(page.Changes.Select(change => change.Kind));
            request.PageToken = page.NextPageToken;
            _server.Past.Add(_server.Rows.Row(PublishedKind.Alert, "new.sensor.camera", null) with { At = _after.AddSeconds(2) });
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task Changes_are_chosen_by_kind_thing_and_zone()
    {
        var level = Assert.Single((await History.ListChangesAsync(new() { Kinds = { ChangeKind.Level }, Things = { "segments/pump" } }, cancellationToken: Cancellation)).Changes);
        Assert.Equal((0, 1000, "segments/pump"), (level.LevelPermille, level.LevelBeforePermille, level.Name));
        var inHospital = await History.ListChangesAsync(new() { Within = "zones/hospital" }, cancellationToken: Cancellation);
        Assert.Equal(["alerts/offline.sensor.camera"], inHospital.Changes.Select(change => change.Name).Distinct());
        Assert.True(inHospital.Changes[0].Removed);
        var facts = Assert.Single((await History.ListChangesAsync(new() { Kinds = { ChangeKind.Segment } }, cancellationToken: Cancellation)).Changes);
        Assert.Equal((0, "command"), (facts.CeilingPermille, facts.Causes[0].Cause_));
        var span = Assert.Single((await History.ListChangesAsync(
            new() { Kinds = { ChangeKind.Level }, Things = { "segments/pump" }, Every = Duration.FromTimeSpan(TimeSpan.FromHours(1)) }, cancellationToken: Cancellation)).Spans);
        Assert.Equal((3, 0), (span.Count, span.WorstLevelPermille));
    }

    [Fact]
    public async Task Caller_sees_the_changes_of_their_zones_alone()
    {
        using var channel = _server.ChannelFor(_server.Give("nurse", Roles.Viewer, new ZoneScope(false, [new("hospital")])));
        var seen = await new HistoryService.HistoryServiceClient(channel).ListChangesAsync(new(), cancellationToken: Cancellation);
        var past = await new HistoryService.HistoryServiceClient(channel).GetPastCityAsync(new() { AsOfTime = At(_before) }, cancellationToken: Cancellation);

        Assert.Equal(["alerts/offline.sensor.camera"], seen.Changes.Select(change => change.Name).Distinct());
        Assert.Equal(["zones/hospital"], past.Zones.Select(zone => zone.Name));
    }

    [Fact]
    public async Task Token_that_points_before_what_is_kept_is_refused()
    {
        var request = new ListChangesRequest { PageSize = 1, OrderBy = "change_time" };
        request.PageToken = (await History.ListChangesAsync(request, cancellationToken: Cancellation)).NextPageToken;
        _server.Past.Since = _after;

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await History.ListChangesAsync(request, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains("no longer kept", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"everyy\": 1 }")]
    [InlineData("{ \"orderBy\": \"name\", \"pageSize\": 5000, \"every\": \"1s\", \"things\": [\"ship/x\"], \"kinds\": [\"CHANGE_KIND_UNSPECIFIED\"] }")]
    public async Task Wrong_request_is_told_all_that_is_wrong(string json)
    {
        var query = string.Join('&', JsonDocument.Parse(json).RootElement.EnumerateObject().Select(field =>
            $"{field.Name}={Uri.EscapeDataString(field.Value.ValueKind == JsonValueKind.Array ? field.Value[0].ToString() : field.Value.ToString())}"));
        var answer = await _server.Http.GetAsync($"/v1/changes?{query}", Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var violations = JsonDocument.Parse(text).RootElement.GetProperty("details").EnumerateArray().SelectMany(detail =>
            detail.TryGetProperty("fieldViolations", out var found) ? found.EnumerateArray().Select(one => one.GetProperty("field").GetString()!) : []).ToList();
        Assert.True(json.Contains("everyy", StringComparison.Ordinal) ? violations.Count == 1 : violations.Count == 4, text);
    }

    private static Timestamp At(DateTimeOffset at) => Timestamp.FromDateTimeOffset(at);
}
