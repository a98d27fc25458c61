using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// The one door for ceiling changes of a city. It orders them into batches, settles each batch by asking segments and
/// networks to evaluate their own rules, and decides: one saved row per batch. Pure: a driver (the cascade grain, or
/// the chaos scheduler of the tests) feeds it what happened and carries out the effects.
/// </summary>
/// <remarks>
/// A crash before a decision settles the open batch again under a new incarnation; after it, commits are sent again.
/// What arrives during a settle waits for the next batch.
/// </remarks>
public sealed class CascadeCoordinator
{
    /// <summary>A checkpoint follows after this many batches ...</summary>
    public const int CheckpointBatches = 1000;

    private readonly CascadeInbox _inbox = new();
    private readonly Dictionary<SegmentId, SegmentCommit> _commits = [];
    private readonly HashSet<SegmentId> _untoldSegments = [];
    private readonly HashSet<SensorId> _untoldSensors = [];
    private readonly HashSet<AssetId> _untoldAssets = [];
    private readonly HashSet<ConduitId> _untoldConduits = [];
    private CascadeMemory _memory;
    private SettleRun _run;
    private DefinitionChange? _change;
    private bool _startsHaveWaited;
    private CoordinatorState _state;
    private Stage _stage = Stage.Resuming;
    private BatchDecided? _deciding;
    private long _batchesSinceCheckpoint;
    private long _rowsSinceCheckpoint;

    private CascadeCoordinator(CascadeMemory memory, CoordinatorState state)
    {
        _memory = memory;
        _state = state;
        _run = new SettleRun(memory);
    }

    private enum Stage
    {
        Resuming,
        Idle,
        Opening,
        Settling,
        Deciding,
    }

    public CoordinatorState State => _state;

    /// <summary>True while a batch is saved but not decided.</summary>
    public bool IsSettling => _stage is Stage.Opening or Stage.Settling or Stage.Deciding;

    /// <summary>Segments that have not acknowledged what was decided of them.</summary>
    public int UnacknowledgedCommits => _commits.Count;

    /// <summary>Grains that have yet to put themselves in order with the definition in force.</summary>
    public int Untold => _untoldSegments.Count + _untoldSensors.Count + _untoldAssets.Count + _untoldConduits.Count;

    /// <summary>When a battery or a restart changes a level next, in ticks; null = never.</summary>
    public long? EarliestTimer => _memory.EarliestTimer;

    /// <summary>
    /// Takes over from storage. The first effect saves the new incarnation; nothing else happens until
    /// <see cref="Saved"/> is called.
    /// </summary>
    /// <param name="since">All decided batches after the checkpoint, in order, without gap.</param>
    public static (CascadeCoordinator Coordinator, ImmutableArray<CascadeEffect> Effects) Resume(
        CascadePlan plan, CoordinatorState state, KernelCheckpoint checkpoint, IEnumerable<BatchDecided> since)
    {
        var memory = CascadeMemory.Of(plan, checkpoint);
        var (number, rows) = (checkpoint.Number, 0L);
        foreach (var batch in since)
        {
            Invariant.Hold(batch.Number == number + 1, "Decided batches are numbered without gap.");
            number = batch.Number;
            rows += batch.Settled.Length;
            memory.Apply(batch);
        }

        Invariant.Hold(number == state.LastNumber, "The fold ends at the last decided batch.");
        memory.Refresh(state.LastAt);
        var coordinator = new CascadeCoordinator(memory, state with { Incarnation = state.Incarnation + 1 })
        {
            _batchesSinceCheckpoint = number - checkpoint.Number,
            _rowsSinceCheckpoint = rows,
        };
        for (var vertex = 0; vertex < memory.LastDecided.Length; vertex++)
        {
            if (memory.LastDecided[vertex] > state.CommittedThrough)
            {
                var commit = coordinator.CommitOf(vertex, memory.LastDecided[vertex]);
                coordinator._commits[commit.Segment] = commit;
            }
        }

        coordinator.Remember(state.Untold);

        return (coordinator, [new SaveCoordinator(coordinator._state, null, null)]);
    }

