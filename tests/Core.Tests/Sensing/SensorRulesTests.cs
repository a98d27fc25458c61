using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CsCheck;
using Xunit;
using static CityTwin.Core.Tests.Sensing.SensorSamples;

namespace CityTwin.Core.Tests.Sensing;

public sealed class SensorRulesTests
{
    private static readonly SensorLimits Limited = NoLimits with { AlertAbove = 10, AlertBelow = 2, Deadband = 1, AlertDelayMilliseconds = 15_000 };

    [Fact]
    public void Alerts_are_raised_and_cleared_in_turn_once_per_cause() => Readings.Sample(readings =>
    {
        var meter = Meter(Limited with { Maximum = 18, StuckAfterReadings = 3, AlertDelayMilliseconds = 0 });
        foreach (var signals in Run(meter, readings).Effects.OfType<AlertSignalled>().Select(e => e.Signal).GroupBy(s => s.Id))
        {
            Assert.All(signals.Select((signal, i) => (signal, i)), s => Assert.Equal(s.i % 2 == 0, s.signal is AlertRaised));
        }
    });

    [Fact]
    public void Reading_is_kept_when_it_is_news_or_late_and_looked_up_when_the_state_cannot_know_it()
    {
        var meter = Meter(NoLimits with { Maximum = 18 });
        var (state, _) = Run(meter, [At(10, 5)]);

        Assert.Equal(new(At(20, 20), Noon.AddSeconds(30), SensorCondition.OutOfRange, MayBeKept: false), Kept(At(20, 20)));
        Assert.Equal(new(At(5, 20), Noon.AddSeconds(30), SensorCondition.OutOfRange, MayBeKept: true), Kept(At(5, 20)));
        Assert.Null(Kept(At(10, 5)));
        Assert.Null(Kept(At(20, double.NaN)));
        Assert.True(Kept(At(20, 5), isForgotten: true)!.MayBeKept);

        KeptReading? Kept(Reading reading, bool isForgotten = false)
        {
            var now = Noon.AddSeconds(30);
            var refusal = SensorRules.RefusalOf(meter, state, reading, now);
            return SensorRules.KeptOf(meter, refusal, SensorRules.Observe(meter, state, reading, now).State, reading, isForgotten, now);
        }
    }

    [Fact]
    public void Versions_of_effects_grow() => Readings.Sample(readings =>
    {
        var versions = Run(Meter(Limited), readings).Effects.OfType<AlertSignalled>().Select(e => e.Signal.Version).ToArray();
        Assert.Equal(versions.Distinct().Order(), versions);
    });

    [Fact]
    public void Value_that_swings_inside_the_deadband_does_not_chatter() => Gen.Double[9.01, 10.99].Array[1, 50].Sample(values =>
    {
        var meter = Meter(Limited with { AlertDelayMilliseconds = 0 });
        var signals = Run(meter, values.Prepend(11).Select((v, i) => At(i, v))).Effects;

        Assert.Single(signals);
    });

    [Fact]
    public void Alert_waits_for_its_delay_and_is_raised_by_the_deadline_when_nothing_more_comes()
    {
        var meter = Meter(Limited);
        var (state, effects) = Run(meter, [At(0, 11)]);
        Assert.Empty(effects);
        var due = SensorRules.NextDeadline(meter, state, Noon);
        Assert.Equal(Noon.AddSeconds(15), due);

        Assert.Empty(SensorRules.CheckSilence(meter, state, due!.Value.AddMilliseconds(-1), Noon).Effects);
        var raised = SensorRules.CheckSilence(meter, state, due.Value, Noon);

        Assert.Equal("above-limit.sensor.meter", Assert.IsType<AlertSignalled>(Assert.Single(raised.Effects)).Signal.Id.Value);
        Assert.Null(SensorRules.NextDeadline(meter, raised.State, Noon));
    }

    [Fact]
    public void Value_that_comes_back_before_the_delay_raises_nothing() =>
        Assert.Empty(Run(Meter(Limited), [At(0, 11), At(10, 9.5), At(20, 11)]).Effects);

