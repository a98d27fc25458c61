using System.Collections.Immutable;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Committing;

/// <summary>One write on its way into a group: what to write, and who waits for the outcome.</summary>
/// <param name="expectedVersion">The version of the row that the writer has read; null = there is none.</param>
internal sealed class PendingSave(
    StoredKey key, int? expectedVersion, ReadOnlyMemory<byte> state, ImmutableArray<PublishedChange> changes)
{
    private readonly TaskCompletionSource<Saved> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StoredKey Key => key;

    public int? ExpectedVersion => expectedVersion;

    public ReadOnlyMemory<byte> State => state;

    public ImmutableArray<PublishedChange> Changes => changes;

    /// <summary>What the write weighs against the limit of a group.</summary>
    public long Bytes { get; } = state.Length + (changes.IsEmpty ? 0 : changes.Sum(change => (long)(change.Status?.Length ?? 0)));

    /// <summary>Completes with the group this write is in.</summary>
    public Task<Saved> Outcome => _outcome.Task;

    public void Succeed(Saved saved) => _outcome.TrySetResult(saved);

    public void Fail(Exception why) => _outcome.TrySetException(why);
}

/// <summary>A write that is committed.</summary>
/// <param name="Version">The row's version now.</param>
/// <param name="Seq">Where the last of its changes stands in the change log; null when it had none.</param>
internal readonly record struct Saved(int Version, long? Seq);