    /// <summary>A segment's ceiling is new. Repeats and older versions are answered and change nothing.</summary>
    public ImmutableArray<CascadeEffect> Offer(CeilingChange change)
    {
        if (_memory.Plan.VertexOf(change.Segment) is not { } vertex)
        {
            // The definition in force does not have it any more: nothing can follow from it.
            return [new ChangeTaken(change.Segment, change.Version)];
        }

        if (_memory.CauseVersion[vertex] >= change.Version)
        {
            return [new ChangeTaken(change.Segment, change.Version)];
        }

        if (OpenVersion(change.Segment) >= change.Version)
        {
            // Until the open batch is saved nobody may forget it; saving it says so then.
            return _stage == Stage.Opening ? [] : [new ChangeTaken(change.Segment, change.Version)];
        }

        _inbox.Offer(change);
        return [];
    }

    /// <summary>
    /// A changed definition: it comes into force in a batch of its own, as soon as no other is open and whoever was
    /// concerned by the last change has been told of it. <see cref="DefinitionInForce"/> says so.
    /// </summary>
    /// <returns>False when another change is waiting, or this one does not begin at the definition in force.</returns>
    public bool Redefine(DefinitionChange change)
    {
        if (change.Before != _state.Definition || (_change is not null && _change.Plan.Definition != change.Plan.Definition))
        {
            return false;
        }

        _change ??= change;
        return true;
    }

    /// <returns>Null when too many starts are waiting; the caller tries again later.</returns>
    public ImmutableArray<CascadeEffect>? Order(StartOrder order)
    {
        if (_state.RecentRequests.Contains(order.Request))
        {
            var isUnderWay = Holds(_state.Open?.Starts) || Holds(_deciding?.Starts);
            return isUnderWay ? [] : [new StartTaken(order.Request)];
        }

        return _inbox.Order(order) ? ImmutableArray<CascadeEffect>.Empty : null;

        bool Holds(ImmutableArray<StartOrder>? starts) => starts?.Any(start => start.Request == order.Request) ?? false;
    }

    /// <summary>Opens the next batch when none is running and one is due.</summary>
    public ImmutableArray<CascadeEffect> Tick(long now)
    {
        if (_stage != Stage.Idle ||
            BatchRules.Next(now, _state.LastAt, _memory.EarliestTimer, _inbox.HasChanges || CanRedefine, _inbox.HasStarts, _startsHaveWaited) is not { } next)
        {
            return [];
        }

        if (next.Kind == BatchKind.Changes && CanRedefine)
        {
            return Redefine(_change!, next.At);
        }

        // A batch of timers between them is nobody's turn: starts that have waited still go next.
        _startsHaveWaited = next.Kind == BatchKind.Timers ? _startsHaveWaited : next.Kind == BatchKind.Changes && _inbox.HasStarts;
        var changes = next.Kind == BatchKind.Changes ? _inbox.TakeChanges() : [];
        var starts = next.Kind == BatchKind.Starts ? _inbox.TakeStarts() : [];
        _state = _state with
        {
            Open = new(_state.LastNumber + 1, next.At, changes, starts),
            CommittedThrough = _commits.Count == 0 ? _state.LastNumber : _state.CommittedThrough,
            RecentRequests = Remember(_state.RecentRequests, starts),
            Untold = Untold == 0 ? null : _state.Untold,
        };
        _stage = Stage.Opening;
        return [new SaveCoordinator(_state, null, null)];
    }

