using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Serialization;

namespace CityTwin.Grains.Saving;

/// <summary>What a grain has to tell, before it is saved.</summary>
/// <param name="To">The receiver's address (see <see cref="GrainTypes"/>).</param>
/// <param name="Replaces">Only the newest such message counts: it takes the place of those not yet delivered.</param>
public readonly record struct Outgoing(string To, object Message, bool Replaces = false);

/// <summary>
/// A grain's one way to storage: state, tells and published changes in a single write. The grain's state is swapped only
/// after the commit; after a failed or unknown outcome the activation ends, and the next one rereads.
/// </summary>
/// <remarks>
/// Tells leave only from the saved outbox. What was delivered is forgotten with the next write; a row of kind
/// <see cref="PublishedKind.Outbox"/> names the grains that still hold some, so that another silo can wake them.
/// </remarks>
internal sealed class Commit<TState> : IDisposable
    where TState : class
{
    /// <summary>More undelivered tells than this, and whoever caused another one has to try again later.</summary>
    public const int OutboxMax = 1_000;

    private readonly IGrainContext _context;
    private readonly IPersistentState<Stored<TState>> _storage;
    private readonly Serializer _serializer;
    private readonly TracedChanges _traced;
    private readonly TellPump _pump;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Func<TState> _new;
    private TState? _state;
    private bool _isBroken;
    private long _reached;

    public Commit(IGrainContext context, IPersistentState<Stored<TState>> storage, Func<TState> whenNew)
    {
        _context = context;
        _storage = storage;
        _new = whenNew;
        _serializer = context.ActivationServices.GetRequiredService<Serializer>();
        _traced = context.ActivationServices.GetRequiredService<TracedChanges>();
        _pump = new TellPump(context, () => Write(null, [], [], keepsState: true));
    }

    /// <summary>As last committed; a new grain's founding state before its first save.</summary>
    public TState State => _state ??= _storage.State.State ?? _new();

    /// <summary>True until the first save.</summary>
    public bool IsNew => _storage.State.State is null;

    /// <summary>The version in storage, null before the first save.</summary>
    public string? Version => _storage.RecordExists ? _storage.Etag : null;

    public ImmutableArray<Tell> Pending => _pump.Pending;

    /// <summary>Whether the outbox as saved is not empty; may be asked beside what runs in the grain.</summary>
    public bool HoldsTells => !_storage.State.Outbox.IsEmpty;

    public string? LastError => _pump.LastError;

    /// <summary>To be called on activation and when somebody wakes the grain: old tells go out.</summary>
    public void ResumeTells() => _pump.Take(_storage.State.Outbox);

    /// <summary>A status to publish with a save.</summary>
    public PublishedChange Publish<TStatus>(string kind, string key, TStatus status, string? replaces = null) =>
        new(kind, key, _serializer.SerializeToArray(status), replaces);

    /// <summary>A status to publish with a save if its bytes differ from those of the old one.</summary>
    public ImmutableArray<PublishedChange> PublishIfNew<TStatus>(string kind, string key, TStatus old, TStatus status)
    {
        var bytes = _serializer.SerializeToArray(status);
        return !IsNew && bytes.AsSpan().SequenceEqual(_serializer.SerializeToArray(old)) ? [] : [new(kind, key, bytes)];
    }

    /// <summary>Saves all of it, or nothing.</summary>
    /// <param name="acts">What it is done for; default = the act of this very call. A grain that saves orders together says them.</param>
    /// <returns>Where the last change stands in the change log; null without changes.</returns>
    /// <exception cref="SaveException">The activation has ended; nothing is known to be saved.</exception>
    public Task<long?> Save(
        TState next, ImmutableArray<Outgoing> tells, ImmutableArray<PublishedChange> changes, KeptReading? kept = null,
        ImmutableArray<AuditEntry> acts = default) =>
        Write(next, tells, changes, kept: kept, acts: acts);

    /// <summary>
    /// A place in the change log at which all that this grain has saved shows: for the answer to a command that saved nothing
    /// to show, such as one that was carried out before.
    /// </summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    public async Task<long?> Reached()
    {
        if (_reached == 0)
        {
            // What an earlier activation saved, maybe on another silo, stands no further than the log does now.
            var head = await _context.ActivationServices.GetRequiredService<IChangeLog>().ReadHead(CancellationToken.None);
            _reached = long.Max(_reached, head);
        }

        return _reached;
    }

    /// <summary>Forgets the state, as if the grain had never been saved; what it has to tell still goes out.</summary>
    /// <exception cref="SaveException">The activation has ended; nothing is known to be forgotten.</exception>
    public Task Forget(ImmutableArray<Outgoing> tells, ImmutableArray<PublishedChange> changes) => Write(null, tells, changes);

    public void Dispose()
    {
        _pump.Dispose();
        _turn.Dispose();
    }

    /// <summary>One method for all of it: every further one that awaits costs a write a good part of its row in SQLite.</summary>
    /// <param name="keepsState">Only the outbox changes, and <paramref name="next"/> does not count.</param>
    private async Task<long?> Write(
        TState? next, ImmutableArray<Outgoing> tells, ImmutableArray<PublishedChange> changes, bool keepsState = false, KeptReading? kept = null,
        ImmutableArray<AuditEntry> acts = default)
    {
        await _turn.WaitAsync();
        try
        {
            // The state is read once the turn is ours: the pump runs beside requests, and a save of theirs may be under way.
            var old = _storage.State;
            var stored = Next(old, keepsState ? old.State : next, tells, changes, kept, acts);
            _storage.State = stored;
            try
            {
                await _storage.WriteStateAsync();
            }
            catch (Exception failure)
            {
                Break(failure);
                throw;
            }

            _traced.Add(Activity.Current, stored.CommittedSeq, changes);
            _reached = stored.CommittedSeq ?? _reached;
            _state = stored.State;
            _pump.Take(stored.Outbox);
            return stored.CommittedSeq;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Orleans wraps what a provider throws, and callers tell failed from unknown: that one is thrown instead.</summary>
    private void Break(Exception failure)
    {
        _isBroken = true;
        _context.Deactivate(new(DeactivationReasonCode.ApplicationError, failure, "A write failed: reread."));
        if (failure.InnerException is SaveException saving)
        {
            ExceptionDispatchInfo.Throw(saving);
        }
    }

    /// <exception cref="SaveFailedException">An earlier write of this activation failed, or the outbox is full.</exception>
    private Stored<TState> Next(
        Stored<TState> old, TState? state, ImmutableArray<Outgoing> tells, ImmutableArray<PublishedChange> changes, KeptReading? kept,
        ImmutableArray<AuditEntry> acts)
    {
        if (_isBroken)
        {
            throw new SaveFailedException("An earlier write of this activation failed; the next one rereads.");
        }

        var left = old.Outbox.IsEmpty ? old.Outbox : Undelivered(old.Outbox, tells);
        if (left.Length + tells.Length > OutboxMax)
        {
            throw new SaveFailedException($"{left.Length} messages to other grains wait; no more are taken until some arrive.");
        }

        var outbox = tells.IsEmpty ? left : left.AddRange(Numbered(tells, old.NextTell));
        return new(state, outbox, old.NextTell + tells.Length)
        {
            Changes = OutboxChange(old.Outbox, outbox) is { } pending ? changes.Add(pending) : changes,
            Acts = !acts.IsDefault ? acts : ActContext.Take() is { } act ? [act] : [],
            Kept = kept,
        };
    }

    private ImmutableArray<Tell> Undelivered(ImmutableArray<Tell> outbox, ImmutableArray<Outgoing> tells) =>
        outbox.RemoveAll(tell => _pump.IsDelivered(tell.Sequence) || tells.Any(newer =>
            newer.Replaces && newer.To == tell.To && newer.Message.GetType() == tell.Message.GetType()));

    private static IEnumerable<Tell> Numbered(ImmutableArray<Outgoing> tells, long first) =>
        tells.Select((tell, place) => new Tell(first + place, tell.To, tell.Message));

    private PublishedChange? OutboxChange(ImmutableArray<Tell> before, ImmutableArray<Tell> after) =>
        before.IsEmpty == after.IsEmpty ? null
        : new(PublishedKind.Outbox, _context.GrainId.ToString(), after.IsEmpty ? null : Array.Empty<byte>());
}
