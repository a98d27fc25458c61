using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Assets;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Conduits;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Viewing;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>A live attack, from a sensor's event to the asset and from an order to the cascade, over real storage.</summary>
public sealed class Live_attack
{
    private static readonly AlertId Compromised = AlertId.For(AssetRules.CompromisedCause, AttackedHarbour.Plc);
    private static readonly AlertId Isolated = AlertId.For(ConduitRules.IsolatedCause, AttackedHarbour.Office);

    [Fact]
    public async Task Events_make_an_asset_suspected_then_compromised_and_a_killed_silo_forgets_nothing()
    {
        await using var cluster = await CityCluster.Start(AttackedHarbour.Of(), 3);
        await LiveLog.Until(() => Report(cluster, AttackedHarbour.Siem, 1, "login-failed"));
        await LiveLog.Holds(async () => (await Read(cluster, AttackedHarbour.Plc)).Posture == AssetPosture.Suspected);

        await cluster.Cluster.KillSiloAsync(cluster.Cluster.SecondarySilos[0], TestContext.Current.CancellationToken);
        await LiveLog.Until(() => Report(cluster, AttackedHarbour.Siem, 1, "login-failed"));
        await LiveLog.Until(() => Report(cluster, AttackedHarbour.Tamper, 1, "tampered"));

        await LiveLog.Holds(async () => (await Read(cluster, AttackedHarbour.Plc)).Posture == AssetPosture.Compromised);
        var status = await Read(cluster, AttackedHarbour.Plc);
        Assert.Equal([("siem", "login-failed"), ("tamper", "tampered")], status.Signs.Select(sign => (sign.Sensor.Value, sign.Class)));
        Assert.Equal([(AttackedHarbour.Hop, AttackedHarbour.Tamper)], status.Reached.Select(step => (step.Step, step.By)));
        Assert.Equal(AssetPosture.Suspected, (await Read(cluster, AttackedHarbour.Records)).Posture);
        Assert.Equal(AssetPosture.Clear, (await Read(cluster, AttackedHarbour.Vendor)).Posture);
        await LiveLog.Holds(async () => (await Alert(cluster, Compromised).Read())?.Phase == AlertPhase.Raised);
        await LiveLog.Holds(() => Task.FromResult(ViewOf(cluster) is { } version
            && version.Assets[version.Index.Find(AttackedHarbour.Plc)!.Value].Status.Posture == AssetPosture.Compromised));
    }

    [Fact]
    public async Task Alarm_does_not_wait_for_an_asset_that_cannot_be_told()
    {
        await using var cluster = await CityCluster.Start(AttackedHarbour.Of(), 1);
        var alarm = AlertId.For("malware", AttackedHarbour.Siem);
        cluster.Failures.Add("asset", Enumerable.Repeat(FailingStorage.Failure.Before, 1_000).ToArray());

        await Report(cluster, AttackedHarbour.Siem, 1, "malware");
        await Report(cluster, AttackedHarbour.Siem, 2, "malware");

        await LiveLog.Holds(async () => (await Alert(cluster, alarm).Read())?.Count == 2);
    }

