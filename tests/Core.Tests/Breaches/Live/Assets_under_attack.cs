using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Live;

/// <summary>What signs and orders make of an asset.</summary>
public sealed class Assets_under_attack
{
    private const int Histories = 500;
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Asset Plc = AttackedHarbour.Model.Assets.Single(asset => asset.Id == AttackedHarbour.Plc);
    private static readonly ImmutableArray<AttackStep> Steps = [.. AttackedHarbour.Model.Steps.Where(step => step.Asset == Plc.Id)];

    private AssetState _state = AssetState.New(Plc.Id);
    private ImmutableArray<AlertSignal> _told = [];
    private long _sequence;

    [Theory]
    [InlineData("login-failed", 1.0, AssetPosture.Suspected)]
    [InlineData("badge-refused", 0.99, AssetPosture.Suspected)]
    [InlineData("tampered", 0.9, AssetPosture.Suspected)]
    [InlineData("tampered", 0.95, AssetPosture.Compromised)]
    [InlineData("somebody-elses-word", 0.6, AssetPosture.Suspected)]
    [InlineData("malware", 0.6, AssetPosture.Compromised)]
    [InlineData("compromised", 0.5, AssetPosture.Compromised)]
    [InlineData("step-trip", 0.5, AssetPosture.Compromised)]
    [InlineData("step-account", 0.5, AssetPosture.Suspected)]
    [InlineData("compromised", 0.49, AssetPosture.Clear)]
    [InlineData("person-detected", 1.0, AssetPosture.Clear)]
    [InlineData("fire", 1.0, AssetPosture.Clear)]
    public void One_event_makes_of_it_what_its_class_and_confidence_are_worth(string eventClass, double confidence, AssetPosture posture)
    {
        Hear(AttackedHarbour.Siem, eventClass, confidence);

        Assert.Equal(posture, _state.Status.Posture);
    }

    [Theory]
    [InlineData("siem", "tampered", "tamper", "tampered", AssetPosture.Compromised)]
    [InlineData("siem", "tampered", "siem", "door-forced", AssetPosture.Compromised)]
    [InlineData("siem", "login-failed", "tamper", "tampered", AssetPosture.Compromised)]
    [InlineData("tamper", "tampered", "siem", "login-failed", AssetPosture.Compromised)]
    [InlineData("siem", "tampered", "siem", "tampered", AssetPosture.Suspected)]
    [InlineData("siem", "login-failed", "tamper", "badge-refused", AssetPosture.Suspected)]
    public void Two_signs_are_proof_when_they_are_independent_and_one_is_more_than_a_failed_attempt(
        string firstSensor, string firstClass, string secondSensor, string secondClass, AssetPosture posture)
    {
        Hear(new(firstSensor), firstClass, 0.8);
        Hear(new(secondSensor), secondClass, 0.8, TimeSpan.FromHours(23));

        Assert.Equal(posture, _state.Status.Posture);
    }

    [Fact]
    public void Two_signs_a_week_apart_are_two_stories()
    {
        Hear(AttackedHarbour.Siem, "tampered", 0.8);
        Hear(AttackedHarbour.Tamper, "tampered", 0.8, TimeSpan.FromDays(7));

        Assert.Equal(AssetPosture.Suspected, _state.Status.Posture);
    }

    [Fact]
    public void A_compromise_reaches_the_entry_step_and_a_class_may_name_another()
    {
        Hear(AttackedHarbour.Siem, "malware", 0.8);
        Hear(AttackedHarbour.Tamper, "step-trip", 0.8, TimeSpan.FromMinutes(5));

        Assert.Equal([AttackedHarbour.Hop, AttackedHarbour.Trip], _state.Status.Reached.Select(step => step.Step));
        Assert.Equal((AttackedHarbour.Tamper, "clip/2", Noon.AddMinutes(5)), (_state.Status.Reached[1].By, _state.Status.Reached[1].Evidence, _state.Status.Reached[1].Since));
    }

    [Fact]
    public void Entry_is_the_step_without_a_parent_of_the_same_asset_cyber_first()
    {
        var site = AttackedHarbour.Step(new("a-fence"), Plc.Id, 30) with { Kind = StepKind.Physical };

        Assert.Equal(AttackedHarbour.Hop, SignRules.EntryOf([site, .. Steps]));
        Assert.Equal(site.Id, SignRules.EntryOf([site]));
        Assert.Null(SignRules.EntryOf([]));
    }

    [Fact]
    public void A_repeated_tell_does_nothing()
    {
        Hear(AttackedHarbour.Siem, "tampered", 0.8);
        var before = _state;
        _sequence--;
        Hear(AttackedHarbour.Siem, "malware", 0.8);

        Assert.Same(before, _state);
    }

