using System.Collections.Immutable;
using CityTwin.Core.Cascades;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>A segment's grain in a rough world: it may crash around every save, and starts again from what was saved.</summary>
internal sealed class ChaosSegment
{
    private readonly ChaosNetwork _world;
    private readonly SegmentPlan _plan;
    private readonly Action<CeilingChange> _offer;
    private readonly Queue<Action> _requests = [];
    private Durable _saved;
    private SegmentState _state;
    private ImmutableArray<CeilingChange> _outbox;
    private bool _isSaving;
    private int _life;

    public ChaosSegment(ChaosNetwork world, SegmentPlan plan, SegmentState founding, Action<CeilingChange> offer)
    {
        (_world, _plan, _offer) = (world, plan, offer);
        _saved = new(founding, []);
        (_state, _outbox) = (founding, []);
    }

    public SegmentState State => _state;

    public bool IsQuiet => _outbox.IsEmpty && _requests.Count == 0 && !_isSaving;

    /// <summary>One request after the other, as in a grain; a crash forgets those that wait.</summary>
    public void Receive(Action request)
    {
        _requests.Enqueue(request);
        Next();
    }

    /// <param name="done">Called once the command is saved; until then the caller repeats it.</param>
    public void Command(SegmentCommand command, Action done) => Receive(() =>
    {
        var step = SegmentRules.Command(_state, command, DateTimeOffset.FromUnixTimeMilliseconds(_world.Now));
        Save(step.State, _outbox.AddRange(step.Effects.OfType<OfferCeiling>().Select(effect => effect.Change)), done);
    });

    public void Ask(SegmentAsk ask, Action<SegmentAnswer> reply) => Receive(() =>
    {
        reply(SegmentEvaluation.Answer(_plan, _state.Decided, ask));
        Next();
    });

    public void Commit(SegmentCommit commit, Action<long> acknowledge) => Receive(() =>
        Save(SegmentRules.Decide(_state, commit), _outbox, () => acknowledge(commit.Batch)));

    /// <summary>The coordinator has this version in a saved batch: it and older ones need not be offered again.</summary>
    public void Taken(long version) => _outbox = _outbox.RemoveAll(change => change.Version <= version);

    public void Pump()
    {
        foreach (var change in _outbox)
        {
            _offer(change);
        }
    }

    public void Crash()
    {
        _life++;
        _isSaving = false;
        _requests.Clear();
        (_state, _outbox) = (_saved.State, _saved.Outbox);
    }

    private void Next()
    {
        if (!_isSaving && _requests.TryDequeue(out var request))
        {
            request();
        }
    }

    private void Save(SegmentState state, ImmutableArray<CeilingChange> outbox, Action done)
    {
        var life = _life;
        _isSaving = true;
        _world.After(_world.Delay(), () =>
        {
            if (life != _life)
            {
                return;
            }

            _saved = new(state, outbox);
            if (_world.IsRough && _world.Chance.Next(50) == 0)
            {
                Crash();
                return;
            }

            _outbox = outbox;
            (_state, _isSaving) = (state, false);
            done();
            foreach (var change in _outbox)
            {
                _offer(change);
            }

            Next();
        });
    }

    private sealed record Durable(SegmentState State, ImmutableArray<CeilingChange> Outbox);
}