    [Fact]
    public async Task A_contained_asset_comes_back_contained_after_a_restart_and_clearing_ends_its_alert()
    {
        var cluster = await CityCluster.Start(AttackedHarbour.Of(), 1);
        try
        {
            await Report(cluster, AttackedHarbour.Siem, 1, "malware");
            await LiveLog.Holds(async () => (await Read(cluster, AttackedHarbour.Plc)).Posture == AssetPosture.Compromised);
            var contained = await Asset(cluster, AttackedHarbour.Plc).Contain("r1", "anna", "worm");
            Assert.NotNull(contained);
            cluster = await cluster.Restart();

            Assert.Equal(("anna", AssetPosture.Contained), ((await Read(cluster, AttackedHarbour.Plc)).Contained!.By, (await Read(cluster, AttackedHarbour.Plc)).Posture));
            Assert.InRange((await Asset(cluster, AttackedHarbour.Plc).Contain("r1", "anna", "worm"))!.Value, contained.Value, long.MaxValue);
            Assert.NotNull(await Asset(cluster, AttackedHarbour.Plc).Clear("r2", "anna", "reinstalled"));
            await LiveLog.Holds(async () => (await Alert(cluster, Compromised).Read())?.Phase == AlertPhase.Cleared);
            Assert.Contains("r2", (await Asset(cluster, AttackedHarbour.Plc).Inspect()).StoredJson!, StringComparison.Ordinal);
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_isolated_conduit_takes_down_what_it_carried_and_rejoined_brings_it_back()
    {
        await using var cluster = await CityCluster.Start(AttackedHarbour.Of(), 1);
        var conduit = cluster.Grains.GetGrain<IConduitGrain>(GrainKeys.Of(AttackedHarbour.Office));

        var isolated = await conduit.Isolate("r1", "anna", "worm");
        Assert.NotNull(isolated);
        await LiveLog.Holds(async () => (await Pump(cluster)).Decided.LevelPermille == AttackedHarbour.PumpAlone);
        var cause = Assert.Single((await Pump(cluster)).Facts.Causes);
        Assert.Equal(("isolation:c-office", "anna", "worm"), (cause.Name, cause.By, cause.Reason));
        await LiveLog.Holds(async () => (await Alert(cluster, Isolated).Read())?.Phase == AlertPhase.Raised);
        await LiveLog.Holds(() => Task.FromResult(ViewOf(cluster) is { } version
            && version.Conduits[version.Index.Find(AttackedHarbour.Office)!.Value].Status.Isolated?.By == "anna"));

        Assert.InRange((await conduit.Isolate("r1", "anna", "worm"))!.Value, isolated.Value, long.MaxValue);
        Assert.NotNull(await conduit.Rejoin("r2", "anna", "clean"));
        await LiveLog.Holds(async () => (await Pump(cluster)).Decided.LevelPermille == 1000);
        await LiveLog.Holds(async () => (await Alert(cluster, Isolated).Read())?.Phase == AlertPhase.Cleared);
    }

    [Fact]
    public async Task A_definition_without_them_clears_the_alerts_of_assets_and_lets_go_what_conduits_held_down()
    {
        var (with, without) = (AttackedHarbour.Of(), AttackedHarbour.Of("fedcba9876543210") with { Security = SecurityModel.None });
        CityCluster.Keep(without);
        await using var cluster = await CityCluster.Start(with, 1);
        var coordinator = cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade);
        await Report(cluster, AttackedHarbour.Siem, 1, "malware");
        await cluster.Grains.GetGrain<IConduitGrain>(GrainKeys.Of(AttackedHarbour.Office)).Isolate("r1", "anna", "worm");
        await LiveLog.Holds(async () => (await Pump(cluster)).Decided.LevelPermille == AttackedHarbour.PumpAlone);
        await LiveLog.Holds(async () => (await Alert(cluster, Compromised).Read())?.Phase == AlertPhase.Raised);

        await coordinator.Apply(new(without.Hash, null, "test", "nobody attacks us"));
        await LiveLog.Holds(async () => (await Pump(cluster)).Decided.LevelPermille == 1000);
        await LiveLog.Holds(async () => (await Alert(cluster, Compromised).Read())?.Phase == AlertPhase.Cleared);
        await LiveLog.Holds(async () => (await Alert(cluster, Isolated).Read())?.Phase == AlertPhase.Cleared);
        await LiveLog.Holds(async () => (await coordinator.Read()).Untold == 0);
        await Assert.ThrowsAsync<NotInCityException>(() => Asset(cluster, AttackedHarbour.Plc).Read());

        // Back again they begin anew, and what they say is not taken for old.
        await coordinator.Apply(new(with.Hash, null, "test", "somebody does"));
        Assert.Equal(AssetPosture.Clear, (await Read(cluster, AttackedHarbour.Plc)).Posture);
        await Report(cluster, AttackedHarbour.Siem, 2, "malware");
        await LiveLog.Holds(async () => (await Alert(cluster, Compromised).Read())?.Phase == AlertPhase.Raised);
        await cluster.Grains.GetGrain<IConduitGrain>(GrainKeys.Of(AttackedHarbour.Office)).Isolate("r2", "anna", "worm");
        await LiveLog.Holds(async () => (await Pump(cluster)).Decided.LevelPermille == AttackedHarbour.PumpAlone);
    }

    private static Task<long?> Report(CityCluster cluster, SensorId sensor, long sequence, string eventClass) =>
        cluster.Grains.GetGrain<ISensorGrain>(GrainKeys.Of(sensor))
            .Report(new(sensor, eventClass, 0.8, "log/1", 1, sequence, DateTimeOffset.UtcNow));

    private static IAssetGrain Asset(CityCluster cluster, AssetId asset) => cluster.Grains.GetGrain<IAssetGrain>(GrainKeys.Of(asset));

    private static async Task<AssetStatus> Read(CityCluster cluster, AssetId asset)
    {
        AssetStatus? status = null;
        await LiveLog.Until(async () => status = await Asset(cluster, asset).Read());
        return status!;
    }

    private static IAlertGrain Alert(CityCluster cluster, AlertId id) => cluster.Grains.GetGrain<IAlertGrain>(GrainKeys.OfAlert(id.Value));

    private static Task<SegmentState> Pump(CityCluster cluster) =>
        cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(new SegmentId("pump"))).Read();

    private static CityVersion? ViewOf(CityCluster cluster) => cluster.Services.GetRequiredService<LiveView>().Current;
}
