using CityTwin.Core;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Segments;

[GrainType(GrainTypes.Segment)]
internal sealed class SegmentGrain : Grain, ISegmentGrain, IDisposable
{
    private const string StateName = "segment";
    private readonly ICityCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly Commit<SegmentState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly SegmentId _id;

    public SegmentGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<SegmentState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        TimeProvider time)
    {
        (_catalog, _time, _activatedAt) = (catalog, time, time.GetUtcNow());
        _id = new(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _commit = new(context, storage, () => SegmentState.New(Segment));
    }

    private Segment Segment => _catalog.Current.Find(_id) ?? throw new NotInCityException("segment", _id.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public void Dispose() => _commit.Dispose();

    public Task<long?> Command(SegmentCommand command) =>
        Save(SegmentRules.Command(_commit.State, command, _time.GetUtcNow()));

    public Task Hear(string from, long sequence, object message) => message switch
    {
        PositionObserved observed => Save(SegmentRules.Observe(_commit.State, Segment, observed)),
        _ => throw new ArgumentException($"A segment does not understand {message.GetType().Name}.", nameof(message)),
    };

    public Task<SegmentAnswer> Ask(SegmentAsk ask) =>
        Task.FromResult(SegmentEvaluation.Answer(_catalog.Current.Cascade.Find(_id)!, _commit.State.Decided, ask));

    public async Task Commit(SegmentCommit commit)
    {
        var next = SegmentRules.Decide(_commit.State, commit);
        if (!ReferenceEquals(next, _commit.State))
        {
            await _commit.Save(next, [], []);
        }
    }

    public Task<SegmentState> Read() => Task.FromResult(_commit.State);

    public Task ResumeTells()
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private async Task<long?> Save(Step<SegmentState, SegmentEffect> step) =>
        ReferenceEquals(step.State, _commit.State) ? null : await _commit.Save(
            step.State,
            [.. step.Effects.OfType<OfferCeiling>().Select(offer => new Outgoing(GrainTypes.AddressOfCascade(), offer.Change))],
            _commit.PublishIfNew(PublishedKind.Segment, _id.Value, _commit.State.Facts, step.State.Facts));
}
