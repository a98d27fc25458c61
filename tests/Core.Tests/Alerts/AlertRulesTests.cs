using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Alerts;

public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AlertId Id = AlertId.For("offline", new SensorId("cam-12"));

    private static readonly Gen<AlertSignal[]> Signals = Gen.Bool.Array[1, 12].Select(bits => bits.Select((isRaised, i) =>
        isRaised ? Raised(i + 1) : (AlertSignal)new AlertCleared(Id, Noon.AddSeconds(i + 1), i + 1)).ToArray());

    [Fact]
    public void Id_names_cause_and_place() =>
        Assert.Equal(("offline.sensor.cam-12", "offline", "cam-12"), (Id.Value, Id.Cause, Id.Place));

    [Fact]
    public void Repeated_and_late_signals_change_nothing() => Gen.Select(Signals, Gen.Int[0, 100]).Sample((signals, pick) =>
    {
        var state = signals.Aggregate(AlertState.Initial, AlertRules.Signal);

        Assert.Same(state, AlertRules.Signal(state, signals[pick % signals.Length]));
    });

    [Fact]
    public void Alert_stands_as_its_last_signal_says_in_whatever_order_signals_come() => Signals
        .SelectMany(signals => Gen.Shuffle(signals), (signals, shuffled) => (signals, shuffled))
        .Sample((signals, shuffled) =>
        {
            var status = shuffled.Aggregate(AlertState.Initial, AlertRules.Signal).Status;
            Assert.Equal(signals[^1] is AlertRaised, status is { Phase: AlertPhase.Raised });
        });

    [Fact]
    public void Acknowledged_twice_stays_with_the_first()
    {
        var once = AlertRules.Acknowledge(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "seen", Noon);
        var twice = AlertRules.Acknowledge(once.State, "bob", "me too", Noon.AddMinutes(1));

        Assert.Same(once.State, twice.State);
        Assert.Equal(("ada", AlertPhase.Acknowledged), (twice.State.Status!.Acknowledged!.By, twice.State.Status.Phase));
    }

    [Fact]
    public void New_occurrence_must_be_acknowledged_anew()
    {
        var acknowledged = AlertRules.Acknowledge(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "", Noon).State;
        var cleared = AlertRules.Signal(acknowledged, new AlertCleared(Id, Noon, 2));
        var again = AlertRules.Signal(cleared, Raised(3)).Status!;

        Assert.Equal((AlertPhase.Raised, 1L, null), (again.Phase, again.Count, again.Acknowledged));
    }

    [Fact]
    public void Cause_told_again_counts_and_keeps_the_acknowledgement()
    {
        var acknowledged = AlertRules.Acknowledge(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "", Noon).State;
        var again = AlertRules.Signal(acknowledged, Raised(2)).Status!;

        Assert.Equal((AlertPhase.Acknowledged, 2L), (again.Phase, again.Count));
    }

    [Fact]
    public void Shelved_alert_is_out_of_sight_until_its_time_and_no_longer()
    {
        var until = Noon.AddHours(1);
        var status = AlertRules.Shelve(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "works", until, Noon).State.Status!;

        Assert.False(status.IsShown(until.AddTicks(-1)));
        Assert.True(status.IsShown(until));
    }

    [Fact]
    public void New_occurrence_after_the_shelf_does_not_inherit_it_and_one_within_it_does()
    {
        var shelved = AlertRules.Shelve(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "works", Noon.AddSeconds(10), Noon).State;
        var cleared = AlertRules.Signal(shelved, new AlertCleared(Id, Noon, 2));

        Assert.Equal(Noon.AddSeconds(10), AlertRules.Signal(cleared, Raised(9)).Status!.ShelvedUntil);
        Assert.Null(AlertRules.Signal(cleared, Raised(10)).Status!.ShelvedUntil);
    }

    [Fact]
    public void Planned_work_hides_what_it_explains()
    {
        var suppressed = AlertRules.Suppress(AlertRules.Signal(AlertState.Initial, Raised(1)), "work-7").State;

        Assert.False(suppressed.Status!.IsShown(Noon));
        Assert.True(AlertRules.Suppress(suppressed, null).State.Status!.IsShown(Noon));
    }

    [Fact]
    public void Commands_that_make_no_sense_are_refused_with_their_reason()
    {
        var raised = AlertRules.Signal(AlertState.Initial, Raised(1));
        var cleared = AlertRules.Signal(raised, new AlertCleared(Id, Noon, 2));

        Assert.Equal(AlertFault.NotFound, AlertRules.Acknowledge(AlertState.Initial, "ada", "", Noon).Fault);
        Assert.Equal(AlertFault.AlreadyCleared, AlertRules.Acknowledge(cleared, "ada", "", Noon).Fault);
        Assert.Equal(AlertFault.ShelvedInThePast, AlertRules.Shelve(raised, "ada", "", Noon, Noon).Fault);
        Assert.Equal(AlertFault.ShelvedTooLong, AlertRules.Shelve(raised, "ada", "", Noon.AddDays(8), Noon).Fault);
    }

    private static AlertRaised Raised(int version) =>
        new(Id, Noon.AddSeconds(version), version, AlertSeverity.Warning, new ZoneId("zone"), "Silent.");
}
