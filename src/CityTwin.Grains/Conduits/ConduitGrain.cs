using CityTwin.Core;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Conduits;

[GrainType(GrainTypes.Conduit)]
internal sealed class ConduitGrain : Grain, IConduitGrain, IDisposable
{
    private const string StateName = "conduit";
    private readonly ICityCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly Commit<ConduitState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly ConduitId _id;

    public ConduitGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<ConduitState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        TimeProvider time)
    {
        (_catalog, _time, _activatedAt) = (catalog, time, time.GetUtcNow());
        _id = new(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _commit = new(context, storage, () => ConduitState.New(Conduit.Id));
    }

    private Conduit Conduit => _catalog.Current.Find(_id) ?? throw new NotInCityException("conduit", _id.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public void Dispose() => _commit.Dispose();

    public async Task<long?> Isolate(string request, string by, string reason) =>
        await Save(ConduitRules.Isolate(_commit.State, Conduit, request, by, reason, _time.GetUtcNow())) ?? await _commit.Reached();

    public async Task<long?> Rejoin(string request, string by, string reason) =>
        await Save(ConduitRules.Rejoin(_commit.State, Conduit, request, by, reason, _time.GetUtcNow())) ?? await _commit.Reached();

    public async Task Redefined(CityHash before, CityHash after)
    {
        if (_commit.IsNew)
        {
            return;
        }

        var now = _time.GetUtcNow();
        if ((await _catalog.Get(after)).Find(_id) is { } conduit)
        {
            await Save(ConduitRules.Redefine(_commit.State, conduit, now));
        }
        else
        {
            var step = ConduitRules.Retire(_commit.State, now);
            await _commit.Save(step.State, [.. step.Effects.Select(Tell)], [new(PublishedKind.Conduit, _id.Value, null)]);
        }
    }

    public Task<ConduitStatus> Read() => Task.FromResult(_commit.State.Status);

    public Task ResumeTells()
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<long?> Save(Step<ConduitState, ConduitEffect> step)
    {
        var (before, next) = (_commit.State, step.State);
        return ReferenceEquals(next, before) ? null : await _commit.Save(
            next,
            [.. step.Effects.Select(Tell)],
            ReferenceEquals(before.Status, next.Status) ? [] : [_commit.Publish(PublishedKind.Conduit, _id.Value, next.Status)]);
    }

    private static Outgoing Tell(ConduitEffect effect) => effect switch
    {
        CarriedSwitched carried => new(GrainTypes.AddressOf(carried.Segment), carried.Switched, Replaces: true),
        IsolationSignalled alert => new(GrainTypes.AddressOfAlert(alert.Signal.Id.Value), alert.Signal),
        _ => throw new ArgumentException($"A conduit does not tell {effect.GetType().Name}.", nameof(effect)),
    };
}
