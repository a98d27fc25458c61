using System.Collections.Frozen;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Cascades;
using CityTwin.Core.Guarding;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Storing;
using Orleans.Serialization;

namespace CityTwin.Grains.Viewing;

/// <summary>Reads what the rows of the change log carry.</summary>
public sealed class PublishedRows(Serializer serializer)
{
    private readonly FrozenDictionary<string, Func<ReadOnlyMemory<byte>, object?>> _read = new Dictionary<string, Func<ReadOnlyMemory<byte>, object?>>
    {
        [PublishedKind.Sensor] = bytes => serializer.Deserialize<SensorStatus>(bytes),
        [PublishedKind.Segment] = bytes => serializer.Deserialize<SegmentFacts>(bytes),
        [PublishedKind.Zone] = bytes => serializer.Deserialize<ZoneFacts>(bytes),
        [PublishedKind.Guard] = bytes => serializer.Deserialize<GuardStatus>(bytes),
        [PublishedKind.Asset] = bytes => serializer.Deserialize<AssetStatus>(bytes),
        [PublishedKind.Conduit] = bytes => serializer.Deserialize<ConduitStatus>(bytes),
        [PublishedKind.Alert] = bytes => serializer.Deserialize<AlertStatus>(bytes),
        [PublishedKind.Batch] = bytes => serializer.Deserialize<BatchDecided>(bytes),
        [PublishedKind.Checkpoint] = bytes => serializer.Deserialize<KernelCheckpoint>(bytes),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A row of a kind that this version does not know keeps its place and carries nothing.</summary>
    public PublishedRow Read(ChangeRow row) => new(
        row.Seq,
        row.At,
        row.Kind,
        row.Key,
        row.Published is { } bytes && _read.TryGetValue(row.Kind, out var read) ? read(bytes) : null);
}
