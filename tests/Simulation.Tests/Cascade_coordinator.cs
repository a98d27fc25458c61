using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Simulation.Tests;

/// <summary>The coordinator in a world where everything arrives at once.</summary>
public sealed class Cascade_coordinator
{
    private static readonly NetworkId Grid = new("grid");

    /// <summary>
    /// The loop b - c is behind a member with a long lag; the start clears the lag, so what reaches b rises within the
    /// down phase. Approached from below, the loop would keep itself down.
    /// </summary>
    [Fact]
    public void Starts_a_loop_behind_a_lag_that_is_started_with_it()
    {
        var city = new StillCity(
            (new("a"), new(RestartLagTicks: 1000, Membership: new(Grid, null, false))),
            (new("b"), new(Needs: new Supplier(new("c")), Membership: new(Grid, null, false))),
            (new("c"), new(Needs: new Supplier(new("b")))),
            (new("link-a"), new(Membership: new(Grid, new(new("source"), new("a")), false))),
            (new("link-b"), new(Membership: new(Grid, new(new("a"), new("b")), false))),
            (new("source"), new(Membership: new(Grid, null, true))));
        city.Set(10, "source", 0);
        Assert.Equal([0, 0, 0], city.Levels("a", "b", "c"));

        city.Set(20, "source", 1000);
        Assert.Equal([0, 0, 0], city.Levels("a", "b", "c"));

        city.Start(30, "a", "b", "c");
        Assert.Equal([1000, 1000, 1000], city.Levels("a", "b", "c"));
    }

    [Fact]
    public void Runs_what_fell_due_while_it_was_down_at_its_own_time()
    {
        var city = new StillCity(
            (new("feeder"), new()),
            (new("battery"), new(Supply: new Supplier(new("feeder")), Backup: new(1000, 50, null))));
        city.Set(10, "feeder", 0);
        city.Resume();
        city.Tick(500);

        Assert.Equal([10L, 60L], city.Log.Skip(1).Select(batch => batch.At));
        Assert.Equal([0], city.Levels("battery"));
    }

    [Fact]
    public void Puts_a_start_one_tick_after_the_repair_of_the_same_instant()
    {
        var city = new StillCity(
            (new("a"), new(Needs: new Supplier(new("b")))),
            (new("b"), new(Needs: new Supplier(new("a")))));
        city.Set(10, "a", 0);
        city.Offer("a", 1000);
        city.Order("a", "b");
        city.Tick(20);

        Assert.Equal([10L, 20L, 21L], city.Log.Skip(1).Select(batch => batch.At));
        Assert.Equal([1000, 1000], city.Levels("a", "b"));
    }

    [Fact]
    public void Lets_a_start_that_has_waited_go_before_more_changes_also_when_a_timer_comes_between()
    {
        var city = new StillCity(
            (new("a"), new()),
            (new("feeder"), new()),
            (new("battery"), new(Supply: new Supplier(new("feeder")), Backup: new(1000, 50, null))));
        city.Set(10, "feeder", 0);
        city.Offer("a", 500);
        city.Order("a");
        city.TickOnce(20);
        city.Offer("a", 400);
        city.TickOnce(100);
        Assert.Equal((60, 0), (city.Log[^1].At, city.Log[^1].Changes.Length));

        city.TickOnce(100);

        Assert.Single(city.Log[^1].Starts);
        city.Tick(100);
        Assert.Equal([400], city.Levels("a"));
    }

    [Fact]
    public void Takes_the_highest_version_of_a_ceiling_whatever_arrives_last()
    {
        var city = new StillCity((new("a"), new()));
        city.OfferVersion("a", 7, 300);
        city.OfferVersion("a", 6, 0);
        city.Tick(10);
        city.OfferVersion("a", 5, 0);
        city.Tick(20);

        Assert.Equal([300], city.Levels("a"));
        Assert.Single(city.Log.Skip(1));
    }

