using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Core.Model;
using CityTwin.Protocol.V1;
using CityTwin.Testing.Cities;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using ZoneService = CityTwin.Protocol.V1.ZoneService;

namespace CityTwin.Api.Tests;

/// <summary>What happens at the doors beside the yes and no of the matrix.</summary>
public sealed class Door_behaviour : IAsyncLifetime
{
    private readonly ApiServer _server = new() { City = AttackedHarbour.Of(), Access = new() { HasOperatorLink = true } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Lists_maps_and_overviews_show_only_the_zones_in_scope()
    {
        using var http = _server.HttpFor(_server.Give("clinic", Roles.Viewer, ZoneScope.Of(new ZoneId("hospital"))));
        Assert.Equal(["zones/hospital"], await Names(http, "v1/zones", "zones"));
        Assert.Equal(["sensors/camera", "sensors/siem", "sensors/tamper"], await Names(http, "v1/sensors", "sensors"));
        Assert.Empty(await Names(http, "v1/segments", "segments"));
        Assert.Empty(await Names(http, "v1/guards", "guards"));
        Assert.Equal([$"assets/{AttackedHarbour.Workstation}"], await Names(http, "v1/assets", "assets"));
        Assert.Empty(await Names(http, "v1/conduits", "conduits"));
        var map = await http.GetFromJsonAsync<JsonElement>("v1/map", Cancellation);
        Assert.Equal((1, 0, 3), (map.GetProperty("zones").GetArrayLength(), map.GetProperty("segments").GetArrayLength(), map.GetProperty("sensors").GetArrayLength()));
        Assert.Equal("", map.GetProperty("zones")[0].GetProperty("parent").GetString());
        var counts = (await http.GetFromJsonAsync<JsonElement>("v1/service", Cancellation)).GetProperty("counts");
        Assert.Equal((1, 3), (counts.GetProperty("zones").GetInt32(), counts.GetProperty("sensors").GetInt32()));
    }

    [Fact]
    public async Task Of_nobody_no_message_is_read()
    {
        using var body = new Begun();
        using var http = new HttpClient { BaseAddress = _server.GrpcAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "citytwin.v1.DefinitionService/ApplyDefinition") { Content = body };
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(("16", true), (answer.Headers.GetValues("grpc-status").Single(), answer.Headers.Contains("grpc-status-details-bin")));
        Assert.Contains(_server.Audit.Entries, entry => entry.Kind == AuditKind.Refusal && entry.Action.EndsWith("ApplyDefinition", StringComparison.Ordinal));
    }

    /// <summary>One byte of a message that is said to have 200 MB, and then nothing: whoever reads it before they ask would wait for ever.</summary>
    private sealed class Begun : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0, 0x0b, 0xeb, 0xc2, 0x00, 1 }, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    [Fact]
    public async Task A_watch_delivers_only_the_zones_in_scope()
    {
        using var channel = _server.ChannelFor(_server.Give("clinic", Roles.Viewer, ZoneScope.Of(new ZoneId("hospital"))));
        using var watch = new SensorService.SensorServiceClient(channel).WatchSensors(new(), cancellationToken: Cancellation);
        var seen = new List<string>();
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
            seen.Add(watch.ResponseStream.Current.Sensor?.Name ?? "");
        }
        while (watch.ResponseStream.Current.Kind != WatchKind.Checkpoint);
        Assert.Equal(["sensors/camera", "sensors/siem", "sensors/tamper", ""], seen);