    [Fact]
    public void Silent_sensor_goes_stale_then_offline_and_comes_back()
    {
        var meter = Meter(NoLimits with { ReportIntervalMilliseconds = 10_000, OfflineAfterMilliseconds = 60_000 });
        var (good, _) = Run(meter, [At(0, 5)]);
        Assert.Equal(SensorCondition.Good, good.Condition);

        var stale = SensorRules.CheckSilence(meter, good, Noon.AddSeconds(30), Noon);
        Assert.Equal((SensorCondition.Stale, 0), (stale.State.Condition, stale.Effects.Length));

        var offline = SensorRules.CheckSilence(meter, stale.State, Noon.AddSeconds(60), Noon);
        Assert.Equal(SensorCondition.Offline, offline.State.Condition);
        Assert.IsType<AlertRaised>(Assert.IsType<AlertSignalled>(Assert.Single(offline.Effects)).Signal);
        Assert.Null(SensorRules.NextDeadline(meter, offline.State, Noon));

        var back = SensorRules.Observe(meter, offline.State, At(90, 5), Noon.AddSeconds(90));
        Assert.Equal(SensorCondition.Good, back.State.Condition);
        Assert.IsType<AlertCleared>(Assert.IsType<AlertSignalled>(Assert.Single(back.Effects)).Signal);
    }

    [Fact]
    public void Sensor_that_nobody_speaks_for_is_offline_at_once_and_takes_up_what_it_said_when_it_is_spoken_for_again()
    {
        var evidence = new Evidence([new(0, 0), new(10, 1000)], 100, 0);
        var meter = Meter(NoLimits with { ReportIntervalMilliseconds = 10_000, OfflineAfterMilliseconds = 60_000 }, evidence);
        var (good, _) = Run(meter, [At(0, 5)]);

        var lost = SensorRules.Lose(meter, good, Noon.AddSeconds(5));
        Assert.Equal((SensorCondition.Offline, Noon.AddSeconds(5)), (lost.State.Condition, lost.State.Since));
        Assert.Equal("Meter has been given up by whoever speaks for it.", lost.Effects.OfType<AlertSignalled>().Select(effect => effect.Signal).OfType<AlertRaised>().Single().Text);
        Assert.Null(lost.Effects.OfType<EvidenceGiven>().Single().LevelPermille);
        Assert.Same(lost.State, SensorRules.Lose(meter, lost.State, Noon.AddSeconds(6)).State);
        Assert.Same(lost.State, SensorRules.CheckSilence(meter, lost.State, Noon.AddHours(1), Noon).State);
        // What it had said is no news, and does not bring it back by itself.
        Assert.Same(lost.State, SensorRules.Observe(meter, lost.State, At(0, 5), Noon.AddSeconds(7)).State);

        var back = SensorRules.Regain(meter, lost.State, Noon.AddSeconds(20));
        Assert.Equal(SensorCondition.Good, back.State.Condition);
        Assert.Equal(500, back.Effects.OfType<EvidenceGiven>().Single().LevelPermille);
        Assert.Contains(back.Effects, effect => effect is AlertSignalled { Signal: AlertCleared });
        Assert.Equal(Noon.AddSeconds(30), SensorRules.NextDeadline(meter, back.State, Noon));
        Assert.Equal(SensorCondition.Stale, SensorRules.Regain(meter, lost.State, Noon.AddSeconds(30)).State.Condition);
        Assert.Same(back.State, SensorRules.Regain(meter, back.State, Noon.AddSeconds(21)).State);
        Assert.Equal(SensorCondition.NeverReported, SensorRules.Regain(meter, SensorRules.Lose(meter, SensorState.Initial, Noon).State, Noon).State.Condition);
    }

    [Fact]
    public void Reading_of_the_past_is_kept_and_changes_nothing_however_new_it_looks()
    {
        var meter = Meter(NoLimits with { Maximum = 18 });
        var (state, _) = Run(meter, [At(10, 5)]);
        var past = At(20, 20) with { IsPast = true };
        var now = Noon.AddSeconds(30);

        Assert.Same(state, SensorRules.Observe(meter, state, past, now).State);
        Assert.Same(SensorState.Initial, SensorRules.Observe(meter, SensorState.Initial, past, now).State);
        var kept = SensorRules.KeptOf(meter, SensorRules.RefusalOf(meter, state, past, now), state, past, isForgotten: false, now);
        Assert.Equal(new(past, now, SensorCondition.OutOfRange, MayBeKept: true), kept);
        Assert.Equal(SensorRefusal.Unbelievable, SensorRules.RefusalOf(meter, state, past with { Value = ReadingValue.Of(double.NaN) }, now));
    }