    [Fact]
    public void Refuses_more_starts_than_it_can_remember()
    {
        var city = new StillCity((new("a"), new()));
        for (var i = 0; i < 256; i++)
        {
            Assert.True(city.TryOrder("request-" + i, "a"));
        }

        Assert.False(city.TryOrder("one-too-many", "a"));
        Assert.True(city.TryOrder("request-7", "a"));
    }

    private sealed class StillCity
    {
        private readonly CascadePlan _plan;
        private readonly Dictionary<string, SegmentState> _segments = [];
        private readonly Dictionary<string, long> _versions = [];
        private CascadeCoordinator _coordinator;
        private CoordinatorState _saved;
        private readonly KernelCheckpoint _checkpoint;
        private int _requests;

        public StillCity(params (SegmentId, SegmentRule)[] rules)
        {
            _plan = CascadePlan.Of(new CityHash("still"), [.. rules]);
            var founding = Founding.Of(_plan, [], 0);
            (_saved, _checkpoint) = (founding.State, founding.Checkpoint);
            Log.Add(founding.Batch);
            foreach (var segment in _plan.Segments)
            {
                _segments.Add(segment.Id.Value, new(
                    new(segment.Id, 0, [], null, null, null), new(segment.Id, 0, 1000, null), ImmutableDictionary<string, long>.Empty, [], []));
            }

            _coordinator = null!;
            Resume();
        }

        public List<BatchDecided> Log { get; } = [];

        public void Resume()
        {
            (_coordinator, var effects) = CascadeCoordinator.Resume(_plan, _saved, _checkpoint, Log.Skip(1));
            Carry(effects);
        }

        public void Set(long at, string segment, int level)
        {
            Offer(segment, level);
            Tick(at);
        }

        public void Offer(string segment, int level) => OfferVersion(segment, _versions.GetValueOrDefault(segment) + 1, level);

        public void OfferVersion(string segment, long version, int level)
        {
            _versions[segment] = version;
            Carry(_coordinator.Offer(new(new(segment), version, level, new("command", level, "test", "test", DateTimeOffset.UnixEpoch))));
        }

        public void Start(long at, params string[] segments)
        {
            Order(segments);
            Tick(at);
        }

        public void Order(params string[] segments) => TryOrder("request-" + _requests++, segments);

        public bool TryOrder(string request, params string[] segments)
        {
            var effects = _coordinator.Order(new(request, [.. segments.Select(id => new SegmentId(id))], "test", "test", DateTimeOffset.UnixEpoch));
            Carry(effects ?? []);
            return effects is not null;
        }

        public void Tick(long now)
        {
            for (var before = -1; before != Log.Count;)
            {
                before = Log.Count;
                TickOnce(now);
            }
        }

        /// <summary>One batch at most.</summary>
        public void TickOnce(long now) => Carry(_coordinator.Tick(now));

        public int[] Levels(params string[] segments) => [.. segments.Select(segment => _segments[segment].Decided.LevelPermille)];

        private void Carry(ImmutableArray<CascadeEffect> effects)
        {
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case SaveCoordinator save:
                        _saved = save.State;
                        Log.AddRange(save.Decision is { } decision ? [decision] : []);
                        Carry(_coordinator.Saved());
                        break;
                    case AskSegment { Ask: var ask }:
                        Carry(_coordinator.Answer(SegmentEvaluation.Answer(_plan.Find(ask.Segment)!, _segments[ask.Segment.Value].Decided, ask)));
                        break;
                    case AskNetwork { Ask: var ask }:
                        Carry(_coordinator.Answer(new NetworkAnswer(ask.Network, ask.Ticket, SegmentEvaluation.Reach(_plan.Find(ask.Network)!, ask.Pass, ask.Give))));
                        break;
                    case SendCommit { Commit: var commit }:
                        _segments[commit.Segment.Value] = SegmentRules.Decide(_segments[commit.Segment.Value], commit);
                        _coordinator.Acknowledge(commit.Segment, commit.Batch);
                        break;
                }
            }
        }
    }
}