    [Fact]
    public void One_alert_stands_at_a_time_and_clearing_clears_it()
    {
        Hear(AttackedHarbour.Siem, "tampered", 0.8);
        Assert.Equal(["+suspected.asset.plc"], Told());
        Hear(AttackedHarbour.Siem, "tampered", 0.8);
        Assert.Equal(["+suspected.asset.plc"], Told());
        Hear(AttackedHarbour.Siem, "malware", 0.8);
        Assert.Equal(["-suspected.asset.plc", "+compromised.asset.plc"], Told());
        Take(AssetRules.Contain(_state, "r1", "anna", "stop it", Noon));
        Assert.Empty(Told());
        Take(AssetRules.Clear(_state, Plc, "r2", "anna", "reinstalled", Noon));
        Assert.Equal(["-compromised.asset.plc"], Told());
        Assert.Equal((AssetPosture.Clear, "reinstalled"), (_state.Status.Posture, _state.Status.Cleared!.Reason));
        Assert.Empty(_state.Status.Reached);
        Assert.Empty(_state.Status.Signs);
    }

    [Fact]
    public void A_contained_asset_stays_contained_whatever_is_reported_and_keeps_who_and_why()
    {
        Take(AssetRules.Contain(_state, "r1", "anna", "stop it", Noon));
        Hear(AttackedHarbour.Siem, "malware", 0.8);
        Take(AssetRules.Contain(_state, "r2", "bert", "me too", Noon.AddHours(1)));

        Assert.Equal((AssetPosture.Contained, new OrderNote("anna", "stop it", Noon)), (_state.Status.Posture, _state.Status.Contained));
        Assert.Single(_state.Status.Reached);
    }

    [Fact]
    public void A_repeated_request_does_nothing()
    {
        Take(AssetRules.Contain(_state, "r1", "anna", "stop it", Noon));
        Take(AssetRules.Clear(_state, Plc, "r2", "anna", "was nothing", Noon));
        var before = _state;
        Take(AssetRules.Contain(_state, "r1", "anna", "stop it", Noon));

        Assert.Same(before, _state);
    }

    [Fact]
    public void What_the_definition_no_longer_has_was_not_reached()
    {
        Hear(AttackedHarbour.Siem, "step-hop", 0.8);
        Hear(AttackedHarbour.Siem, "step-trip", 0.8);

        Assert.Equal([AttackedHarbour.Trip], AssetRules.Redefine(_state, [.. Steps.Where(step => step.Id == AttackedHarbour.Trip)]).Status.Reached.Select(step => step.Step));
        Assert.Same(_state, AssetRules.Redefine(_state, Steps));
        Assert.Equal(["-compromised.asset.plc"], AssetRules.Retire(_state, Plc, Noon).Effects.Select(Word));
    }

    [Fact]
    public void By_signs_alone_a_posture_never_gets_better_and_alert_versions_always_grow() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1], Gen.Double[0, 1], Gen.Int[-5, 5]).Array[1, 40].Sample(
            history =>
            {
                var (state, version, sequence) = (AssetState.New(Plc.Id), 0L, 0L);
                foreach (var (eventClass, sensor, confidence, hours) in history)
                {
                    string[] classes = ["login-failed", "badge-refused", "tampered", "door-forced", "crowd", "malware", "step-trip"];
                    var told = new SensorEvent(sensor == 0 ? AttackedHarbour.Siem : AttackedHarbour.Tamper, classes[eventClass], confidence, null, 1, ++sequence, Noon.AddHours(hours));
                    var step = AssetRules.Hear(state, Plc, Steps, told.Sensor.Value, sequence, new(told), Noon.AddHours(hours));
                    Assert.True(step.State.Status.Posture >= state.Status.Posture);
                    Assert.Equal(step.State.Status.Posture == AssetPosture.Compromised, !step.State.Status.Reached.IsEmpty);
                    Assert.InRange(step.State.Status.Signs.Length, 0, AssetRules.SignsMax);
                    foreach (var signal in step.Effects)
                    {
                        Assert.True(signal.Version > version);
                        version = signal.Version;
                    }

                    state = step.State;
                }
            },
            iter: Histories);

    private void Hear(SensorId sensor, string eventClass, double confidence, TimeSpan after = default)
    {
        var sequence = ++_sequence;
        var told = new SensorEvent(sensor, eventClass, confidence, $"clip/{sequence}", 1, sequence, Noon + after);
        Take(AssetRules.Hear(_state, Plc, Steps, "sensor/s:any", sequence, new(told), Noon + after));
    }

    private void Take(Step<AssetState, AlertSignal> step) => (_state, _told) = (step.State, step.Effects);

    private IEnumerable<string> Told() => _told.Select(Word);

    private static string Word(AlertSignal signal) => (signal is AlertRaised ? "+" : "-") + signal.Id.Value;
}
