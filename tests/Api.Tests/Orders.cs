using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CityTwin.Core.Alerts;
using CityTwin.Core.Guarding;
using CityTwin.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;
using AlertSeverity = CityTwin.Core.Alerts.AlertSeverity;

namespace CityTwin.Api.Tests;

/// <summary>What people may order of zones, guards and alerts, and how it is refused.</summary>
public sealed class Orders(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Tomorrow => DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    [Theory]
    [InlineData("/v1/zones/harbour:planWork", ",\"untilTime\":\"TOMORROW\"", "work r1 anna x", "10.epoch.01234567")]
    [InlineData("/v1/zones/harbour:endWork", "", "end r1 anna x", "10.epoch.01234567")]
    [InlineData("/v1/zones/harbour:setPosture", ",\"posture\":\"SECURITY_POSTURE_HIGH\"", "posture r1 High anna x", "10.epoch.01234567")]
    [InlineData("/v1/zones/harbour:countPeople", ",\"people\":12", "count r1 12 anna", "10.epoch.01234567")]
    [InlineData("/v1/zones/harbour:countPeople", "", "count r1 nobody anna", "10.epoch.01234567")]
    [InlineData("/v1/guards/rex:dispatch", ",\"place\":\"zones/north\"", "dispatch r1 north anna x", "11.epoch.01234567")]
    [InlineData("/v1/guards/rex:report", ",\"reached\":\"GUARD_DUTY_ON_SCENE\"", "report r1 OnScene", "11.epoch.01234567")]
    [InlineData("/v1/guards/rex:shift", ",\"onDuty\":false", "shift r1 False", "11.epoch.01234567")]
    [InlineData("/v1/alerts/offline.sensor.camera:acknowledge", "", "acknowledge r1 anna x", "8.epoch.01234567")]
    [InlineData("/v1/alerts/offline.sensor.camera:unshelve", "", "unshelve r1 anna x", "8.epoch.01234567")]
    [InlineData("/v1/alerts/offline.sensor.camera:clear", "", "clear r1 anna x", "8.epoch.01234567")]
    public async Task An_order_reaches_its_owner_with_who_why_and_its_id(string path, string more, string told, string version)
    {
        server.View.Apply([server.Rows.Alert("offline.sensor.camera", AlertSeverity.Serious)]);
        var (status, body) = await Post(
            path, $$"""{"principal":"anna","reason":"x","requestId":"r1"{{more.Replace("TOMORROW", Tomorrow, StringComparison.Ordinal)}}}""");

        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal(("r1", version), (body.GetProperty("requestId").GetString(), body.GetProperty("resourceVersion").GetString()));
        Assert.Contains(told, server.Grains.Told);
    }

    [Theory]
    [InlineData("/v1/zones/harbour:planWork", """{"principal":"anna","reason":"x"}""", "until_time")]
    [InlineData("/v1/zones/harbour:planWork", """{"principal":"anna","reason":"x","untilTime":"2020-01-01T00:00:00Z"}""", "until_time")]
    [InlineData("/v1/zones/harbour:planWork", """{"principal":"anna","reason":"x","untilTime":"9999-01-01T00:00:00Z"}""", "until_time")]
    [InlineData("/v1/zones/harbour:setPosture", """{"reason":"x"}""", "posture", "principal")]
    [InlineData("/v1/zones/harbour:setPosture", """{"principal":"anna","reason":"x","posture":99}""", "posture")]
    [InlineData("/v1/zones/harbour:countPeople", """{"principal":"anna","reason":"x","people":-1}""", "people")]
    [InlineData("/v1/guards/rex:dispatch", """{"principal":"anna","reason":"x","place":"zones/nowhere"}""", "place")]
    [InlineData("/v1/guards/rex:dispatch", """{"place":"north"}""", "principal", "reason", "place")]
    [InlineData("/v1/guards/rex:report", """{"principal":"anna","reached":"GUARD_DUTY_OFF_DUTY"}""", "reached")]
    [InlineData("/v1/guards/rex:shift", """{"principal":"anna"}""", "on_duty")]
    [InlineData("/v1/alerts/offline.sensor.camera:clear", """{"principal":"anna"}""", "reason")]
    public async Task A_faulty_order_names_its_fields(string path, string json, params string[] fields)
    {
        var (status, body) = await Post(path, json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, body.GetProperty("details")[1].GetProperty("fieldViolations").EnumerateArray().Select(fault => fault.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_guard_that_cannot_obey_says_why()
    {
        var other = new ApiServer();
        await other.InitializeAsync();
        other.Grains.GuardFault = GuardFault.OffDuty;

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new GuardService.GuardServiceClient(other.Channel).DispatchGuardAsync(
            new() { Name = "guards/rex", Principal = "anna", Reason = "x", Place = "zones/north" }, cancellationToken: Cancellation));

        Assert.Equal((StatusCode.FailedPrecondition, "'guards/rex' is off duty."), (failure.StatusCode, failure.Status.Detail));
        await other.DisposeAsync();
    }

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public async Task A_time_that_is_none_is_refused(long seconds, int nanos)
    {
        server.View.Apply([server.Rows.Alert("offline.sensor.camera", AlertSeverity.Serious)]);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new AlertService.AlertServiceClient(server.Channel).ShelveAlertAsync(
            new()
            {
                Name = "alerts/offline.sensor.camera", Principal = "anna", Reason = "x", UntilTime = new Timestamp { Seconds = seconds, Nanos = nanos },
            },
            cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task An_exact_read_of_a_zone_tells_what_the_zone_itself_says()
    {
        server.View.Apply([server.Rows.Batch("pump", 1000)]);
        var zones = new ZoneService.ZoneServiceClient(server.Channel);

        var seen = await zones.GetZoneAsync(new() { Name = "zones/harbour" }, cancellationToken: Cancellation);
        var exact = await zones.GetZoneAsync(new() { Name = "zones/harbour", ReadMode = ReadMode.Exact }, cancellationToken: Cancellation);

        Assert.False(seen.Status.HasPeopleCounted);
        Assert.Equal(77, exact.Status.PeopleCounted);
    }

    [Fact]
    public async Task A_grain_shows_what_it_has_yet_to_tell()
    {
        var inspection = await new InspectionService.InspectionServiceClient(server.Channel)
            .InspectGrainAsync(new() { Name = "grains/segment/pump" }, cancellationToken: Cancellation);

        Assert.Equal(2, inspection.PendingTellsCount);
        Assert.Equal(
            [(5, "grains/cascade/city", "CeilingChange"), (6, "grains/alert/disagrees.segment.pump", "AlertRaised")],
            inspection.PendingTells.Select(tell => ((int)tell.Sequence, tell.Target, tell.Kind)));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement);
    }
}
