using System.Collections.Immutable;
using CityTwin.Core.Cascades;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>A segment's grain in a rough world: it may crash around every save, and starts again from what was saved.</summary>
internal sealed class ChaosSegment
{
    private readonly ChaosNetwork _world;
    private readonly SegmentState _founding;
    private readonly Action<CeilingChange> _offer;
    private readonly Queue<Action> _requests = [];
    private Durable _saved;
    private SegmentState _state;
    private ImmutableArray<CeilingChange> _outbox;
    private bool _isSaving;
    private bool _isGone;
    private int _life;

    public ChaosSegment(ChaosNetwork world, SegmentState founding, Action<CeilingChange> offer)
    {
        (_world, _founding, _offer) = (world, founding, offer);
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
        if (_isGone)
        {
            Refuse(done);
            return;
        }

        var step = SegmentRules.Command(_state, command, DateTimeOffset.FromUnixTimeMilliseconds(_world.Now));
        Save(step.State, _outbox.AddRange(step.Effects.OfType<OfferCeiling>().Select(effect => effect.Change)), done);
    });

    public void Ask(SegmentPlan plan, SegmentAsk ask, Action<SegmentAnswer> reply) => Receive(() =>
    {
        reply(SegmentEvaluation.Answer(plan, _state.Decided, ask));
        Next();
    });

    public void Commit(SegmentCommit commit, Action<long> acknowledge) => Receive(() =>
    {
        if (_isGone)
        {
            Refuse(() => { });
            return;
        }

        Save(SegmentRules.Decide(_state, commit), _outbox, () => acknowledge(commit.Batch));
    });

    /// <summary>The city no longer has it: it forgets all.</summary>
    public void Retire(Action told) => Receive(() => Save(_founding, [], () =>
    {
        _isGone = true;
        told();
    }));

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

    /// <summary>The city does not have it any more.</summary>
    private void Refuse(Action done)
    {
        done();
        Next();
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
