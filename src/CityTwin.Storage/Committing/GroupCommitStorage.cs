using System.Globalization;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace CityTwin.Storage.Committing;

/// <summary>
/// Grain storage with group commits and the change log. Reading and clearing are the stock provider's; writing goes to the
/// same rows by the same rules, so either may go on with what the other wrote. The bytes are those of the stock provider's
/// serializer too, made in a pooled buffer: of what a write allocates, that was the larger half.
/// </summary>
public sealed class GroupCommitStorage(
    IGrainStorage stock,
    Serializer serializer,
    GroupCommitter committer,
    IOptions<ClusterOptions> cluster,
    int stateBytesMax)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        stock.ReadStateAsync(stateName, grainId, grainState);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        stock.ClearStateAsync(stateName, grainId, grainState);

    /// <inheritdoc/>
    /// <exception cref="InconsistentStateException">The row is at another version than the one read.</exception>
    /// <exception cref="SaveException">See there: nothing was written, or nobody knows.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var carrier = grainState.State as ICarriesChanges;
        var save = new PendingSave(
            StoredKey.Of(stateName, grainId, cluster.Value.ServiceId),
            string.IsNullOrWhiteSpace(grainState.ETag) ? null : int.Parse(grainState.ETag, CultureInfo.InvariantCulture),
            serializer.SerializeToArray(grainState.State),
            carrier?.Changes ?? [],
            carrier?.Acts ?? [],
            carrier?.Kept);
        CheckSize(save);
        var saved = await committer.Save(save).ConfigureAwait(false);
        grainState.ETag = saved.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        carrier?.Committed(saved.Seq);
    }

    /// <summary>The writer runs from before the first activation until after the last one has gone.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(GroupCommitStorage),
        ServiceLifecycleStage.ApplicationServices,
        _ =>
        {
            committer.Start();
            return Task.CompletedTask;
        },
        _ => committer.Stop());

    private void CheckSize(PendingSave save)
    {
        if (save.State.Length > stateBytesMax)
        {
            throw new SaveFailedException($"The state {save.Key} has {save.State.Length} bytes; at most {stateBytesMax} are kept.");
        }

        foreach (var change in save.Changes)
        {
            if (change.Status is { Length: > PublishedChange.StatusBytesMax } status)
            {
                throw new SaveFailedException(
                    $"The published {change.Kind} {change.Key} has {status.Length} bytes; at most {PublishedChange.StatusBytesMax} are kept.");
            }
        }
    }
}
