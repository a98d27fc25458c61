using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using Orleans.Serialization;

namespace CityTwin.Grains.Cascades;

/// <summary>The decided batches as they lie in the change log: the newest checkpoint, and what came after it.</summary>
public static class BatchLog
{
    public const string CheckpointKey = "city";

    /// <summary>Sorts like the number.</summary>
    public static string KeyOf(long number) => number.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>The definition that the newest of these records names, and its batch; null where none names one.</summary>
    public static (CityHash Definition, long Batch)? InForce(IEnumerable<object?> records)
    {
        (CityHash Definition, long Batch)? newest = null;
        foreach (var record in records)
        {
            newest = record switch
            {
                BatchDecided batch => (batch.Definition, batch.Number),
                KernelCheckpoint checkpoint => (checkpoint.Definition, checkpoint.Number),
                _ => newest,
            };
        }

        return newest;
    }

    /// <param name="through">Batches beyond this one belong to a coordinator that has taken over since.</param>
    public static async Task<(KernelCheckpoint Checkpoint, ImmutableArray<BatchDecided> Batches)> Read(
        IChangeLog changes, Serializer serializer, long through, CancellationToken cancellation)
    {
        var snapshot = await changes.Snapshot(cancellation, PublishedKind.Checkpoint, PublishedKind.Batch);
        KernelCheckpoint? checkpoint = null;
        var batches = ImmutableArray.CreateBuilder<BatchDecided>();
        foreach (var row in snapshot.Rows.Where(row => row.Published is not null))
        {
            switch (row.Kind)
            {
                case PublishedKind.Checkpoint:
                    checkpoint = serializer.Deserialize<KernelCheckpoint>(row.Published!.Value);
                    break;
                case PublishedKind.Batch:
                    batches.Add(serializer.Deserialize<BatchDecided>(row.Published!.Value)!);
                    break;
            }
        }

        Invariant.Hold(checkpoint is not null, "A founded city has a checkpoint.");
        return (checkpoint,
            [.. batches.Where(batch => batch.Number > checkpoint.Number && batch.Number <= through).OrderBy(batch => batch.Number)]);
    }
}
