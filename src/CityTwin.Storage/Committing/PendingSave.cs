using System.Collections.Immutable;
using System.Diagnostics;
using CityTwin.Core.Audit;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Committing;

/// <summary>One write on its way into a group: what to write, and who waits for the outcome.</summary>
/// <param name="key">The row of the state; null when there is no state, and only acts are entered in the audit log.</param>
/// <param name="expectedVersion">The version of the row that the writer has read; null = there is none.</param>
/// <param name="acts">Entered in the audit log if the state is written.</param>
/// <param name="kept">Added to history if the state is written, or there is none.</param>
internal sealed class PendingSave(
    StoredKey? key, int? expectedVersion, ReadOnlyMemory<byte> state, ImmutableArray<PublishedChange> changes, ImmutableArray<AuditEntry>? acts = null,
    KeptReading? kept = null)
{
    private readonly TaskCompletionSource<Saved> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The row of the state.</summary>
    public StoredKey Key => key ?? throw new InvalidOperationException("There is no state to this write.");

    public bool HasState => key is not null;

    public ImmutableArray<AuditEntry> Acts { get; } = acts ?? [];

    public KeptReading? Kept => kept;

    public int? ExpectedVersion => expectedVersion;

    public ReadOnlyMemory<byte> State => state;

    public ImmutableArray<PublishedChange> Changes => changes;

    /// <summary>What the write weighs against the limit of a group.</summary>
    public long Bytes { get; } = state.Length + (changes.IsEmpty ? 0 : changes.Sum(change => (long)(change.Status?.Length ?? 0)));

    /// <summary>The trace that the writer is in; null when nobody records it.</summary>
    public ActivityContext? Trace { get; } = Activity.Current is { Recorded: true } writer ? writer.Context : null;

    /// <summary>Acts by themselves, without a state.</summary>
    public static PendingSave Of(ImmutableArray<AuditEntry> acts) => new(null, null, default, [], acts);

    /// <summary>A late reading by itself, without a state.</summary>
    public static PendingSave Of(KeptReading late) => new(null, null, default, [], kept: late);

    /// <summary>Completes with the group this write is in.</summary>
    public Task<Saved> Outcome => _outcome.Task;

    public void Succeed(Saved saved) => _outcome.TrySetResult(saved);

    public void Fail(Exception why) => _outcome.TrySetException(why);
}

/// <summary>A write that is committed.</summary>
/// <param name="Version">The row's version now.</param>
/// <param name="Seq">Where the last of its changes stands in the change log; null when it had none.</param>
internal readonly record struct Saved(int Version, long? Seq);
