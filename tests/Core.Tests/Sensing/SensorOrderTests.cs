using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CsCheck;
using Xunit;
using static CityTwin.Core.Tests.Sensing.SensorSamples;

namespace CityTwin.Core.Tests.Sensing;

public sealed class SensorOrderTests
{
    [Fact]
    public void Repeated_readings_change_nothing() => Gen.Select(Readings, Gen.Int[0, 1000], Gen.Int[0, 3600]).Sample((readings, pick, later) =>
    {
        var meter = Meter(NoLimits with { AlertAbove = 10, Deadband = 1, StuckAfterReadings = 3 });
        var (state, _) = Run(meter, readings);
        var repeated = readings[pick % readings.Length];

        var step = SensorRules.Observe(meter, state, repeated, repeated.ObservedAt.AddSeconds(later));

        Assert.Same(state, step.State);
        Assert.Empty(step.Effects);
    });

    [Fact]
    public void Latest_reading_does_not_depend_on_the_order_of_arrival() => Readings
        .SelectMany(readings => Gen.Shuffle(readings.ToArray()), (readings, shuffled) => (readings, shuffled))
        .Sample(run => Assert.Equal(run.readings[^1], Run(Meter(), run.shuffled).State.Latest));

    [Fact]
    public void Numbered_readings_are_ordered_by_number_whatever_their_clock_says() => Gen.Int[-500, 500].Array[2, 10].Sample(seconds =>
    {
        var readings = seconds.Select((s, i) => At(s, ReadingValue.Of(i), boot: 1, sequence: i)).ToArray();
        var now = Noon.AddSeconds(600);
        foreach (var order in new[] { readings, [.. readings.Reverse()] })
        {
            var state = order.Aggregate(SensorState.Initial, (s, r) => SensorRules.Observe(Meter(), s, r, now).State);
            Assert.Equal(readings[^1], state.Latest);
        }
    });

    [Fact]
    public void Redelivered_numbered_reading_is_known_even_when_stamped_anew_on_arrival()
    {
        var state = Run(Meter(), [At(0, ReadingValue.Of(1), 7, 1), At(10, ReadingValue.Of(2), 7, 2)]).State;

        var step = SensorRules.Observe(Meter(), state, At(99, ReadingValue.Of(2), 7, 2), Noon.AddSeconds(99));

        Assert.Same(state, step.State);
    }

    [Fact]
    public void Unnumbered_reading_by_hand_counts_between_numbered_ones()
    {
        var run = new[] { At(0, ReadingValue.Of("closed"), 7, 1), At(10, ReadingValue.Of("open")), At(20, ReadingValue.Of("closed"), 7, 2) };

        var levels = Run(Breaker(), run).Effects.OfType<PositionSeen>().Select(e => e.LevelPermille);

        Assert.Equal([1000, 0, 1000], levels);
    }

    [Fact]
    public void Reading_from_the_future_is_refused_beyond_the_bound_and_taken_within_it()
    {
        var bound = SensorRules.FutureMax.TotalSeconds;

        Assert.Equal(ReadingFault.FromTheFuture, SensorRules.Check(Meter(), At(bound + 1, 1), Noon));
        Assert.Null(SensorRules.Check(Meter(), At(bound, 1), Noon));
        Assert.Same(SensorState.Initial, SensorRules.Observe(Meter(), SensorState.Initial, At(bound + 1, 1), Noon).State);
    }

    [Fact]
    public void Clock_that_was_two_hours_ahead_and_is_set_back_holds_no_reading_back() => Gen.Int[2, 7200].Sample(seconds =>
    {
        var ahead = SensorRules.Observe(Meter(), SensorState.Initial, At(7200, 1), Noon.AddSeconds(7200)).State;
        var now = Noon.AddSeconds(seconds - 1);

        var back = SensorRules.Observe(Meter(), ahead, At(seconds - 1, 2), now).State;

        // Within the bound it cannot be told from a sensor's own clock that is a little ahead.
        var isHeld = TimeSpan.FromSeconds(7200) - TimeSpan.FromSeconds(seconds - 1) <= SensorRules.FutureMax;
        Assert.Equal(isHeld ? 1 : 2, back.Latest!.Value.Number);
        Assert.Equal(isHeld ? Noon.AddSeconds(7200) : now, back.ReceivedAt);
    });