        // One of the harbour, which is not seen, and then one that is.
        _server.View.Apply([_server.Rows.Reading("meter-00001", 7)]);
        _server.View.Apply([_server.Rows.Reading("camera", 8)]);
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
            Assert.DoesNotContain("meter", watch.ResponseStream.Current.Sensor?.Name ?? "", StringComparison.Ordinal);
        }
        while (watch.ResponseStream.Current.Sensor?.Name != "sensors/camera");
    }

    [Fact]
    public async Task Grants_add_up_and_each_role_holds_in_its_own_zones()
    {
        var (key, kept) = ApiKey.Make(
            new byte[ApiKey.IdBytes], Enumerable.Repeat((byte)1, ApiKey.SecretBytes).ToArray(), "shift",
            [new(Roles.Viewer, ZoneScope.Everything), new(Roles.Operator, ZoneScope.Of(new ZoneId("hospital")))]);
        _server.Keys.Add(kept);
        using var http = _server.HttpFor(key);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v1/segments/pump", Cancellation)).StatusCode);
        using var elsewhere = await http.PostAsJsonAsync("v1/segments/pump:fail", new { reason = "drill" }, Cancellation);
        Assert.Equal("OUT_OF_SCOPE", await ReasonOf(elsewhere));
        using var here = await http.PostAsJsonAsync("v1/zones/hospital:countPeople", new { reason = "drill", people = 3 }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
    }

    [Fact]
    public async Task What_is_out_of_scope_looks_like_what_does_not_exist()
    {
        using var http = _server.HttpFor(_server.Give("clinic", Roles.Viewer, ZoneScope.Of(new ZoneId("hospital"))));
        using var there = await http.GetAsync("v1/segments/pump", Cancellation);
        using var nowhere = await http.GetAsync("v1/segments/nothing", Cancellation);
        Assert.Equal(there.StatusCode, nowhere.StatusCode);
        Assert.Equal(await there.Content.ReadAsStringAsync(Cancellation), await nowhere.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task An_order_stands_under_the_name_of_who_is_known_to_give_it()
    {
        using var http = _server.HttpFor(_server.Give("control-room", Roles.Operator));
        using var answer = await http.PostAsJsonAsync("v1/segments/pump:fail", new { principal = "the mayor", reason = "drill" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("control-room", _server.Grains.Commands.Last().By);
        var entry = Assert.Single(_server.Audit.Entries, entry => entry.Action.EndsWith("FailSegment", StringComparison.Ordinal));
        Assert.Equal(("control-room", "segments/pump", AuditKind.Command, "OK", "drill", "127.0.0.1"), (entry.Who, entry.On, entry.Kind, entry.Status, entry.Why, entry.From));

        using var local = await _server.Http.PostAsJsonAsync("v1/segments/pump:fail", new { principal = "bert", reason = "drill" }, Cancellation);
        Assert.Equal("bert", _server.Grains.Commands.Last().By);
    }

    [Fact]
    public async Task Wrong_expired_and_revoked_keys_are_told_apart_and_reported()
    {
        var key = _server.Give("late", Roles.Viewer, expires: DateTimeOffset.UnixEpoch);
        Assert.Equal("CREDENTIAL_EXPIRED", await Refusal(key));
        Assert.Equal("CREDENTIAL_INVALID", await Refusal(key[..^1] + (key[^1] == 'A' ? 'B' : 'A')));
        Assert.Equal("CREDENTIAL_INVALID", await Refusal("ctk_nonsense"));
        Assert.Equal("CREDENTIAL_INVALID", await Refusal("a.b.c"));
        Assert.Equal("CREDENTIAL_MISSING", await Refusal(null));
        var entry = _server.Audit.Entries.First(entry => entry.Why?.StartsWith("CREDENTIAL_EXPIRED", StringComparison.Ordinal) == true);
        Assert.Equal(("late", AuditKind.Refusal, "UNAUTHENTICATED", $"CREDENTIAL_EXPIRED (key {ApiKey.IdIn(key)})"), (entry.Who, entry.Kind, entry.Status, entry.Why));
        Assert.All(_server.Audit.Entries, entry => Assert.DoesNotContain(key, entry.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_watch_ends_when_its_key_is_revoked()
    {
        var (key, kept) = ApiKey.Make(
            Enumerable.Repeat((byte)2, ApiKey.IdBytes).ToArray(), Enumerable.Repeat((byte)2, ApiKey.SecretBytes).ToArray(), "fired", [new(Roles.Viewer, ZoneScope.Everything)]);
        _server.Keys.Replace([kept]);
        using var channel = _server.ChannelFor(key);
        using var watch = new ZoneService.ZoneServiceClient(channel).WatchZones(new(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        using var http = _server.HttpFor(key);
        using var events = await http.GetStreamAsync("v1/events", Cancellation);

        _server.Keys.Replace([kept with { IsRevoked = true }]);

        Assert.Equal("CREDENTIAL_REVOKED", await EndOf(watch.ResponseStream));
        using var rest = new StreamReader(events);
        await rest.ReadToEndAsync(Cancellation);
        Assert.Equal("CREDENTIAL_REVOKED", await Refusal(key));
    }

    [Fact]
    public async Task A_running_watch_ends_when_its_key_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var server = new ApiServer { Time = time };
        await server.InitializeAsync();
        using var channel = server.ChannelFor(server.Give("temp", Roles.Viewer, expires: time.GetUtcNow().AddHours(1)));
        using var watch = new ZoneService.ZoneServiceClient(channel).WatchZones(new(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("CREDENTIAL_EXPIRED", await EndOf(watch.ResponseStream));
    }

    [Fact]
    public async Task The_operators_link_works_once_and_its_session_only_for_our_own_pages()
    {
        using var http = _server.HttpFor(null);
        var link = _server.Sessions.NewLink();
        using var wrong = await http.GetAsync(link[..^1] + (link[^1] == '0' ? '1' : '0'), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        _server.Audit.IsAway = true;
        using var unwritten = await http.GetAsync(link, Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (unwritten.StatusCode, unwritten.Headers.Contains("Set-Cookie")));
        _server.Audit.IsAway = false;
        using var entered = await http.GetAsync(link, Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        using var again = await http.GetAsync(link, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);

        Assert.Equal(HttpStatusCode.OK, await With(cookie, null));
        Assert.Equal(HttpStatusCode.OK, await With(cookie, _server.HttpAddress.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(cookie, "http://127.0.0.1:1"));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(cookie.Replace('=', 'x'), null));

        async Task<HttpStatusCode> With(string shown, string? origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/zones");
            request.Headers.Add("Cookie", shown.Split(';')[0]);
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            using var answer = await http.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Too_many_refusals_are_cut_short_and_lock_nobody_out()
    {
        await using var server = new ApiServer { Access = new() { RefusalsBurst = 5 } };
        await server.InitializeAsync();
        using var nobody = server.HttpFor("ctk_000000000000_guess");
        var answers = new List<HttpStatusCode>();
        for (var guess = 0; guess < 8; guess++)
        {
            using var answer = await nobody.GetAsync("v1/zones", Cancellation);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, answers[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.True(server.Audit.Entries.Count <= 7, "Refusals beyond the limit are not written down.");
        using var known = await server.Http.GetAsync("v1/zones", Cancellation);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task Nobody_is_refused_before_a_body_is_read()
    {
        using var http = _server.HttpFor(null);
        using var answer = await http.PostAsync("v1/segments/pump:fail", new StringContent("{not json", System.Text.Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal("CREDENTIAL_MISSING", await ReasonOf(answer));
    }

    private async Task<string> Refusal(string? key)
    {
        using var http = _server.HttpFor(key);
        using var answer = await http.GetAsync("v1/zones", Cancellation);
        return await ReasonOf(answer);
    }

    private static async Task<string> ReasonOf(HttpResponseMessage answer)
    {
        using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return status.RootElement.GetProperty("details")[0].GetProperty("reason").GetString()!;
    }

    private static async Task<string> EndOf(IAsyncStreamReader<WatchZonesResponse> stream)
    {
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.MoveNext(Cancellation))
            {
            }
        });
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
        return Google.Rpc.Status.Parser.ParseFrom(ended.Trailers.GetValueBytes("grpc-status-details-bin")).Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason;
    }

    private static async Task<string[]> Names(HttpClient http, string path, string field)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(path, Cancellation);
        return [.. page.GetProperty(field).EnumerateArray().Select(thing => thing.GetProperty("name").GetString()!)];
    }
}