    [Fact]
    public void Silence_while_nobody_listened_is_not_the_sensors()
    {
        var meter = Meter(NoLimits with { OfflineAfterMilliseconds = 60_000 });
        var (state, _) = Run(meter, [At(0, 5)]);
        var restarted = Noon.AddHours(2);

        Assert.Same(state, SensorRules.CheckSilence(meter, state, restarted.AddSeconds(59), restarted).State);
        Assert.Equal(SensorCondition.Offline, SensorRules.CheckSilence(meter, state, restarted.AddSeconds(60), restarted).State.Condition);
    }

    [Fact]
    public void Deadline_is_exactly_when_the_check_first_changes_something() => Gen.Select(Readings, Gen.Int[1, 40], Gen.Int[1, 100]).Sample((readings, interval, offline) =>
    {
        var meter = Meter(Limited with { ReportIntervalMilliseconds = interval * 1000, OfflineAfterMilliseconds = offline * 1000 });
        var (state, _) = Run(meter, readings);
        if (SensorRules.NextDeadline(meter, state, Noon) is { } due)
        {
            Assert.Same(state, SensorRules.CheckSilence(meter, state, due.AddTicks(-1), Noon).State);
            Assert.NotSame(state, SensorRules.CheckSilence(meter, state, due, Noon).State);
        }
    });

    [Fact]
    public void Every_sensor_that_time_matters_to_is_asked_after_a_start_and_none_too_late() =>
        Gen.Select(Readings, Gen.Int[0, 40], Gen.Int[0, 100], Gen.Int[0, 30]).Sample((readings, interval, offline, delay) =>
        {
            var meter = Meter(Limited with
            {
                ReportIntervalMilliseconds = interval * 1000, OfflineAfterMilliseconds = offline * 1000, AlertDelayMilliseconds = delay * 1000,
            });
            var (state, _) = Run(meter, readings);
            var restarted = Noon.AddHours(2);
            if (SensorRules.NextDeadline(meter, state, restarted) is { } due)
            {
                var asked = restarted + SensorRules.GraceOf(meter.Limits)!.Value;
                Assert.True(due < restarted || asked <= due, $"Due at {due:O}, asked at {asked:O}.");
            }
        });

    [Fact]
    public void Sensor_that_invents_event_classes_raises_a_bounded_number_of_alerts_and_loses_no_event()
    {
        const int Invented = 5 * SensorRules.EventClassesMax;
        string[] classes = [.. Enumerable.Range(0, Invented).Select(i => $"class-{i}"), SensorEventClasses.Intrusion, "offline", "class-0"];
        var (state, raised) = (SensorState.Initial, new List<AlertRaised>());
        for (var i = 0; i < classes.Length; i++)
        {
            var step = SensorRules.Report(Meter(), state, new(new("meter"), classes[i], 1, null, 1, i, Noon), Noon);
            state = step.State;
            raised.Add(Assert.IsType<AlertRaised>(Assert.Single(step.Effects.OfType<AlertSignalled>()).Signal));
        }

        Assert.Equal(classes.Length, state.EventCount);
        Assert.Equal(SensorRules.EventClassesMax + 2, raised.Select(alert => alert.Id).Distinct().Count());
        Assert.Equal(["intrusion", "other", "class-0"], raised[Invented..].Select(alert => alert.Id.Cause));
        Assert.Equal("Meter: class-79 (confidence 1).", raised[Invented - 1].Text);
    }

    [Fact]
    public void Value_outside_the_instrument_is_out_of_range_and_neither_evidence_nor_beyond_a_limit()
    {
        var evidence = new Evidence([new(0, 0), new(100, 1000)], 100, 0);
        var meter = Meter(NoLimits with { Maximum = 100, AlertAbove = 90 }, evidence);

        var (state, effects) = Run(meter, [At(0, 50), At(10, 4000)]);

        Assert.Equal(SensorCondition.OutOfRange, state.Condition);
        Assert.Equal([500, null], effects.OfType<EvidenceGiven>().Select(e => e.LevelPermille));
        Assert.Equal("out-of-range.sensor.meter", Assert.Single(effects.OfType<AlertSignalled>()).Signal.Id.Value);
    }

