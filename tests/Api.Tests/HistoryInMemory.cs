using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace CityTwin.Api.Tests;

/// <summary>A history of changes in memory, begun with an empty mark.</summary>
internal sealed class HistoryInMemory : IChangeHistory
{
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    public List<KeptChange> Changes { get; } = [];

    public bool IsKept { get; set; } = true;

    public DateTimeOffset? Since { get; set; }

    public void Add(PublishedRow row) => Changes.Add(new(new(row.At.ToUnixTimeMilliseconds(), Changes.Count + 1), new(row.Seq, row.At, row.Kind, row.Key, 1, Bytes(row.Record)), null));

    public void Add(DateTimeOffset at, LevelStep moved) => Changes.Add(new(
        new(at.ToUnixTimeMilliseconds(), Changes.Count + 1), new(0, at, PublishedKind.Level, moved.Segment.Value, 1, null), moved));

    public Task<bool> Mark(CancellationToken cancellation) => Task.FromResult(false);

    public Task<DateTimeOffset?> KeptSince(CancellationToken cancellation) => Task.FromResult(Since);

    public Task<PastRows?> At(DateTimeOffset instant, CancellationToken cancellation) => Task.FromResult(instant < Since ? null : new PastRows(
        Since ?? DateTimeOffset.UnixEpoch, [], [.. Changes.Where(change => change.Row.At <= instant && change.Level is null).Select(change => change.Row)]));

    public Task<ImmutableArray<KeptChange>> Read(ChangeQuery query, CancellationToken cancellation)
    {
        var meant = Changes.Where(change => query.Kinds.Contains(change.Row.Kind) && change.Row.At >= query.From && change.Row.At < query.Until
            && (query.Keys.IsEmpty || query.Keys.Contains(new(change.Row.Kind, change.Row.Key)))
            && (query.After is not { } after || (query.NewestFirst ? change.Place.Number < after.Number : change.Place.Number > after.Number)));
        return Task.FromResult<ImmutableArray<KeptChange>>([.. (query.NewestFirst ? meant.Reverse() : meant).Take(query.Max)]);
    }

    public Task<ChangeSpans> Summarize(ChangeQuery query, TimeSpan every, CancellationToken cancellation) => Task.FromResult(new ChangeSpans(
        [.. Changes.Where(change => query.Keys.Contains(new(change.Row.Kind, change.Row.Key))).Select(change => new ChangeSpan(query.From, 3, change.Level?.AfterPermille, change))], null));

    private static ReadOnlyMemory<byte>? Bytes(object? record) => record switch
    {
        null => (ReadOnlyMemory<byte>?)null,
        SensorStatus status => Serializer.SerializeToArray(status),
        SegmentFacts facts => Serializer.SerializeToArray(facts),
        ZoneFacts facts => Serializer.SerializeToArray(facts),
        AlertStatus status => Serializer.SerializeToArray(status),
        BatchDecided batch => Serializer.SerializeToArray(batch),
        _ => throw new NotSupportedException($"{record.GetType().Name} is not written here."),
    };
}

/// <summary>A catalogue of one definition.</summary>
internal sealed class CatalogOf(City city) : ICityCatalog
{
    public CityPlan Current { get; } = new(city);

    public ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default) =>
        hash == city.Hash ? new(Current) : throw new DefinitionMissingException($"{hash} is not kept.");

    public void Use(CityPlan plan, long batch) => throw new NotSupportedException("There is one definition.");
}
