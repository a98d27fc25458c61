using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Views;
using CityTwin.Protocol.V1;
using CityTwin.Testing.Cities;
using Grpc.Core;
using Xunit;
using CoreStep = CityTwin.Core.Breaches.Live.ReachedStep;
using Posture = CityTwin.Core.Breaches.Live.AssetPosture;
using WhatNext = CityTwin.Protocol.V1.Outlook;

namespace CityTwin.Api.Tests;

/// <summary>Assets and conduits of a city under attack: read, watched, and given orders that say who and why.</summary>
public sealed class Live_attack : IAsyncLifetime
{
    private readonly ApiServer _server = new() { City = AttackedHarbour.Of() };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private AssetService.AssetServiceClient Assets => new(_server.Channel);

    private ConduitService.ConduitServiceClient Conduits => new(_server.Channel);

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/v1/conduits/c-office:isolate", "isolate r1 anna worm")]
    [InlineData("/v1/conduits/c-office:rejoin", "rejoin r1 anna worm")]
    [InlineData("/v1/assets/plc:contain", "contain r1 anna worm")]
    [InlineData("/v1/assets/plc:clear", "clear r1 anna worm")]
    public async Task An_order_reaches_its_owner_with_who_why_and_its_id(string path, string told)
    {
        var (status, body) = await Post(path, """{"principal":"anna","reason":"worm","requestId":"r1"}""");

        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal(("r1", "9.epoch.01234567"), (body.GetProperty("requestId").GetString(), body.GetProperty("resourceVersion").GetString()));
        Assert.Equal([told], _server.Grains.Told);
    }

    [Theory]
    [InlineData("/v1/conduits/c-office:isolate", """{"principal":"anna"}""", "reason")]
    [InlineData("/v1/conduits/c-office:isolate", """{"principal":"anna","reason":"  "}""", "reason")]
    [InlineData("/v1/conduits/c-office:isolate", """{"reason":"worm"}""", "principal")]
    [InlineData("/v1/conduits/c-office:isolate", "{}", "principal", "reason")]
    [InlineData("/v1/conduits/c-office:rejoin", """{"principal":"anna"}""", "reason")]
    [InlineData("/v1/assets/plc:contain", """{"principal":"anna"}""", "reason")]
    [InlineData("/v1/assets/plc:clear", """{"principal":"anna"}""", "reason")]
    public async Task An_order_without_who_or_why_is_refused_over_rest_and_carried_out_by_nobody(string path, string json, params string[] fields)
    {
        var (status, body) = await Post(path, json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, body.GetProperty("details")[1].GetProperty("fieldViolations").EnumerateArray().Select(fault => fault.GetProperty("field").GetString()));
        Assert.Empty(_server.Grains.Told);
    }

    [Fact]
    public async Task The_service_says_how_many_assets_and_conduits_there_are()
    {
        var (counts, model) = ((await new CityService.CityServiceClient(_server.Channel).GetServiceInfoAsync(new(), cancellationToken: Cancellation)).Counts, _server.City.Security);

        Assert.Equal((model.Assets.Length, model.Conduits.Length), (counts.Assets, counts.Conduits));
        Assert.True(counts is { Assets: > 0, Conduits: > 0 });
    }

