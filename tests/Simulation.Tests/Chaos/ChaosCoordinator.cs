using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>What storage holds of the coordinator: its row with a version, and the batch log.</summary>
internal sealed class ChaosStore(Founding founding)
{
    public long Version { get; private set; }

    public CoordinatorState State { get; private set; } = founding.State;

    public KernelCheckpoint Checkpoint { get; private set; } = founding.Checkpoint;

    public List<BatchDecided> Log { get; } = [founding.Batch];

    /// <returns>False when another coordinator has saved since: nothing is written.</returns>
    public bool Save(long expected, SaveCoordinator save)
    {
        if (expected != Version)
        {
            return false;
        }

        Version++;
        State = save.State;
        Checkpoint = save.Checkpoint ?? Checkpoint;
        if (save.Decision is { } decision)
        {
            Log.Add(decision);
        }

        return true;
    }
}

/// <summary>
/// One activation of the coordinator. After a crash another takes over, sometimes while this one still runs: then it
/// loses at the version check.
/// </summary>
internal sealed class ChaosCoordinator
{
    private readonly ChaosNetwork _world;
    private readonly ChaosStore _store;
    private readonly IReadOnlyDictionary<string, ChaosSegment> _segments;
    private readonly IReadOnlyDictionary<CityHash, CascadePlan> _plans;
    private readonly CascadeCoordinator _coordinator;
    private long _version;

    public ChaosCoordinator(
        ChaosNetwork world, ChaosStore store, IReadOnlyDictionary<CityHash, CascadePlan> plans, IReadOnlyDictionary<string, ChaosSegment> segments)
    {
        (_world, _store, _plans, _segments, _version) = (world, store, plans, segments, store.Version);
        (_coordinator, var effects) = CascadeCoordinator.Resume(
            plans[store.State.Definition], store.State, store.Checkpoint, store.Log.Where(batch => batch.Number > store.Checkpoint.Number));
        Carry(effects);
    }

    /// <summary>False after a crash and after losing at the version check.</summary>
    public bool IsAlive { get; private set; } = true;

    public bool IsQuiet => IsAlive && !_coordinator.IsSettling && _coordinator.UnacknowledgedCommits == 0 && _coordinator.Resend().IsEmpty;

    public void Crash() => IsAlive = false;

    public void Offer(CeilingChange change) => Live(() => _coordinator.Offer(change));

    public void Order(StartOrder order) => Live(() => _coordinator.Order(order) ?? []);

    public void Redefine(DefinitionChange change) => Live(() =>
    {
        _coordinator.Redefine(change);
        return [];
    });

    public void Tick() => Live(() => _coordinator.Tick(_world.Now));

    public void Resend() => Live(_coordinator.Resend);

    public void Live(Func<ImmutableArray<CascadeEffect>> happens)
    {
        if (IsAlive)
        {
            Carry(happens());
        }
    }

    private void Carry(ImmutableArray<CascadeEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case SaveCoordinator save:
                    Save(save);
                    break;
                case AskSegment { Ask: var ask }:
                    _world.Send(() => _segments[ask.Segment.Value].Ask(_plans[ask.Definition].Find(ask.Segment)!, ask, answer =>
                        _world.Send(() => Live(() => _coordinator.Answer(answer)))));
                    break;
                case AskNetwork { Ask: var ask }:
                    var reach = SegmentEvaluation.Reach(_plans[ask.Definition].Find(ask.Network)!, ask.Pass, ask.Give);
                    _world.Send(() => _world.Send(() => Live(() => _coordinator.Answer(new NetworkAnswer(ask.Network, ask.Ticket, reach)))));
                    break;
                case SendCommit { Commit: var commit }:
                    _world.Send(() => _segments[commit.Segment.Value].Commit(commit, batch =>
                        _world.Send(() => Live(() =>
                        {
                            _coordinator.Acknowledge(commit.Segment, batch);
                            return [];
                        }))));
                    break;
                case TellConcerned { Untold: var untold }:
                    foreach (var segment in untold.Grains.Segments)
                    {
                        _world.Send(() => _segments[segment.Value].Retire(() => _world.Send(() => Live(() =>
                        {
                            _coordinator.Told(segment);
                            return [];
                        }))));
                    }

                    break;
                case ChangeTaken taken:
                    _world.Send(() => _segments[taken.Segment.Value].Taken(taken.Version));
                    break;
            }
        }
    }

    private void Save(SaveCoordinator save) => _world.After(_world.Delay(), () =>
    {
        if (!IsAlive)
        {
            return;
        }

        var isSaved = _store.Save(_version, save);
        _version++;
        IsAlive = isSaved && !(_world.IsRough && _world.Chance.Next(25) == 0);
        Live(_coordinator.Saved);
        Live(() => _coordinator.Tick(_world.Now));
    });
}