    [Fact]
    public void Sensor_that_repeats_one_value_too_often_is_stuck_until_another_comes()
    {
        var meter = Meter(NoLimits with { StuckAfterReadings = 3 });

        Assert.Equal(SensorCondition.Stuck, Run(meter, [At(0, 5), At(1, 5), At(2, 5)]).State.Condition);
        Assert.Equal(SensorCondition.Good, Run(meter, [At(0, 5), At(1, 5), At(2, 5), At(3, 6)]).State.Condition);
    }

    [Fact]
    public void Evidence_is_told_when_it_moves_and_not_for_every_flutter()
    {
        var meter = Meter(NoLimits, new Evidence([new(0, 0), new(100, 1000)], 100, 0));

        var levels = Run(meter, [At(0, 50), At(1, 51), At(2, 52.5), At(3, 53), At(4, 0)]).Effects.OfType<EvidenceGiven>().Select(e => e.LevelPermille);

        Assert.Equal([500, 530, 0], levels);
    }

    [Theory]
    [InlineData("breaker", "open", 0)]
    [InlineData("breaker", "closed", 1000)]
    [InlineData("tie-switch", "tripped", 0)]
    [InlineData("pump", "running", 1000)]
    [InlineData("pump", "failed", 0)]
    [InlineData("valve", "open", 1000)]
    [InlineData("gate-valve", "closed", 0)]
    [InlineData("gateway", "on", 1000)]
    [InlineData("breaker", "true", 1000)]
    public void Words_mean_levels(string kind, string word, int level)
    {
        var told = Assert.Single(Run(Breaker(kind), [At(0, ReadingValue.Of(word))]).Effects);
        Assert.Equal(level, Assert.IsType<PositionSeen>(told).LevelPermille);
    }

    [Fact]
    public void Words_that_a_sensor_would_say_mean_what_it_saw() =>
        Assert.All<string>(["breaker", "valve", "pump", "tie", "other", "cell-site"], kind => Assert.Equal(
            (1000, 0),
            (StatusWords.LevelOf(kind, StatusWords.WordOf(kind, true)), StatusWords.LevelOf(kind, StatusWords.WordOf(kind, false)))));

    [Fact]
    public void Position_is_told_only_when_it_changes()
    {
        var run = "closed closed open tripped closed".Split(' ').Select((word, i) => At(i, ReadingValue.Of(word)));

        Assert.Equal([1000, 0, 1000], Run(Breaker(), run).Effects.OfType<PositionSeen>().Select(e => e.LevelPermille));
    }

    [Fact]
    public void Unbelievable_values_are_refused_with_their_reason()
    {
        Assert.Equal(ReadingFault.WrongUnit, SensorRules.Check(Meter(), At(0, 1) with { Unit = "kV" }, Noon));
        Assert.Equal(ReadingFault.NotANumber, SensorRules.Check(Meter(), At(0, double.NaN), Noon));
        Assert.Equal(ReadingFault.NotANumber, SensorRules.Check(Meter(), At(0, 1e300), Noon));
        Assert.Equal(ReadingFault.NotANumber, SensorRules.Check(Meter(), At(0, ReadingValue.Of("open")), Noon));
        Assert.Equal(ReadingFault.UnknownWord, SensorRules.Check(Breaker(), At(0, ReadingValue.Of("ajar")), Noon));
        Assert.Equal(ReadingFault.NotALevel, SensorRules.Check(Breaker(), At(0, 1001), Noon));
        Assert.Equal(ReadingFault.NotAnEvent, SensorRules.Check(new SensorEvent(new("meter"), "x", double.NaN, null, null, null, Noon), Noon));
    }

    [Fact]
    public void Confident_event_raises_an_alert_and_a_doubtful_one_only_counts()
    {
        SensorEvent Event(double confidence, long sequence) => new(new("meter"), SensorEventClasses.DoorForced, confidence, "clip/1", 1, sequence, Noon);

        var doubtful = SensorRules.Report(Meter(), SensorState.Initial, Event(0.2, 1), Noon);
        var sure = SensorRules.Report(Meter(), doubtful.State, Event(0.9, 2), Noon);

        Assert.Empty(doubtful.Effects);
        var raised = Assert.IsType<AlertRaised>(Assert.IsType<AlertSignalled>(Assert.Single(sure.Effects)).Signal);
        Assert.Equal((AlertSeverity.Serious, 2L), (raised.Severity, sure.State.EventCount));
    }
}
