using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Views;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Running;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace CityTwin.Grains.Breaches;

/// <summary>
/// Coordinates one breach. While it is open it sleeps in the sense of <see cref="ISleeper"/>, due at once: when its silo
/// dies, the others wake it from the change log, and it goes on from what it kept last.
/// </summary>
[GrainType(GrainTypes.Breach)]
internal sealed class BreachGrain : Grain, IBreachGrain, IDisposable
{
    private const string StateName = "breach";

    /// <summary>Whoever waits for news hears after this at the latest, well within the time that a call may take.</summary>
    private static readonly TimeSpan NewsWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan WakeAfter = TimeSpan.FromSeconds(1);
    private readonly Commit<BreachState> _commit;
    private readonly SleeperWatch _sleepers;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _activatedAt;
    private readonly string _id;

    /// <summary>What is decided from the state is decided one after the other: the course saves beside requests.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BreachCourse? _course;

    public BreachGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<BreachState>> storage,
        IGrainContext context,
        SleeperWatch sleepers,
        TimeProvider time)
    {
        (_sleepers, _time, _activatedAt) = (sleepers, time, time.GetUtcNow());
        _id = GrainKeys.IdOf(context.GrainId.Key.ToString()!);
        _commit = new(context, storage, () => BreachState.None);
    }

    /// <summary>As saved, with what came in since.</summary>
    private BreachStatus? Status => _commit.State.Status is { IsDone: false } open && _course is { } course
        ? open with { RunsDone = Math.Max(open.RunsDone, course.Runs), NextLook = course.NextLook ?? open.NextLook, SetsTried = course.SetsTried }
        : _commit.State.Status;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _course?.Stop();
        if (_commit.State.Status is { IsDone: false })
        {
            _sleepers.Expect(this.GetGrainId(), _time.GetUtcNow() + WakeAfter);
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _course?.Dispose();
        _commit.Dispose();
        _turn.Dispose();
    }

    public async Task<BreachRecord> Order(BreachOrder order)
    {
        await Save(state => BreachRules.Order(state, order));
        Go();
        return Record()!;
    }

    public Task Wake()
    {
        Go();
        return Task.CompletedTask;
    }

    public Task<BreachRecord?> Read() => Task.FromResult(Record());

    public Task<ImmutableArray<RunNotes>> Notes() => Task.FromResult(_commit.State.Notes.IsDefault ? [] : _commit.State.Notes);

    public async Task<BreachStatus?> Beyond(BreachStatus known)
    {
        if (Status == known)
        {
            await _news.Task.WaitAsync(NewsWait, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return Status;
    }

    public async Task<BreachRecord?> Cancel(string by)
    {
        // First of all, because a write may take its time. Should it fail, nobody was told, and the next activation goes on.
        _course?.Stop();
        await Save(state => BreachRules.Cancel(state, by, _course?.Runs ?? 0, _time.GetUtcNow()));
        return Record();
    }

    public async Task<bool> Delete()
    {
        _course?.Stop();
        await _turn.WaitAsync();
        try
        {
            if (_commit.State.Status is not { } status)
            {
                return false;
            }

            await _commit.Forget([], [new(PublishedKind.Breach, _id, null), .. Due(status, null)]);
            Tell();
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    /// <summary>Saves what follows from the state, if anything does; the state may have moved while others saved.</summary>
    internal async Task Save(Func<BreachState, BreachState> rule)
    {
        await _turn.WaitAsync();
        try
        {
            var (before, next) = (_commit.State, rule(_commit.State));
            if (!ReferenceEquals(before, next))
            {
                await _commit.Save(next, [], [_commit.Publish(PublishedKind.Breach, _id, next.Status!), .. Due(before.Status, next.Status)]);
                Tell();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>There is news.</summary>
    internal void Tell()
    {
        var waiting = _news;
        _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    private void Go()
    {
        if (_commit.State is { Status.IsDone: false } && _course is not { IsRunning: true })
        {
            _course?.Dispose();
            _course = ActivatorUtilities.CreateInstance<BreachCourse>(ServiceProvider, this, _commit.State);
            _course.Go();
        }
    }

    /// <summary>Keeps the activation, which nobody may call for hours.</summary>
    internal void Stay() => DelayDeactivation(TimeSpan.FromHours(1));

    private BreachRecord? Record() => Status is { } status ? new(status, _commit.State.Order!.ScenarioJson, _commit.State.ReportJson) : null;

    private ImmutableArray<PublishedChange> Due(BreachStatus? before, BreachStatus? after) =>
        _sleepers.Publish(this.GetGrainId(), DueOf(before), DueOf(after));

    private static DateTimeOffset? DueOf(BreachStatus? status) => status is { IsDone: false } ? status.CreatedAt : null;
}
