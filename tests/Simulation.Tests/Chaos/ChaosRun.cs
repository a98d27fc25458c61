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
    private const int RebuiltSeed = 1_000_003;
    private readonly ChaosNetwork _world;
    private static readonly CityHash Before = new("chaos");
    private static readonly CityHash After = new("chaos, rebuilt");
    private readonly Dictionary<CityHash, CascadePlan> _plans;
    private readonly CascadePlan _plan;
    private readonly ChaosStore _store;
    private readonly Dictionary<string, ChaosSegment> _segments = [];
    private ChaosCoordinator? _coordinator;
    private readonly long? _rebuiltAt;
    private int _waitingCommands;

    private ChaosRun(int seed, ImmutableArray<(SegmentId Id, SegmentRule Rule)> rules)
    {
        _world = new(seed);
        _plan = CascadePlan.Of(Before, rules);
        _plans = new() { [Before] = _plan, [After] = CascadePlan.Of(After, ChaosCity.Of(seed + RebuiltSeed)) };
        _store = new(Founding.Of(_plan, [], 0));
        foreach (var segment in _plans.Values.SelectMany(plan => plan.Segments).Select(segment => segment.Id).Distinct())
        {
            _segments.Add(segment.Value, new(_world, Founded(segment), Offer));
        }

        // A draw of its own, so that a run without it is the same run as ever.
        var rebuilding = new Random(seed + RebuiltSeed);
        _rebuiltAt = rebuilding.Next(3) == 0 ? rebuilding.Next((int)RoughUntil) : null;
    }

    /// <returns>What differs, one line each; empty when all is well.</returns>
    public static IReadOnlyList<string> Differences(int seed, ImmutableArray<(SegmentId Id, SegmentRule Rule)> rules)
    {
        var run = new ChaosRun(seed, rules);
        run.Live();
        return [.. new ChaosVerdict(run._plans).Of(run._store.Log, run._segments, run._isAtRest, run._world.Now)];
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

        if (_rebuiltAt is { } at)
        {
            _world.After(at, Rebuild);
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

    private bool IsQuiet() => _waitingCommands == 0 && (_rebuiltAt is null || _store.State.Definition == After) && _coordinator is { IsQuiet: true } && _segments.Values.All(segment => segment.IsQuiet);

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
            _coordinator = new(_world, _store, _plans, _segments);
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

    /// <summary>The definition changes under it: same names, other rules, some gone and some new. Ordered again until it is in force.</summary>
    private void Rebuild()
    {
        if (_store.State.Definition == After)
        {
            return;
        }

        var gone = _plan.Segments.Select(segment => segment.Id).Where(segment => _plans[After].VertexOf(segment) is null);
        _coordinator?.Redefine(new(_plans[After], Before, [], new([.. gone], []), "chaos", "rebuilt"));
        _world.After(_world.Chance.Next(20, 60), Rebuild);
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
                _coordinator = new(_world, _store, _plans, _segments);
                break;
        }
    }

    private static SegmentState Founded(SegmentId id) => new(
        new(id, 0, [], null, null, null), new(id, 0, 1000, null), ImmutableDictionary<string, long>.Empty, [], []);
}
