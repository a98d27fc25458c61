using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Running;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Grains.Segments;

[GrainType(GrainTypes.Segment)]
internal sealed class SegmentGrain : Grain, ISegmentGrain, IDisposable
{
    private const string StateName = "segment";
    private static readonly Task<long?> Unchanged = Task.FromResult<long?>(null);
    private readonly ICityCatalog _catalog;
    private readonly SleeperWatch _sleepers;
    private readonly TimeProvider _time;
    private readonly Commit<SegmentState> _commit;
    private readonly DateTimeOffset _activatedAt;
    private readonly SegmentId _id;

    public SegmentGrain(
        [PersistentState(StateName, StorageNames.Published)] IPersistentState<Stored<SegmentState>> storage,
        IGrainContext context,
        ICityCatalog catalog,
        SleeperWatch sleepers,
        TimeProvider time)
    {
        (_catalog, _sleepers, _time, _activatedAt) = (catalog, sleepers, time, time.GetUtcNow());
        _id = new(GrainKeys.IdOf(context.GrainId.Key.ToString()!));
        _commit = new(context, storage, () => SegmentState.New(Segment));
    }

    /// <summary>Also of a segment that this silo's definition does not have yet.</summary>
    private SegmentCommit Decided => _commit.IsNew ? SegmentState.NothingDecided(_id) : _commit.State.Decided;

    private Segment Segment => _catalog.Current.Find(_id) ?? throw new NotInCityException("segment", _id.Value);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit.ResumeTells();
        return _commit.IsNew || _commit.State.Evidence.IsEmpty ? Task.CompletedTask : Wake();
    }

    public void Dispose() => _commit.Dispose();

    public async Task<long?> Command(SegmentCommand command) =>
        await Save(SegmentRules.Command(_commit.State, command, _time.GetUtcNow())) ?? await _commit.Reached();

    public Task Hear(string from, long sequence, object message) => message switch
    {
        PositionObserved observed => Save(SegmentRules.Observe(_commit.State, Segment, observed)),
        ConduitSwitched switched => Save(SegmentRules.Carry(_commit.State, switched)),
        EvidenceObserved observed => Save(new(SegmentRules.Weigh(_commit.State, observed), [])),
        _ => throw new ArgumentException($"A segment does not understand {message.GetType().Name}.", nameof(message)),
    };

    public async Task<SegmentAnswer> Ask(SegmentAsk ask)
    {
        var plan = await _catalog.Get(ask.Definition);
        return SegmentEvaluation.Answer(plan.Cascade.Find(_id) ?? throw new NotInCityException("segment", _id.Value), Decided, ask);
    }

    public Task Commit(SegmentCommit commit) => Save(new(SegmentRules.Decide(_commit.State, commit), []));

    public async Task Redefined(CityHash before, CityHash after)
    {
        var (old, now) = (await _catalog.Get(before), await _catalog.Get(after));
        if (now.Find(_id) is not { } segment)
        {
            await Retire();
        }
        else if (old.Find(_id) is { } was)
        {
            var state = _commit.IsNew ? SegmentState.New(was) : _commit.State;
            await Save(SegmentRules.Redefine(state, was, segment, after, now.Find, _time.GetUtcNow()));
        }
    }

    public Task Wake() => Save(new(_commit.State, []));

    public Task<SegmentState> Read() => Task.FromResult(_commit.State);

    public Task ResumeTells()
    {
        _commit.ResumeTells();
        return Task.CompletedTask;
    }

    public Task<GrainInspection> Inspect() => GrainInspector.Inspect(GrainContext, StateName, _commit, _activatedAt);

    private Task<long?> Save(Step<SegmentState, SegmentEffect> step)
    {
        // A silo that does not have the segment yet keeps what is said and compares later.
        var compared = _catalog.Current.Find(_id) is { } segment
            ? DisagreementRules.Compare(step.State, segment, _catalog.Current.Find, _time.GetUtcNow())
            : new(step.State, []);
        var (before, next) = (_commit.State, compared.State);
        var saved = ReferenceEquals(next, before) ? Unchanged
            : _commit.Save(next, Tells(step.Effects.AddRange(compared.Effects)), Changes(before, next));
        return before.DueAt is null && next.DueAt is null ? saved : Expect(next.DueAt, saved);
    }

    private ImmutableArray<PublishedChange> Changes(SegmentState before, SegmentState next) =>
        (ReferenceEquals(before.Facts, next.Facts) ? [] : _commit.PublishIfNew(PublishedKind.Segment, _id.Value, before.Facts, next.Facts))
        .AddRange(_sleepers.Publish(GrainContext.GrainId, before.DueAt, next.DueAt));

    /// <summary>Once that is saved.</summary>
    private async Task<long?> Expect(DateTimeOffset? dueAt, Task<long?> saved)
    {
        var seq = await saved;
        _sleepers.Expect(GrainContext.GrainId, dueAt);
        return seq;
    }

    private async Task Retire()
    {
        if (!_commit.IsNew)
        {
            var (effects, dueAt) = (DisagreementRules.Retire(_commit.State, _time.GetUtcNow()), _commit.State.DueAt);
            await _commit.Forget(
                Tells(effects),
                [new(PublishedKind.Segment, _id.Value, null), .. _sleepers.Publish(GrainContext.GrainId, dueAt, null)]);
            _sleepers.Expect(GrainContext.GrainId, null);
        }
    }

    private static ImmutableArray<Outgoing> Tells(ImmutableArray<SegmentEffect> effects) => ImmutableArray.CreateRange(effects, Tell);

    private static Outgoing Tell(SegmentEffect effect) => effect switch
    {
        OfferCeiling offer => new(GrainTypes.AddressOfCascade(), offer.Change, Replaces: true),
        DisagreementSignalled alert => new(GrainTypes.AddressOfAlert(alert.Signal.Id.Value), alert.Signal),
        _ => throw new ArgumentException($"A segment does not tell {effect.GetType().Name}.", nameof(effect)),
    };
}
