using System.Collections.Immutable;
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
        var raised = AlertRules.Signal(AlertState.Initial, Raised(1));
        var suppressed = AlertRules.Review(raised, new ZoneId("harbour"), Noon);

        Assert.Equal(("harbour", false), (suppressed.Status!.SuppressedBy, suppressed.Status.IsShown(Noon)));
        Assert.True(AlertRules.Review(suppressed, null, Noon).Status!.IsShown(Noon));
        Assert.Same(raised, AlertRules.Review(raised, null, Noon));
        var cleared = AlertRules.Signal(raised, new AlertCleared(Id, Noon, 2));
        Assert.Same(cleared, AlertRules.Review(cleared, new ZoneId("harbour"), Noon));
        Assert.Same(AlertState.Initial, AlertRules.Review(AlertState.Initial, new ZoneId("harbour"), Noon));
    }

    [Theory]
    [InlineData("door-forced")]
    [InlineData("fire")]
    [InlineData("tampered")]
    public void Planned_work_never_hides_what_a_sensor_noticed(string cause)
    {
        var raised = AlertRules.Signal(AlertState.Initial, Raised(1) with { Id = AlertId.For(cause, new SensorId("cam-12")) });

        Assert.Same(raised, AlertRules.Review(raised, new ZoneId("harbour"), Noon));
    }

    [Fact]
    public void Shelving_runs_out_with_its_time()
    {
        var shelved = AlertRules.Shelve(AlertRules.Signal(AlertState.Initial, Raised(1)), "ada", "works", Noon.AddHours(1), Noon).State;

        Assert.Same(shelved, AlertRules.Review(shelved, null, Noon.AddMinutes(59)));
        Assert.Null(AlertRules.Review(shelved, null, Noon.AddHours(1)).Status!.ShelvedUntil);
    }

    [Fact]
    public void Cleared_alert_is_forgotten_after_a_time_and_what_its_source_said_before_stays_old()
    {
        var cleared = AlertRules.Signal(AlertRules.Signal(AlertState.Initial, Raised(1)), new AlertCleared(Id, Noon, 2));
        Assert.Same(cleared, AlertRules.Review(cleared, null, Noon + AlertRules.ClearedKeptFor - TimeSpan.FromTicks(1)));

        var forgotten = AlertRules.Review(cleared, null, Noon + AlertRules.ClearedKeptFor);

        Assert.Null(forgotten.Status);
        Assert.Same(forgotten, AlertRules.Signal(forgotten, Raised(1)));
        Assert.Equal(AlertPhase.Raised, AlertRules.Signal(forgotten, Raised(3)).Status!.Phase);
    }

    [Fact]
    public void Repeated_command_does_nothing_even_after_another_occurrence()
    {
        var raised = AlertRules.Signal(AlertState.Initial, Raised(1));
        var acknowledged = AlertRules.Once(raised, "r1", state => AlertRules.Acknowledge(state, "ada", "", Noon)).State;
        var again = AlertRules.Signal(AlertRules.Signal(acknowledged, new AlertCleared(Id, Noon, 2)), Raised(3));

        Assert.Same(again, AlertRules.Once(again, "r1", state => AlertRules.Acknowledge(state, "ada", "", Noon)).State);
        Assert.Equal(
            AlertPhase.Acknowledged, AlertRules.Once(again, "r2", state => AlertRules.Acknowledge(state, "ada", "", Noon)).State.Status!.Phase);
    }

    [Fact]
    public void Refused_command_may_be_tried_again_with_the_same_request()
    {
        var raised = AlertRules.Signal(AlertState.Initial, Raised(1));
        var refused = AlertRules.Once(raised, "r1", state => AlertRules.Shelve(state, "ada", "", Noon, Noon));

        Assert.Equal(AlertFault.ShelvedInThePast, refused.Fault);
        Assert.NotNull(AlertRules.Once(refused.State, "r1", state => AlertRules.Shelve(state, "ada", "", Noon.AddHours(1), Noon)).State.Status!.ShelvedUntil);
    }

    [Fact]
    public void Only_the_newest_requests_are_remembered()
    {
        var known = Enumerable.Range(0, RecentRequests.Max + 1).Aggregate(
            default(ImmutableArray<string>?), (known, i) => RecentRequests.With(known, $"r{i}"));

        Assert.Equal((RecentRequests.Max, false, true), (known!.Value.Length, RecentRequests.Knows(known, "r0"), RecentRequests.Knows(known, "r1")));
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
