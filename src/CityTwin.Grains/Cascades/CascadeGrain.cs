using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Assets;
using CityTwin.Grains.Conduits;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Networks;
using CityTwin.Grains.Running;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization;

namespace CityTwin.Grains.Cascades;

/// <summary>Drives <see cref="CascadeCoordinator"/>: does what it wants done, and tells it what happened.</summary>
[GrainType(GrainTypes.Cascade)]
internal sealed partial class CascadeGrain : Grain, ICascadeGrain, IDisposable
{
    private const string StateName = "cascade";
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);
    private const int ToldAtOnceMax = 64;
    private readonly ICityCatalog _catalog;
    private readonly IChangeLog _changes;
    private readonly Serializer _serializer;
    private readonly TimeProvider _time;
    private readonly CityClock _clock = new();
    private readonly RunningInstruments _instruments;
    private readonly ILogger _log;
    private readonly Commit<CoordinatorState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly CancellationTokenSource _stop = new();
    private readonly WaitingCallers _waiting = new();
    private readonly Dictionary<SegmentId, ISegmentGrain> _segments = [];
    private CascadeCoordinator _coordinator = null!;
    private IGrainTimer? _timer;

    public CascadeGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<CoordinatorState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        IChangeLog changes,
        Serializer serializer,
        TimeProvider time,
        RunningInstruments instruments,
        ILogger<CascadeGrain> log)
    {
        (_catalog, _changes, _serializer, _time, _instruments, _log, _activatedAt) = (catalog, changes, serializer, time, instruments, log, time.GetUtcNow());
        _commit = new(context, storage, () => CoordinatorState.New(catalog.Current.City.Hash, Now));
    }

    private long Now => _clock.Read(_time.GetUtcNow().ToUnixTimeMilliseconds(), Steady);

    private TimeSpan Steady => _time.GetElapsedTime(0);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_commit.IsNew)
        {
            await Found(_catalog.Current.Cascade);
        }

        _clock.See(_commit.State.LastAt, Steady);
        var inForce = await _catalog.Get(_commit.State.Definition, cancellationToken);
        var (checkpoint, batches) = await BatchLog.Read(_changes, _serializer, _commit.State.LastNumber, cancellationToken);
        (_coordinator, var effects) = CascadeCoordinator.Resume(inForce.Cascade, _commit.State, checkpoint, batches);
        Resumed(_coordinator.State.Incarnation, _coordinator.State.LastNumber);
        Drive(() => effects);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        GiveUp();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _commit.Dispose();
    }

    public Task Hear(string from, long sequence, object message)
    {
        if (message is not CeilingChange change)
        {
            throw new ArgumentException($"The coordinator does not understand {message.GetType().Name}.", nameof(message));
        }

        RefuseWhenEnding();
        var taken = _waiting.Change(change.Segment, change.Version);
        Drive(() => _coordinator.Offer(change));
        Drive(() => _coordinator.Tick(Now));
        return taken;
    }

    public async Task<long?> Start(StartOrder order)
    {
        RefuseWhenEnding();
        var act = ActContext.Take();
        if (_coordinator.Order(order) is not { } effects)
        {
            throw new CascadeBusyException();
        }

        var taken = _waiting.Start(order.Request, act);
        Drive(() => effects);
        Drive(() => _coordinator.Tick(Now));
        await taken;
        return await _commit.Reached();
    }

    public async Task<DefinitionOutcome> Apply(DefinitionOrder order)
    {
        var act = ActContext.Take();
        var after = await _catalog.Get(order.Definition);
        var before = await _catalog.Get(_coordinator.State.Definition);
        if (before.City.Hash == after.City.Hash)
        {
            return new(null, await _commit.Reached());
        }

        if (order.Expected is { } expected && expected != before.City.Hash)
        {
            throw new DefinitionMovedException(before.City.Hash.Value);
        }

        RefuseWhenEnding();
        var change = DefinitionChange.Between(before.City, after.City, after.Cascade, order.By, order.Reason);
        if (!_coordinator.Redefine(change))
        {
            throw new DefinitionWaitingException();
        }

        var inForce = _waiting.Definition(act);
        Drive(() => _coordinator.Tick(Now));
        var number = await inForce;
        DefinitionApplied(after.City.Hash, number, order.By);
        return new(number, await _commit.Reached());
    }

    public Task Poke()
    {
        Drive(() => _coordinator.Tick(Now));
        return Task.CompletedTask;
    }

    public Task<CascadeStanding> Read() => Task.FromResult(new CascadeStanding(
        _coordinator.State.Incarnation, _coordinator.State.LastNumber, _coordinator.State.LastAt,
        _coordinator.IsSettling, _coordinator.UnacknowledgedCommits, _coordinator.EarliestTimer, _coordinator.Untold));

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    /// <summary>The first batch of a new city settles its definition; it starts from the greatest fixed point.</summary>
    private async Task Found(CascadePlan plan)
    {
        var founding = Founding.Of(_catalog.Current.City, plan, Now);
        await _commit.Save(founding.State, [],
        [
            _commit.Publish(PublishedKind.Batch, BatchLog.KeyOf(founding.Batch.Number), founding.Batch) with { Moved = founding.Moved },
            _commit.Publish(PublishedKind.Checkpoint, BatchLog.CheckpointKey, founding.Checkpoint, PublishedKind.Batch),
        ]);
    }

    /// <summary>
    /// Lets the coordinator take what happened, and does what it wants done. A law broken on the way leaves it half-way:
    /// then this activation ends, and the next one resumes from what is stored.
    /// </summary>
    private void Drive(Func<ImmutableArray<CascadeEffect>> happens)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        try
        {
            Carry(happens());
        }
        catch (Exception broken)
        {
            LawBroken(broken, _coordinator.State.LastNumber);
            GiveUp();
            DeactivateOnIdle();
        }
    }

    /// <summary>An activation ends only when no request waits in it: those that do are sent away, to come again.</summary>
    private void GiveUp()
    {
        _stop.Cancel();
        _waiting.SendAway();
    }

    private void RefuseWhenEnding()
    {
        if (_stop.IsCancellationRequested)
        {
            throw new CascadeMovesException();
        }
    }

    private void Carry(ImmutableArray<CascadeEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case SaveCoordinator save:
                    _ = Save(save);
                    break;
                case AskSegment { Ask: var ask }:
                    _ = Ask(ask, static (grain, ask) => grain.Of(ask.Segment).Ask(ask), static (grain, _, answered) => grain.Take(answered));
                    break;
                case AskNetwork { Ask: var ask }:
                    _ = Ask(
                        ask,
                        static (grain, ask) => grain.GrainFactory.GetGrain<INetworkGrain>(GrainKeys.Of(ask.Network)).Ask(ask),
                        static (grain, _, answered) => grain.Take(answered));
                    break;
                case SendCommit { Commit: var commit }:
                    _ = Ask(
                        commit,
                        static (grain, commit) => grain.Of(commit.Segment).Commit(commit),
                        static (grain, commit, _) => grain._coordinator.Acknowledge(commit.Segment, commit.Batch));
                    break;
                case ChangeTaken taken:
                    _waiting.Tell(taken);
                    break;
                case DefinitionInForce { Definition: var definition }:
                    _ = PutIntoForce(definition);
                    break;
                case TellConcerned { Untold: var untold }:
                    _ = TellConcerned(untold);
                    break;
                case StartTaken taken:
                    _waiting.Tell(taken);
                    break;
            }
        }
    }

    private async Task Save(SaveCoordinator save)
    {
        _instruments.Settling(_coordinator.IsSettling);
        var changes = ImmutableArray.CreateBuilder<PublishedChange>();
        if (save.Decision is { } decision)
        {
            changes.Add(_commit.Publish(PublishedKind.Batch, BatchLog.KeyOf(decision.Number), decision) with { Moved = save.Moved });
        }

        if (save.Checkpoint is { } checkpoint)
        {
            changes.Add(_commit.Publish(PublishedKind.Checkpoint, BatchLog.CheckpointKey, checkpoint, PublishedKind.Batch));
        }

        try
        {
            await _commit.Save(save.State, [], changes.DrainToImmutable(), acts: _waiting.ActsOf(save));
        }
        catch (Exception failure)
        {
            // The commit ends this activation, once those who wait for it are gone; the next resumes from what is stored.
            SaveFailed(failure, save.State.LastNumber);
            GiveUp();
            return;
        }

        _instruments.Settled(save.Decision?.Settled.Length);
        Drive(_coordinator.Saved);
        Drive(() => _coordinator.Tick(Now));
        SetTimer();
    }

    /// <summary>References are kept: making one costs as much as a good part of the call.</summary>
    private ISegmentGrain Of(SegmentId segment) => _segments.TryGetValue(segment, out var known) ? known
        : _segments[segment] = GrainFactory.GetGrain<ISegmentGrain>(GrainKeys.Of(segment));

    private void Take(Task<SegmentAnswer> answered) => Drive(() => _coordinator.Answer(answered.GetAwaiter().GetResult()));

    private void Take(Task<NetworkAnswer> answered) => Drive(() => _coordinator.Answer(answered.GetAwaiter().GetResult()));

    /// <summary>Until it has answered, or this activation ends. No closures: a cascade asks ten thousand at once.</summary>
    private async Task Ask<TAsk, TAnswered>(TAsk ask, Func<CascadeGrain, TAsk, TAnswered> send, Action<CascadeGrain, TAsk, TAnswered> take)
        where TAnswered : Task
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var answered = send(this, ask);
                await answered;
                take(this, ask, answered);
                return;
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                AskFailed(failure);
                await Task.Delay(AskAgain, _time, CancellationToken.None);
            }
        }
    }

    /// <summary>Known here since it was ordered, so that this completes before the first commit is sent.</summary>
    private async Task PutIntoForce(CityHash definition)
    {
        var batch = _coordinator.State.LastNumber;
        _catalog.Use(await _catalog.Get(definition), batch);
        _waiting.TellInForce(batch);
    }

    private async Task TellConcerned(Untold untold)
    {
        var (before, after, grains) = (untold.Before, _coordinator.State.Definition, untold.Grains);
        await TellEach(grains.Segments, segment => Of(segment).Redefined(before, after), _coordinator.Told);
        await TellEach(grains.Sensors, id => GrainFactory.GetGrain<ISensorGrain>(GrainKeys.Of(id)).Redefined(before, after), _coordinator.Told);
        await TellEach(grains.Assets, id => GrainFactory.GetGrain<IAssetGrain>(GrainKeys.Of(id)).Redefined(before, after), _coordinator.Told);
        await TellEach(grains.Conduits, id => GrainFactory.GetGrain<IConduitGrain>(GrainKeys.Of(id)).Redefined(before, after), _coordinator.Told);
        Drive(() => _coordinator.Tick(Now));
    }

    private async Task TellEach<TId>(ImmutableArray<TId> concerned, Func<TId, Task> tell, Action<TId> told)
    {
        foreach (var some in concerned.Chunk(ToldAtOnceMax))
        {
            await Task.WhenAll(some.Select(id => Ask(id, (_, one) => tell(one), (_, one, _) => told(one))));
        }
    }

    /// <summary>Batteries empty and restarts end to the millisecond; the silos' pokes are only the safety net.</summary>
    private void SetTimer()
    {
        _timer?.Dispose();
        _timer = _coordinator.EarliestTimer is { } due && !_coordinator.IsSettling
            ? this.RegisterGrainTimer(
                _ => Poke(),
                new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(Math.Clamp(due - Now, 0, int.MaxValue)), Timeout.InfiniteTimeSpan) { Interleave = true })
            : null;
    }

    [LoggerMessage(2101, LogLevel.Information, "The coordinator resumes as incarnation {Incarnation} after batch {Batch}.")]
    private partial void Resumed(long incarnation, long batch);

    [LoggerMessage(2102, LogLevel.Warning, "The coordinator could not save after batch {Batch}; it resumes from storage.")]
    private partial void SaveFailed(Exception failure, long batch);

    [LoggerMessage(2104, LogLevel.Information, "Definition {Definition} is in force since batch {Batch}, by {By}.")]
    private partial void DefinitionApplied(CityHash definition, long batch, string by);

    [LoggerMessage(2105, LogLevel.Error, "The coordinator broke a law after batch {Batch}; it resumes from storage.")]
    private partial void LawBroken(Exception broken, long batch);

    [LoggerMessage(2103, LogLevel.Warning, "A grain did not answer the coordinator; it is asked again.")]
    private partial void AskFailed(Exception failure);
}
