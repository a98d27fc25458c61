using System.Collections.Immutable;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Storing;

namespace CityTwin.Api.Tests;

/// <summary>A history in memory that says what it is told to, and remembers what it was asked.</summary>
internal sealed class HistoryOfOneSensor : IReadingHistory
{
    public List<PlacedReading> Readings { get; } = [];

    /// <summary>What is left after each summary; null = nothing.</summary>
    public DateTimeOffset? Rest { get; set; }

    public List<ReadingQuery> Asked { get; } = [];

    public bool IsKept { get; set; } = true;

    public Task Keep(KeptReading late) => throw new NotSupportedException("Nobody keeps anything here.");

    public Task<ImmutableArray<PlacedReading>> Read(ReadingQuery query, CancellationToken cancellation)
    {
        Asked.Add(query);
        return Task.FromResult(Readings
            .Where(placed => placed.Kept.Reading.Sensor == query.Sensor && (query.After is not { } after || placed.Place.Arrival > after.Arrival))
            .Take(query.Max)
            .ToImmutableArray());
    }

    public Task<ImmutableArray<KeptReading>> Latest(
        IReadOnlyList<ReadingBound> known, DateTimeOffset arrivedSince, DateTimeOffset instant, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<KeptReading>>([]);

    public Task<ReadingSpans> Summarize(ReadingQuery query, TimeSpan every, CancellationToken cancellation)
    {
        Asked.Add(query);
        return Task.FromResult(new ReadingSpans(
            [new(query.From, 3, 1, 2, 4, ReadingValue.Of(1.5)), new(query.From + every, 1, null, null, null, ReadingValue.Of("open"))], Rest));
    }
}
