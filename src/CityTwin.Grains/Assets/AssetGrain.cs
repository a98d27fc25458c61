using CityTwin.Core;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Assets;

[GrainType(GrainTypes.Asset)]
internal sealed class AssetGrain : Grain, IAssetGrain, IDisposable
{
    private const string StateName = "asset";
    private readonly ICityCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly Commit<AssetState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly AssetId _id;

    public AssetGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<AssetState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        TimeProvider time)
    {
        (_catalog, _time, _activatedAt) = (catalog, time, time.GetUtcNow());
        _id = new(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _commit = new(context, storage, () => AssetState.New(Asset.Id));
    }

    private Asset Asset => _catalog.Current.Find(_id) ?? throw new NotInCityException("asset", _id.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public void Dispose() => _commit.Dispose();

    public Task Hear(string from, long sequence, object message) => message switch
    {
        SignReported reported => Save(AssetRules.Hear(
            _commit.State, Asset, _catalog.Current.StepsOf(_id), from, sequence, reported, _time.GetUtcNow())),
        _ => throw new ArgumentException($"An asset does not understand {message.GetType().Name}.", nameof(message)),
    };

    public async Task<long?> Contain(string request, string by, string reason) =>
        await Save(AssetRules.Contain(_commit.State, request, by, reason, _time.GetUtcNow())) ?? await _commit.Reached();

    public async Task<long?> Clear(string request, string by, string reason) =>
        await Save(AssetRules.Clear(_commit.State, Asset, request, by, reason, _time.GetUtcNow())) ?? await _commit.Reached();

    public async Task Redefined(CityHash before, CityHash after)
    {
        var (old, now) = (await _catalog.Get(before), await _catalog.Get(after));
        if (_commit.IsNew)
        {
            return;
        }

        if (now.Find(_id) is not null)
        {
            await Save(new(AssetRules.Redefine(_commit.State, now.StepsOf(_id)), []));
        }
        else if (old.Find(_id) is { } was)
        {
            var step = AssetRules.Retire(_commit.State, was, _time.GetUtcNow());
            await _commit.Forget([.. step.Effects.Select(Tell)], [new(PublishedKind.Asset, _id.Value, null)]);
        }
    }

    public Task<AssetStatus> Read() => Task.FromResult(_commit.State.Status);

    public Task ResumeTells()
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<long?> Save(Step<AssetState, AlertSignal> step)
    {
        var (before, next) = (_commit.State, step.State);
        return ReferenceEquals(next, before) ? null : await _commit.Save(
            next,
            [.. step.Effects.Select(Tell)],
            ReferenceEquals(before.Status, next.Status) ? [] : [_commit.Publish(PublishedKind.Asset, _id.Value, next.Status)]);
    }

    private static Outgoing Tell(AlertSignal signal) => new(GrainTypes.AddressOfAlert(signal.Id.Value), signal);
}
