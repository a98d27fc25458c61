using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Live;

/// <summary>What isolating a conduit costs, and that it comes back.</summary>
public sealed class Isolated_conduits
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Conduit Office = AttackedHarbour.Model.Conduits.Single(conduit => conduit.Id == AttackedHarbour.Office);
    private static readonly SegmentId Pump = new("pump");
    private static readonly SegmentId Cable = new("cable");

    private readonly Dictionary<SegmentId, SegmentState> _segments = AttackedHarbour.Of().Segments.ToDictionary(segment => segment.Id, SegmentState.New);
    private ConduitState _state = ConduitState.New(AttackedHarbour.Office);
    private ImmutableArray<ConduitEffect> _told = [];

    [Fact]
    public void Isolated_it_holds_down_what_it_carried_under_its_own_cause_until_it_is_rejoined()
    {
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));

        var cause = Assert.Single(_segments[Pump].Facts.Causes);
        Assert.Equal(new Cause("isolation:c-office", AttackedHarbour.PumpAlone, "anna", "worm", Noon), cause);
        Assert.Null(_segments[Pump].Facts.CommandedPermille);
        Assert.Contains(_told, effect => effect is IsolationSignalled { Signal: AlertRaised { Id.Value: "isolated.conduit.c-office" } });

        Take(ConduitRules.Rejoin(_state, Office, "r2", "anna", "clean", Noon.AddHours(1)));
        Assert.Equal(1000, _segments[Pump].Facts.CeilingPermille);
        Assert.Contains(_told, effect => effect is IsolationSignalled { Signal: AlertCleared });
        Assert.Equal(("clean", (OrderNote?)null), (_state.Status.Rejoined!.Reason, _state.Status.Isolated));
    }

    [Fact]
    public void It_lifts_no_other_cause()
    {
        _segments[Pump] = SegmentRules.Command(_segments[Pump], new("r0", SegmentRules.CommandCause, 100, "bert", "x"), Noon).State;
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));
        Take(ConduitRules.Rejoin(_state, Office, "r2", "anna", "clean", Noon));

        Assert.Equal(100, _segments[Pump].Facts.CeilingPermille);
    }

    [Fact]
    public void Old_words_of_a_conduit_change_nothing()
    {
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));
        var old = _told.OfType<CarriedSwitched>().Single().Switched;
        Take(ConduitRules.Rejoin(_state, Office, "r2", "anna", "clean", Noon));
        var before = _segments[Pump];

        Assert.Same(before, SegmentRules.Carry(before, old).State);
    }

    [Fact]
    public void However_late_and_often_its_words_arrive_a_segment_ends_as_the_conduit_says_last() => Gen.Select(Gen.Bool.Array[1, 12], Gen.ULong).Sample(
        (history, seed) =>
        {
            var (conduit, words, draws) = (ConduitState.New(Office.Id), new List<ConduitSwitched>(), new Draws(seed));
            for (var order = 0; order < history.Length; order++)
            {
                var step = history[order]
                    ? ConduitRules.Isolate(conduit, Office, $"r{order}", "anna", "worm", Noon)
                    : ConduitRules.Rejoin(conduit, Office, $"r{order}", "anna", "clean", Noon);
                conduit = step.State;
                words.AddRange(step.Effects.OfType<CarriedSwitched>().Select(carried => carried.Switched));
            }

            var pump = _segments[Pump];
            foreach (var word in draws.Shuffled([.. words, .. words]))
            {
                pump = SegmentRules.Carry(pump, word).State;
            }

            Assert.Equal(history[^1] ? AttackedHarbour.PumpAlone : 1000, pump.Facts.CeilingPermille);
        });

    [Fact]
    public void A_request_counts_once_and_a_second_isolation_changes_nothing()
    {
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));
        Take(ConduitRules.Isolate(_state, Office, "r2", "bert", "me too", Noon));
        Assert.Empty(_told);
        Assert.Equal("anna", _state.Status.Isolated!.By);
        Take(ConduitRules.Rejoin(_state, Office, "r3", "anna", "clean", Noon));
        var before = _state;
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));

        Assert.Same(before, _state);
    }

    [Fact]
    public void A_changed_definition_moves_what_it_holds_down_and_a_removed_conduit_lets_go()
    {
        Take(ConduitRules.Isolate(_state, Office, "r1", "anna", "worm", Noon));
        Take(ConduitRules.Redefine(_state, Office with { Carries = [new(Cable, 200)] }, Noon));
        Assert.Equal((1000, 200), (_segments[Pump].Facts.CeilingPermille, _segments[Cable].Facts.CeilingPermille));
        Take(ConduitRules.Retire(_state, Noon));
        Assert.Equal(1000, _segments[Cable].Facts.CeilingPermille);

        // Should it come back, its words must not look old.
        Take(ConduitRules.Isolate(_state, Office with { Carries = [new(Cable, 200)] }, "r9", "anna", "again", Noon));
        Assert.Equal(200, _segments[Cable].Facts.CeilingPermille);
    }

    private void Take(Step<ConduitState, ConduitEffect> step)
    {
        (_state, _told) = (step.State, step.Effects);
        foreach (var carried in step.Effects.OfType<CarriedSwitched>())
        {
            _segments[carried.Segment] = SegmentRules.Carry(_segments[carried.Segment], carried.Switched).State;
        }
    }
}