    /// <summary>The last <see cref="SaveCoordinator"/> is durable.</summary>
    public ImmutableArray<CascadeEffect> Saved()
    {
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        switch (_stage)
        {
            case Stage.Resuming:
                effects.AddRange(_commits.Values.Select(commit => new SendCommit(commit)));
                TellConcerned(effects);
                Settle(effects);
                break;
            case Stage.Opening:
                effects.AddRange(_state.Open!.Changes.Select(change => new ChangeTaken(change.Segment, change.Version)));
                Settle(effects);
                break;
            case Stage.Deciding:
                Publish(effects);
                break;
            default:
                Invariant.Hold(false, "Only what was to be saved can be saved.");
                break;
        }

        return effects.DrainToImmutable();
    }

    public ImmutableArray<CascadeEffect> Answer(SegmentAnswer answer)
    {
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        if (_stage == Stage.Settling && _run.Take(answer, effects))
        {
            DecideWhenSettled(effects);
        }

        return effects.DrainToImmutable();
    }

    public ImmutableArray<CascadeEffect> Answer(NetworkAnswer answer)
    {
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        if (_stage == Stage.Settling && _run.Take(answer, effects))
        {
            DecideWhenSettled(effects);
        }

        return effects.DrainToImmutable();
    }

    /// <summary>The segment has saved this commit, or a later one.</summary>
    public void Acknowledge(SegmentId segment, long batch)
    {
        if (_commits.TryGetValue(segment, out var commit) && commit.Batch <= batch)
        {
            _commits.Remove(segment);
        }
    }

    /// <summary>The segment has put itself in order with the definition in force.</summary>
    public void Told(SegmentId segment) => _untoldSegments.Remove(segment);

    /// <summary>The sensor has put itself in order with the definition in force.</summary>
    public void Told(SensorId sensor) => _untoldSensors.Remove(sensor);

    /// <summary>The asset has put itself in order with the definition in force.</summary>
    public void Told(AssetId asset) => _untoldAssets.Remove(asset);

    /// <summary>The conduit has put itself in order with the definition in force.</summary>
    public void Told(ConduitId conduit) => _untoldConduits.Remove(conduit);

    /// <summary>Repeats every open question and every commit without acknowledgement.</summary>
    public ImmutableArray<CascadeEffect> Resend()
    {
        var effects = ImmutableArray.CreateBuilder<CascadeEffect>();
        if (_stage is not Stage.Resuming)
        {
            effects.AddRange(_commits.Values.Select(commit => new SendCommit(commit)));
            TellConcerned(effects);
        }

        if (_stage == Stage.Settling)
        {
            _run.Repeat(effects);
        }

        return effects.DrainToImmutable();
    }

    /// <summary>The level of a segment as last decided; null for one that the city does not have.</summary>
    public int? DecidedLevel(SegmentId segment) => _memory.Plan.VertexOf(segment) is { } vertex ? _memory.Level[vertex] : null;

    private static ImmutableArray<string> Remember(ImmutableArray<string> recent, ImmutableArray<StartOrder> starts)
    {
        var all = recent.AddRange(starts.Select(start => start.Request));
        return all.Length <= CoordinatorState.RecentRequestsMax ? all : all[^CoordinatorState.RecentRequestsMax..];
    }

    private bool CanRedefine => _change is not null && Untold == 0;

    /// <summary>Decided at once and saved as one: a crash before that leaves the old definition, a crash after it the new one.</summary>
    private ImmutableArray<CascadeEffect> Redefine(DefinitionChange change, long at)
    {
        var (memory, batch) = change.Settle(_memory, _state.LastNumber + 1, at);
        var moved = _memory.Moved(batch);
        foreach (var left in _commits.Keys.Where(segment => change.Plan.VertexOf(segment) is null).ToList())
        {
            _commits.Remove(left);
        }

        var untold = change.Concerned.IsEmpty ? null : new Untold(change.Before, change.Concerned);
        (_memory, _run, _deciding, _stage) = (memory, new(memory), batch, Stage.Deciding);
        _state = _state with { Definition = batch.Definition, LastNumber = batch.Number, LastAt = at, Untold = untold };
        Remember(untold);
        (_batchesSinceCheckpoint, _rowsSinceCheckpoint) = (0, 0);
        return [new SaveCoordinator(_state, batch, memory.Checkpoint(batch.Number, at)) { Moved = moved }];
    }

