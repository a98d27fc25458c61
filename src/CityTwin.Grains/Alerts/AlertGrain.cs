using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Alerts;

[GrainType(GrainTypes.Alert)]
internal sealed class AlertGrain : Grain, IAlertGrain, IDisposable
{
    private const string StateName = "alert";
    private readonly TimeProvider _time;
    private readonly Commit<AlertState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly string _id;

    public AlertGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<AlertState>> storage,
        IGrainContext context,
        TimeProvider time)
    {
        (_time, _activatedAt) = (time, time.GetUtcNow());
        _id = GrainKeys.IdOf(context.GrainId.Key.ToString()!);
        _commit = new(context, storage, () => AlertState.Initial);
    }

    public void Dispose() => _commit.Dispose();

    public Task Hear(string from, long sequence, object message) => message switch
    {
        AlertSignal signal => Save(AlertRules.Signal(_commit.State, signal)),
        _ => throw new ArgumentException($"An alert does not understand {message.GetType().Name}.", nameof(message)),
    };

    public Task<AlertOutcome> Acknowledge(string request, string by, string note) =>
        Once(request, state => AlertRules.Acknowledge(state, by, note, _time.GetUtcNow()));

    public Task<AlertOutcome> Shelve(string request, string by, string reason, DateTimeOffset until) =>
        Once(request, state => AlertRules.Shelve(state, by, reason, until, _time.GetUtcNow()));

    public Task<AlertOutcome> Unshelve(string request, string by, string reason) =>
        Once(request, state => AlertRules.Unshelve(state, by, reason, _time.GetUtcNow()));

    public Task<AlertOutcome> Clear(string request, string by, string reason) =>
        Once(request, state => AlertRules.Clear(state, by, reason, _time.GetUtcNow()));

    public Task Review(ZoneId? work) => Save(AlertRules.Review(_commit.State, work, _time.GetUtcNow()));

    public Task<AlertStatus?> Read() => Task.FromResult(_commit.State.Status);

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<AlertOutcome> Once(string request, Func<AlertState, AlertDecision> command)
    {
        var decision = AlertRules.Once(_commit.State, request, command);
        var seq = await Save(decision.State);
        return new(decision.Fault, decision.Fault is null ? seq ?? await _commit.Reached() : seq);
    }

    private async Task<long?> Save(AlertState next) => ReferenceEquals(next, _commit.State) ? null
        : await _commit.Save(
            next,
            [],
            ReferenceEquals(next.Status, _commit.State.Status) ? []
                : [next.Status is { } status ? _commit.Publish(PublishedKind.Alert, _id, status) : new(PublishedKind.Alert, _id, null)]);
}
