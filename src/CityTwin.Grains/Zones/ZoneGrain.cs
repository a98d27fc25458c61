using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Zones;

[GrainType(GrainTypes.Zone)]
internal sealed class ZoneGrain : Grain, IZoneGrain, IDisposable
{
    private const string StateName = "zone";
    private readonly Commit<ZoneFacts> _commit;
    private readonly DateTimeOffset _activatedAt;

    public ZoneGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<ZoneFacts>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        TimeProvider time)
    {
        var id = new ZoneId(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _activatedAt = time.GetUtcNow();
        _commit = new(context, storage, () =>
            catalog.Current.Find(id) is null ? throw new NotInCityException("zone", id.Value) : ZoneFactRules.New(id));
    }

    public void Dispose() => _commit.Dispose();

    public Task<long?> SetPosture(string request, SecurityPosture posture, string by, string reason) =>
        Once(request, facts => ZoneFactRules.SetPosture(facts, posture, by, reason));

    public Task<long?> PlanWork(string request, DateTimeOffset? until, string by, string reason) =>
        Once(request, facts => ZoneFactRules.PlanWork(facts, until, by, reason));

    public Task<long?> Count(string request, int? people, string by) => Once(request, facts => ZoneFactRules.Count(facts, people, by));

    public Task<ZoneFacts> Read() => Task.FromResult(_commit.State);

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<long?> Once(string request, Func<ZoneFacts, ZoneFacts> command)
    {
        var next = ZoneFactRules.Once(_commit.State, request, command);
        return ReferenceEquals(next, _commit.State) ? await _commit.Reached()
            : await _commit.Save(next, [], [_commit.Publish(PublishedKind.Zone, next.Id.Value, next with { RecentRequests = null })]);
    }
}