    private void Remember(Untold? untold)
    {
        _untoldSegments.UnionWith(untold?.Grains.Segments ?? []);
        _untoldSensors.UnionWith(untold?.Grains.Sensors ?? []);
        _untoldAssets.UnionWith(untold is { Grains.Assets.IsDefault: false } ? untold.Grains.Assets : []);
        _untoldConduits.UnionWith(untold is { Grains.Conduits.IsDefault: false } ? untold.Grains.Conduits : []);
    }

    private void TellConcerned(ImmutableArray<CascadeEffect>.Builder effects)
    {
        if (_state.Untold is { } untold && Untold > 0)
        {
            effects.Add(new TellConcerned(untold with { Grains = new(
                [.. _untoldSegments.Order()], [.. _untoldSensors.Order()], [.. _untoldAssets.Order()], [.. _untoldConduits.Order()]) }));
        }
    }

    private void Settle(ImmutableArray<CascadeEffect>.Builder effects)
    {
        _stage = Stage.Idle;
        if (_state.Open is { } open)
        {
            _stage = Stage.Settling;
            _run.Begin(_state.Incarnation, open, effects);
            DecideWhenSettled(effects);
        }
    }

    private void DecideWhenSettled(ImmutableArray<CascadeEffect>.Builder effects)
    {
        if (!_run.IsSettled || _state.Open is not { } open)
        {
            return;
        }

        _deciding = new(open.Number, open.At, _state.Definition, open.Changes, open.Starts, _run.Settled(_memory));
        _state = _state with { LastNumber = open.Number, LastAt = open.At, Open = null };
        var moved = _memory.Moved(_deciding);
        _memory.Apply(_deciding);
        _run.Keep();
        _stage = Stage.Deciding;
        effects.Add(new SaveCoordinator(_state, _deciding, CheckpointWhenDue(_deciding)) { Moved = moved });
    }

    private KernelCheckpoint? CheckpointWhenDue(BatchDecided batch)
    {
        _batchesSinceCheckpoint++;
        _rowsSinceCheckpoint += batch.Settled.Length;

        // A fold should never cost much more than reading the checkpoint it starts from.
        if (_batchesSinceCheckpoint < CheckpointBatches && _rowsSinceCheckpoint < 4L * (_memory.Plan.Segments.Length + CheckpointBatches))
        {
            return null;
        }

        (_batchesSinceCheckpoint, _rowsSinceCheckpoint) = (0, 0);
        return _memory.Checkpoint(batch.Number, batch.At);
    }

    private void Publish(ImmutableArray<CascadeEffect>.Builder effects)
    {
        if (_deciding!.Applied is not null)
        {
            effects.Add(new DefinitionInForce(_deciding.Definition));
            effects.AddRange(_inbox.DropAllBut(_memory.Plan).Select(change => new ChangeTaken(change.Segment, change.Version)));
            TellConcerned(effects);
            _change = null;
        }

        effects.AddRange(_deciding.Starts.Select(start => new StartTaken(start.Request)));
        foreach (var settled in _deciding.Settled)
        {
            var vertex = _memory.Plan.VertexOf(settled.Segment)!.Value;
            var commit = CommitOf(vertex, _deciding.Number);
            _commits[settled.Segment] = commit;
            effects.Add(new SendCommit(commit));
        }

        _deciding = null;
        _stage = Stage.Idle;
    }

    private SegmentCommit CommitOf(int vertex, long batch) =>
        new(_memory.Plan.Segments[vertex].Id, batch, _memory.Level[vertex], _memory.Operator[vertex]);

    private long OpenVersion(SegmentId segment) =>
        _state.Open?.Changes.FirstOrDefault(change => change.Segment == segment)?.Version ?? 0;
}