    [Fact]
    public async Task A_live_isolation_without_a_reason_is_refused_over_grpc()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Conduits.IsolateConduitAsync(new() { Name = "conduits/c-office", Principal = "anna" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        var details = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal(("reason", "REQUIRED"), details.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations.Select(fault => (fault.Field, fault.Reason)).Single());
        Assert.Empty(_server.Grains.Told);
    }

    [Theory]
    [InlineData("/v1/assets/nothing", 404)]
    [InlineData("/v1/conduits/nothing", 404)]
    [InlineData("/v1/assets/plc?colour=red", 400)]
    [InlineData("/v1/assets?filter=colour%3Dred", 400)]
    [InlineData("/v1/grains/asset/nothing", 404)]
    [InlineData("/v1/alerts/compromised.asset.nothing?readMode=READ_MODE_EXACT", 404)]
    public async Task What_cannot_be_answered_is_refused(string path, int status)
    {
        using var response = await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/assets/plc", "posture", "ASSET_POSTURE_CLEAR")]
    [InlineData("/v1/assets/plc?readMode=READ_MODE_EXACT", "posture", "ASSET_POSTURE_SUSPECTED")]
    [InlineData("/v1/conduits/c-office", "displayName", "Office to control")]
    [InlineData("/v1/grains/asset/plc", "silo", "silo-1")]
    [InlineData("/v1/grains/conduit/c-office", "silo", "silo-1")]
    [InlineData("/v1/alerts/compromised.asset.plc?readMode=READ_MODE_EXACT", "state", "ALERT_STATE_ACKNOWLEDGED")]
    [InlineData("/v1/alerts/isolated.conduit.c-office?readMode=READ_MODE_EXACT", "state", "ALERT_STATE_ACKNOWLEDGED")]
    public async Task A_thing_is_read_by_its_name(string path, string field, string expected)
    {
        using var response = await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;

        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.Equal(expected, body.GetProperty(field).GetString());
    }

    [Fact]
    public async Task An_exact_read_of_a_conduit_tells_what_its_owner_says()
    {
        var exact = await Conduits.GetConduitAsync(new() { Name = "conduits/c-office", ReadMode = ReadMode.Exact }, cancellationToken: Cancellation);

        Assert.Equal(("bert", "from the owner"), (exact.Isolated.Principal, exact.Isolated.Reason));
        Assert.Equal(("segments/pump", AttackedHarbour.PumpAlone), (exact.Carries[0].Segment, exact.Carries[0].LevelPermille));
    }

    [Fact]
    public async Task A_compromised_asset_tells_its_steps_and_signs_and_shows_in_its_zones()
    {
        _server.View.Apply([Asset("plc", Posture.Compromised)]);

        var asset = await Assets.GetAssetAsync(new() { Name = "assets/plc" }, cancellationToken: Cancellation);
        var listed = await Assets.ListAssetsAsync(new() { Filter = "posture = COMPROMISED AND within(zones/north)" }, cancellationToken: Cancellation);
        var zone = await new ZoneService.ZoneServiceClient(_server.Channel).GetZoneAsync(new() { Name = "zones/north" }, cancellationToken: Cancellation);

        Assert.Equal(("step-hop", "sensors/tamper", "log/1"), (asset.ReachedSteps[0].Step, asset.ReachedSteps[0].Sensor, asset.ReachedSteps[0].Evidence));
        Assert.Equal(("sensors/tamper", "tampered"), (asset.Signs[0].Sensor, asset.Signs[0].EventClass));
        Assert.Equal(["assets/plc"], listed.Assets.Select(item => item.Name));
        Assert.Equal((0, 1, 0), (zone.Status.Assets.Suspected, zone.Status.Assets.Compromised, zone.Status.Assets.Contained));
    }

    [Fact]
    public async Task A_watch_tells_when_an_asset_falls_and_when_it_no_longer_matches()
    {
        using var watch = Assets.WatchAssets(new() { Filter = "posture > CLEAR" }, cancellationToken: Cancellation);
        Assert.Equal(WatchKind.Checkpoint, (await Next(watch)).Kind);
        _server.View.Apply([Asset("plc", Posture.Compromised)]);
        var changed = await Next(watch);
        Assert.Equal((WatchKind.Changed, Protocol.V1.AssetPosture.Compromised), (changed.Kind, changed.Asset.Posture));
        Assert.Equal(WatchKind.Checkpoint, (await Next(watch)).Kind);
        _server.View.Apply([Asset("plc", Posture.Clear)]);

        Assert.Equal((WatchKind.Removed, "assets/plc"), (await Next(watch)) is var removed ? (removed.Kind, removed.Removed) : default);
    }

    [Fact]
    public async Task Conduits_are_listed_by_whether_they_are_isolated()
    {
        _server.View.Apply([_server.Rows.Row(PublishedKind.Conduit, "c-tunnel", new ConduitStatus(
            AttackedHarbour.Tunnel, 1, new("anna", "worm", Rows.Start), null))]);

        var listed = await Conduits.ListConduitsAsync(new() { Filter = "isolated = true" }, cancellationToken: Cancellation);

        Assert.Equal([("conduits/c-tunnel", "worm")], listed.Conduits.Select(conduit => (conduit.Name, conduit.Isolated.Reason)));
    }

    [Fact]
    public async Task The_stream_of_the_city_tells_assets_and_conduits_also_when_nothing_else_changed()
    {
        using var watch = new CityService.CityServiceClient(_server.Channel).WatchCity(new(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Empty(watch.ResponseStream.Current.Assets);
        _server.View.Apply([Asset("vendor", Posture.Contained), _server.Rows.Row(PublishedKind.Conduit, "c-tunnel", new ConduitStatus(
            AttackedHarbour.Tunnel, 1, new("anna", "worm", Rows.Start), null))]);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));

        var changes = watch.ResponseStream.Current;

        Assert.Equal([("assets/vendor", Protocol.V1.AssetPosture.Contained)], changes.Assets.Select(asset => (asset.Name, asset.Posture)));
        Assert.Equal([("conduits/c-tunnel", true)], changes.Conduits.Select(conduit => (conduit.Name, conduit.Isolated)));
    }

    [Theory]
    [InlineData("/v1/outlook?profile=profiles/nobody", 404)]
    [InlineData("/v1/outlook?profile=state", 400)]
    [InlineData("/v1/outlook?colour=red", 400)]
    [InlineData("/v1/outlook", 200)]
    [InlineData("/v1/outlook?profile=profiles/thief", 200)]
    public async Task An_outlook_is_asked_for_by_its_profile(string path, int status)
    {
        using var response = await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_watched_outlook_follows_a_compromise_and_its_containment()
    {
        using var watch = new AnalysisService.AnalysisServiceClient(_server.Channel).WatchOutlook(new(), cancellationToken: Cancellation);
        _server.View.Apply([Asset("plc", Posture.Compromised)]);

        var outlook = await Outlook(watch, found => found.Sources.Count > 0);

        Assert.Equal(("profiles/state", "assets/plc", "step-hop"), (outlook.Profile, outlook.Sources[0].Asset, outlook.Sources[0].Step));
        var target = Assert.Single(outlook.Targets);
        Assert.Equal(("step-trip", "assets/plc"), (target.Step, target.Asset));
        Assert.Equal(["step-hop", "step-trip"], target.Steps);
        Assert.Equal(["zones/harbour", "zones/harbour", "zones/hospital"], target.DarkServices.Select(dark => dark.Zone));
        Assert.Equal((340, "assets/plc", 0), (target.Harm.PeopleDarkened, outlook.Best.Name, outlook.Best.Harm.PeopleDarkened));
        _server.View.Apply([Asset("plc", Posture.Contained)]);
        Assert.Empty((await Outlook(watch, found => found.Sources.Count == 0)).Targets);
    }

    private static async Task<WhatNext> Outlook(AsyncServerStreamingCall<WatchOutlookResponse> watch, Func<WhatNext, bool> isMeant)
    {
        while (await watch.ResponseStream.MoveNext(Cancellation))
        {
            if (watch.ResponseStream.Current.Outlook is { } outlook && isMeant(outlook))
            {
                return outlook;
            }
        }

        throw new InvalidOperationException("The watch ended.");
    }

    private PublishedRow Asset(string id, Posture posture) => _server.Rows.Row(PublishedKind.Asset, id, new AssetStatus(
        new(id),
        _server.Rows.Seq + 1,
        posture,
        Rows.Start,
        posture == Posture.Clear ? [] : [new CoreStep(AttackedHarbour.Hop, Rows.Start, AttackedHarbour.Tamper, "log/1")],
        posture == Posture.Clear ? [] : [new(AttackedHarbour.Tamper, "tampered", 0.8, Rows.Start, "log/1")],
        null,
        null));

    private static async Task<WatchAssetsResponse> Next(AsyncServerStreamingCall<WatchAssetsResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        return watch.ResponseStream.Current;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await _server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement);
    }
}
