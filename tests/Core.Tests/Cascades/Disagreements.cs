using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Core.Tests.Cascades;

/// <summary>What sensors say held against orders and rules: nobody is silently believed.</summary>
public sealed class Disagreements
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Told = Noon + DisagreementRules.PositionDisagreesAfter;
    private static readonly SensorLimits NoLimits = new(null, null, null, null, 0, 0, 0, 0, 0);
    private static readonly Segment Tie = new(new("tie"), "Tie", "tie", new("power"), new("harbour"), [], new(), NormallyOpen: true);
    private static readonly Segment Breaker = Tie with { Id = new("breaker"), Name = "Breaker", NormallyOpen = false };
    private static readonly SensorId Contact = new("contact");
    private static readonly SensorId Meter = new("meter");

    private static readonly ImmutableArray<Sensor> Sensors =
    [
        new(Contact, "Contact", "tie", SensorRole.Status, default, new("harbour"), Tie.Id, null, NoLimits, null, null),
        new(new("contact-2"), "Contact 2", "tie", SensorRole.Status, default, new("harbour"), Tie.Id, null, NoLimits, null, null),
        new(Meter, "Meter", "voltage", SensorRole.Measurement, default, new("harbour"), Tie.Id, "V", NoLimits, null, new([], 100, 60_000)),
    ];

    [Fact]
    public void Tie_that_stays_open_after_the_order_to_close_disagrees_with_an_alert()
    {
        var ordered = Run(Tie, SegmentState.New(Tie), Noon, Sees(Contact, 1, 0), Orders("close", 1000));
        Assert.Equal((1000, 0, null), (ordered.State.Facts.CeilingPermille, ordered.State.Facts.ObservedPermille, ordered.State.Facts.Disagreement));
        Assert.Equal(Told, ordered.State.DueAt);
        Assert.Empty(Signals(ordered));

        var due = Run(Tie, ordered.State, Told);

        Assert.Equal(new(Contact, 0, 1000, Noon, 1000), due.State.Facts.Disagreement);
        var alert = Assert.IsType<AlertRaised>(Assert.Single(Signals(due)));
        Assert.Equal(("disagrees.segment.tie", "Tie: contact sees it at 0 per mille, the order is 1000."), (alert.Id.Value, alert.Text));
        Assert.Equal(1000, due.State.Facts.CeilingPermille);
    }

    [Fact]
    public void Switch_that_follows_its_order_in_time_never_disagrees()
    {
        var ordered = Run(Tie, SegmentState.New(Tie), Noon, Sees(Contact, 1, 0), Orders("close", 1000));
        var followed = Run(Tie, ordered.State, Noon.AddSeconds(5), Sees(Contact, 2, 1000));

        Assert.Null(followed.State.DueAt);
        Assert.Same(followed.State, Run(Tie, followed.State, Told).State);
    }

    [Fact]
    public void Switch_that_follows_late_ends_the_disagreement_and_its_alert()
    {
        var ordered = Run(Tie, SegmentState.New(Tie), Noon, Sees(Contact, 1, 0), Orders("close", 1000));
        var told = Run(Tie, ordered.State, Told);

        var followed = Run(Tie, told.State, Told.AddHours(1), Sees(Contact, 2, 1000));

        Assert.Null(followed.State.Facts.Disagreement);
        Assert.IsType<AlertCleared>(Assert.Single(Signals(followed)));
    }

    [Fact]
    public void Newest_word_on_a_tie_counts_whoever_said_it()
    {
        var closed = Run(Tie, SegmentState.New(Tie), Noon, Orders("close", 1000), Sees(Contact, 1, 0));
        Assert.Equal((0, null), (closed.State.Facts.CeilingPermille, closed.State.DueAt));

        var opened = Run(Tie, SegmentState.New(Tie), Noon, Sees(Contact, 1, 1000), Orders("open", 0));
        Assert.Equal((0, Told), (opened.State.Facts.CeilingPermille, opened.State.DueAt));
    }

    [Fact]
    public void Two_contacts_of_a_tie_that_contradict_each_other_are_told()
    {
        var state = Run(Tie, SegmentState.New(Tie), Noon, Sees(Contact, 1, 1000), Sees(new("contact-2"), 1, 0)).State;

        Assert.Equal(Contact, Run(Tie, state, Told).State.Facts.Disagreement?.Sensor);
    }

    [Fact]
    public void Breaker_that_trips_contradicts_nobody_and_one_that_does_not_open_contradicts_its_order()
    {
        var tripped = Run(Breaker, SegmentState.New(Breaker), Noon, Sees(Contact, 1, 0));
        Assert.Null(tripped.State.DueAt);

        var ordered = Run(Breaker, SegmentState.New(Breaker), Noon, Sees(Contact, 1, 1000), Orders("open", 0));
        Assert.Equal(0, Run(Breaker, ordered.State, Told).State.Facts.Disagreement?.OrderedPermille);
    }

    [Fact]
    public void Meter_that_trembles_contradicts_since_it_first_did()
    {
        var state = Run(Breaker, SegmentState.New(Breaker), Noon, Speaks(1, 0)).State;
        for (var i = 1; i < 6; i++)
        {
            state = Run(Breaker, state, Noon.AddSeconds(10 * i), Speaks(i + 1, 50 * (i % 2))).State;
            Assert.Null(state.Facts.Disagreement);
        }

        Assert.Equal(new(Meter, 50, 1000, Noon), Run(Breaker, state, Noon.AddSeconds(60)).State.Facts.Disagreement);
    }

    [Fact]
    public void Alert_of_a_disagreement_is_cleared_also_after_the_clock_was_set_back()
    {
        var raised = Run(Breaker, Run(Breaker, SegmentState.New(Breaker), Noon, Speaks(1, 0)).State, Noon.AddSeconds(60));
        var cleared = Run(Breaker, raised.State, Noon.AddHours(-2), Speaks(2, 1000));

        var alert = Signals(raised).Concat(Signals(cleared)).Aggregate(AlertState.Initial, AlertRules.Signal);
        Assert.Equal(AlertPhase.Cleared, alert.Status?.Phase);
    }

    [Fact]
    public void Contradiction_from_before_the_clock_was_set_back_counts_from_now()
    {
        var ahead = Run(Breaker, SegmentState.New(Breaker), Noon.AddHours(2), Speaks(1, 0)).State;

        Assert.Equal(Noon.AddSeconds(60), Run(Breaker, ahead, Noon).State.DueAt);
    }

    private static Func<SegmentState, Segment, Step<SegmentState, SegmentEffect>> Sees(SensorId sensor, long sequence, int level) =>
        (state, segment) => SegmentRules.Observe(state, segment, new(sensor, sequence, level, level == 0 ? "open" : "closed", Noon));

    private static Func<SegmentState, Segment, Step<SegmentState, SegmentEffect>> Orders(string request, int level) =>
        (state, _) => SegmentRules.Command(state, new(request, SegmentRules.PositionCause, level, "ada", "drill"), Noon);

    private static Func<SegmentState, Segment, Step<SegmentState, SegmentEffect>> Speaks(long sequence, int level) =>
        (state, _) => new(SegmentRules.Weigh(state, new(Meter, sequence, level, Noon)), []);

    /// <summary>One after the other at one instant, each compared as the grain does.</summary>
    private static Step<SegmentState, SegmentEffect> Run(
        Segment segment, SegmentState state, DateTimeOffset now, params Func<SegmentState, Segment, Step<SegmentState, SegmentEffect>>[] words)
    {
        var step = DisagreementRules.Compare(state, segment, Find, now);
        foreach (var word in words)
        {
            var next = DisagreementRules.Compare(word(step.State, segment).State, segment, Find, now);
            step = new(next.State, step.Effects.AddRange(next.Effects));
        }

        return step;
    }

    private static IEnumerable<AlertSignal> Signals(Step<SegmentState, SegmentEffect> step) =>
        step.Effects.OfType<DisagreementSignalled>().Select(effect => effect.Signal);

    private static Sensor? Find(SensorId id) => Sensors.FirstOrDefault(sensor => sensor.Id == id);
}