    [Fact]
    public void Numbers_still_tell_repeats_after_the_clock_was_set_back()
    {
        var ahead = SensorRules.Observe(Meter(), SensorState.Initial, At(7200, ReadingValue.Of(1), 7, 2), Noon.AddSeconds(7200)).State;

        Assert.Same(ahead, SensorRules.Observe(Meter(), ahead, At(0, ReadingValue.Of(1), 7, 2), Noon).State);
        Assert.Equal(3, SensorRules.Observe(Meter(), ahead, At(0, ReadingValue.Of(3), 7, 3), Noon).State.Latest!.Value.Number);
    }

    [Fact]
    public void Replaced_device_that_counts_its_boots_anew_is_heard_once_the_old_one_was_offline()
    {
        var meter = Meter(NoLimits with { OfflineAfterMilliseconds = 60_000 });
        var (old, _) = Run(meter, [At(0, ReadingValue.Of(1), 40, 9)]);
        var replaced = At(100, ReadingValue.Of(2), 1, 1);
        Assert.Equal(SensorRefusal.Late, SensorRules.RefusalOf(meter, old, replaced, Noon.AddSeconds(59)));

        var offline = SensorRules.CheckSilence(meter, old, Noon.AddSeconds(60), Noon).State;
        var heard = SensorRules.Observe(meter, offline, replaced, Noon.AddSeconds(100)).State;

        Assert.Equal((1L, 1L, SensorCondition.Good), (heard.Boot!.Value, heard.Sequence!.Value, heard.Condition));
        Assert.Null(SensorRules.RefusalOf(meter, heard, At(101, ReadingValue.Of(3), 1, 2), Noon.AddSeconds(101)));
        Assert.Equal(SensorRefusal.Late, SensorRules.RefusalOf(meter, offline, At(-5, ReadingValue.Of(2), 39, 7), Noon.AddSeconds(100)));
    }

    [Fact]
    public void Events_of_a_replaced_device_count_though_the_memory_is_full_of_higher_boots()
    {
        var state = Enumerable.Range(0, SensorRules.EventsRememberedMax).Aggregate(SensorState.Initial, Report) with { Condition = SensorCondition.Offline };
        var reported = new SensorEvent(new("meter"), "door-forced", 1, null, 0, 1, Noon.AddSeconds(1));

        Assert.Equal(SensorRefusal.Late, SensorRules.RefusalOf(state with { Condition = SensorCondition.Good }, reported, Noon));
        Assert.Equal(SensorRules.EventsRememberedMax + 1, SensorRules.Report(Meter(), state, reported, Noon).State.EventCount);
    }

    [Fact]
    public void What_is_refused_changes_nothing_and_what_is_not_does() => Gen.Select(Readings, Gen.Int[0, 1000], Gen.Bool).Sample((readings, pick, isShifted) =>
    {
        var (state, _) = Run(Meter(), readings);
        var reading = readings[pick % readings.Length];
        reading = isShifted ? reading with { ObservedAt = reading.ObservedAt.AddSeconds(5), Sequence = reading.Sequence + 1 } : reading;

        var refusal = SensorRules.RefusalOf(Meter(), state, reading, Noon.AddHours(1));

        Assert.Equal(refusal is not null, ReferenceEquals(state, SensorRules.Observe(Meter(), state, reading, Noon.AddHours(1)).State));
        Assert.True(isShifted || refusal is not null);
        Assert.True(reading != state.Latest || refusal == SensorRefusal.Repeated);
    });

    [Fact]
    public void Every_event_counts_once_in_whatever_order_and_however_often_it_comes() =>
        Gen.Int[1, 3 * SensorRules.EventsRememberedMax].SelectMany(n => Gen.Int[0, n - 1].Array[0, 40], (n, again) => (n, again)).Sample(run =>
        {
            var state = SensorState.Initial;
            for (var i = 0; i < run.n; i++)
            {
                state = Report(state, i);
            }

            state = run.again.Aggregate(state, Report);

            Assert.Equal(run.n, state.EventCount);
            Assert.True(state.Events.Length <= SensorRules.EventsRememberedMax);
        });

    [Fact]
    public void Late_event_still_counts()
    {
        var state = Report(Report(Report(Report(SensorState.Initial, 5), 3), 4), 3);

        Assert.Equal(3, state.EventCount);
    }

    private static SensorState Report(SensorState state, int sequence) => SensorRules.Report(
        Meter(), state, new(new("meter"), "door-forced", 1, null, 1, sequence, Noon), Noon).State;
}
