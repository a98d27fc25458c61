using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Guards;

[GrainType(GrainTypes.Guard)]
internal sealed class GuardGrain : Grain, IGuardGrain, IDisposable
{
    private const string StateName = "guard";
    private readonly Commit<GuardStatus> _commit;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _activatedAt;

    public GuardGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<GuardStatus>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        TimeProvider time)
    {
        var id = new GuardId(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        (_time, _activatedAt) = (time, time.GetUtcNow());
        _commit = new(context, storage, () =>
            GuardRules.New(catalog.Current.Find(id) ?? throw new NotInCityException("guard", id.Value)));
    }

    public void Dispose() => _commit.Dispose();

    public Task<long?> Move(LonLat position, DateTimeOffset at) => Save(GuardRules.Move(_commit.State, position, at));

    public Task<GuardOutcome> Dispatch(string request, ZoneId place, string by, string reason) =>
        Once(request, status => GuardRules.Dispatch(status, request, place, by, reason, _time.GetUtcNow()));

    public Task<GuardOutcome> Progress(string request, GuardDuty reached) =>
        Once(request, status => GuardRules.Progress(status, reached, _time.GetUtcNow()));

    public Task<GuardOutcome> Shift(string request, bool isOnDuty) => Once(request, status => GuardRules.Shift(status, isOnDuty));

    public Task<GuardStatus> Read() => Task.FromResult(_commit.State);

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<GuardOutcome> Once(string request, Func<GuardStatus, GuardDecision> command)
    {
        var decision = GuardRules.Once(_commit.State, request, command);
        var seq = await Save(decision.Status);
        return new(decision.Fault, decision.Fault is null ? seq ?? await _commit.Reached() : seq);
    }

    private async Task<long?> Save(GuardStatus next) => ReferenceEquals(next, _commit.State) ? null
        : await _commit.Save(next, [], [_commit.Publish(PublishedKind.Guard, next.Id.Value, next with { RecentRequests = null })]);
}
