using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Sensors;

[GrainType(GrainTypes.Sensor)]
internal sealed class SensorGrain : Grain, ISensorGrain, IDisposable
{
    private const string StateName = "sensor";
    private static readonly DeactivationReason MakesRoom = new(DeactivationReasonCode.ActivationIdle, "More sensors are awake than this silo may keep.");
    private readonly ICityCatalog _catalog;
    private readonly SilenceWatch _silence;
    private readonly SensorInstruments _instruments;
    private readonly IReadingHistory _history;
    private readonly TimeProvider _time;
    private readonly Commit<SensorState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly SensorId _id;
    private readonly AwakeSensors _awake;
    private AwakeSensors.Place? _place;

    public SensorGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<SensorState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        SilenceWatch silence,
        SensorInstruments instruments,
        IReadingHistory history,
        AwakeSensors awake,
        TimeProvider time)
    {
        (_catalog, _silence, _instruments, _history, _awake, _time, _activatedAt) = (catalog, silence, instruments, history, awake, time, time.GetUtcNow());
        _id = new(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _commit = new(context, storage, () => SensorState.Initial);
    }

    /// <summary>Whether something it said may not have arrived yet; to be asked from anywhere.</summary>
    internal bool HoldsTells => _commit.HoldsTells;

    private Sensor Sensor => _catalog.Current.Find(_id) ?? throw new NotInCityException("sensor", _id.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit.ResumeTells();
        _place = _awake.Add(this);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (reason == MakesRoom && HoldsTells)
        {
            // It was let go while it said something that has not arrived: awake again, it goes on telling.
            GrainFactory.GetGrain<ISensorGrain>(this.GetPrimaryKeyString()).ResumeTells().Ignore();
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends this activation once nothing runs in it; to be called from anywhere.</summary>
    internal void MakeRoom() => GrainContext.Deactivate(MakesRoom);

    public void Dispose()
    {
        _commit.Dispose();
        if (_place is { } place)
        {
            _awake.Remove(place);
        }
    }

    public Task<long?> Observe(Reading reading)
    {
        var (sensor, now) = (Sensor, _time.GetUtcNow());
        var refusal = SensorRules.RefusalOf(sensor, _commit.State, reading, now);
        _instruments.Count(refusal);
        var step = SensorRules.Observe(sensor, _commit.State, reading, now);
        var kept = SensorRules.KeptOf(sensor, refusal, step.State, reading, !_commit.IsNew && _commit.State.Latest is null, now);
        return refusal is SensorRefusal.Late ? KeepLate(kept!) : Save(sensor, step, kept: kept);
    }

    public Task<long?> Report(SensorEvent reported)
    {
        var now = _time.GetUtcNow();
        _instruments.Count(SensorRules.RefusalOf(_commit.State, reported, now));
        var step = SensorRules.Report(Sensor, _commit.State, reported, now);
        return Save(Sensor, step, [.. ReferenceEquals(step.State, _commit.State) ? [] : _catalog.Current.AssetsWatchedBy(_id).Select(
            asset => new Outgoing(GrainTypes.AddressOf(asset), new SignReported(reported)))]);
    }

    public Task<long?> Lose() => Save(Sensor, SensorRules.Lose(Sensor, _commit.State, _time.GetUtcNow()));

    public Task<long?> Regain() => Save(Sensor, SensorRules.Regain(Sensor, _commit.State, _time.GetUtcNow()));

    public Task CheckSilence(DateTimeOffset listeningSince) =>
        Save(Sensor, SensorRules.CheckSilence(Sensor, _commit.State, _time.GetUtcNow(), listeningSince));

    public async Task Redefined(CityHash before, CityHash after)
    {
        if ((await _catalog.Get(after)).Find(_id) is { } sensor)
        {
            await Save(sensor, SensorRules.Redefine(sensor, _commit.State));
        }
        else if (!_commit.IsNew && (await _catalog.Get(before)).Find(_id) is { } was)
        {
            var step = SensorRules.Retire(was, _commit.State, _time.GetUtcNow());
            await _commit.Save(step.State, [.. step.Effects.Select(Tell).OfType<Outgoing>()], [new(PublishedKind.Sensor, _id.Value, null)]);
            _silence.Forget(_id);
        }
    }

    public Task<SensorState> Read() => Task.FromResult(_commit.State);

    public Task ResumeTells()
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<long?> KeepLate(KeptReading late)
    {
        await _history.Keep(late);
        return null;
    }

    private async Task<long?> Save(
        Sensor sensor, Step<SensorState, SensorEffect> step, ImmutableArray<Outgoing>? signs = null, KeptReading? kept = null)
    {
        var seq = ReferenceEquals(step.State, _commit.State) ? null : await _commit.Save(
            step.State,
            [.. step.Effects.Select(Tell).OfType<Outgoing>(), .. signs ?? []],
            [Publish(sensor, step.State, kept)],
            kept);
        _silence.Expect(sensor, _commit.State);
        return seq;
    }

    private PublishedChange Publish(Sensor sensor, SensorState next, KeptReading? kept)
    {
        var status = next.Publish(sensor);
        return _commit.Publish(PublishedKind.Sensor, _id.Value, status) with
        {
            IsReading = kept is not null && !_commit.IsNew && status.IsOnlyReadingAfter(_commit.State.Publish(sensor)),
        };
    }

    private static Outgoing? Tell(SensorEffect effect) => effect switch
    {
        PositionSeen seen => new(
            GrainTypes.AddressOf(seen.Segment),
            new PositionObserved(seen.Sensor, seen.Version, seen.LevelPermille, seen.Said, seen.At),
            Replaces: true),
        EvidenceGiven given => new(
            GrainTypes.AddressOf(given.Segment),
            new EvidenceObserved(given.Sensor, given.Version, given.LevelPermille, given.At),
            Replaces: true),
        AlertSignalled alert => new(GrainTypes.AddressOfAlert(alert.Signal.Id.Value), alert.Signal),
        _ => null,
    };
}
