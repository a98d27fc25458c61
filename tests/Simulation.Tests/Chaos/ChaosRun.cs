using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>
/// The live cascade in a rough world: hits, repairs and starts on a random city, delay, loss, repeats, reordering, and
/// crashes of segments and coordinators around their saves. In the end the world calms down, and what was decided must
/// be what the kernel makes of the ceiling log.
/// </summary>
internal sealed class ChaosRun
{
    private const long RoughUntil = 1500;
    private const long CalmUntil = 20_000;
    private readonly ChaosNetwork _world;
    private readonly CascadePlan _plan;
    private readonly ChaosStore _store;
    private readonly Dictionary<string, ChaosSegment> _segments = [];
    private ChaosCoordinator? _coordinator;
    private int _waitingCommands;

    private ChaosRun(int seed, ImmutableArray<(SegmentId Id, SegmentRule Rule)> rules)
    {
        _world = new(seed);
        _plan = CascadePlan.Of(new CityHash("chaos"), rules);
        _store = new(Founding.Of(_plan, [], 0));
        foreach (var segment in _plan.Segments)
        {
            _segments.Add(segment.Id.Value, new(_world, segment, Founded(segment.Id), Offer));
        }
    }

    /// <returns>What differs, one line each; empty when all is well.</returns>
    public static IReadOnlyList<string> Differences(int seed, ImmutableArray<(SegmentId Id, SegmentRule Rule)> rules)
    {
        var run = new ChaosRun(seed, rules);
        run.Live();
        return [.. ChaosVerdict.Of(run._plan, run._store.Log, run._segments, run._isAtRest, run._world.Now)];
    }

    private bool _isAtRest;

    private void Live()
    {
        Activate();
        Beat();
        for (var hit = 0; hit < _world.Chance.Next(4, 16); hit++)
        {
            _world.After(_world.Chance.Next((int)RoughUntil), Hit);
        }

        for (var crash = 0; crash < _world.Chance.Next(0, 8); crash++)
        {
            _world.After(_world.Chance.Next((int)RoughUntil), Crash);
        }

        _world.After(RoughUntil, () => _world.IsRough = false);
        while (_world.Now < CalmUntil && _world.Step(CalmUntil))
        {
            if (!_world.IsRough && _world.Now > RoughUntil + 1000 && IsQuiet())
            {
                _isAtRest = true;
                return;
            }
        }
    }

    private bool IsQuiet() => _waitingCommands == 0 && _coordinator is { IsQuiet: true } && _segments.Values.All(segment => segment.IsQuiet);

    /// <summary>What runs again and again: the coordinator's tick, lost questions, waiting offers.</summary>
    private void Beat()
    {
        if (_coordinator is not { IsAlive: true })
        {
            _coordinator = null;
            _world.After(_world.Chance.Next(1, 80), Activate);
        }

        _coordinator?.Tick();
        if (_world.Chance.Next(6) == 0)
        {
            _coordinator?.Resend();
            foreach (var segment in _segments.Values)
            {
                segment.Pump();
            }
        }

        _world.After(_world.Chance.Next(1, 12), Beat);
    }

    private void Activate()
    {
        if (_coordinator is not { IsAlive: true })
        {
            _coordinator = new(_world, _store, _plan, _segments);
        }
    }

    private void Offer(CeilingChange change) => _world.Send(() => _coordinator?.Offer(change));

    private void Hit()
    {
        var segment = _plan.Segments[_world.Chance.Next(_plan.Segments.Length)].Id;
        var request = _world.Chance.Next().ToString(CultureInfo.InvariantCulture);
        if (_world.Chance.Next(6) == 0)
        {
            var others = _plan.Segments.Where(_ => _world.Chance.Next(3) == 0).Select(plan => plan.Id);
            Start(new(request, [.. others.Append(segment).Distinct()], "chaos", "black start", DateTimeOffset.UnixEpoch));
            return;
        }

        int[] levels = [0, 0, 300, 700, 1000, 1000];
        var cause = _world.Chance.Next(2) == 0 ? SegmentRules.CommandCause : SegmentRules.PositionCause;
        _waitingCommands++;
        Repeat(segment, new(request, cause, levels[_world.Chance.Next(levels.Length)], "chaos", "hit"));
    }

    /// <summary>Whoever gives a command repeats it until it is confirmed.</summary>
    private void Repeat(SegmentId segment, SegmentCommand command)
    {
        var isDone = false;
        Try();

        void Try()
        {
            if (isDone)
            {
                return;
            }

            _segments[segment.Value].Command(command, () =>
            {
                _waitingCommands -= isDone ? 0 : 1;
                isDone = true;
            });
            _world.After(_world.Chance.Next(20, 60), Try);
        }
    }

    private void Start(StartOrder order)
    {
        if (_store.State.RecentRequests.Contains(order.Request) || !_world.IsRough)
        {
            return;
        }

        _coordinator?.Order(order);
        _world.After(_world.Chance.Next(20, 60), () => Start(order));
    }

    private void Crash()
    {
        switch (_world.Chance.Next(3))
        {
            case 0:
                _segments.ElementAt(_world.Chance.Next(_segments.Count)).Value.Crash();
                break;
            case 1:
                _coordinator?.Crash();
                break;
            default:
                // The silo is thought dead but is not: two coordinators run, the older one loses at its next save.
                _coordinator = new(_world, _store, _plan, _segments);
                break;
        }
    }

    private static SegmentState Founded(SegmentId id) => new(
        new(id, 0, [], null, null, null), new(id, 0, 1000, null), ImmutableDictionary<string, long>.Empty, [], []);
}
