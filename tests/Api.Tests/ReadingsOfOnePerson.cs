using System.Collections.Concurrent;
using System.Collections.Immutable;
using CityTwin.Api.Ingesting;
using CityTwin.Core.Sensing;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>An ingest that stores when the test says so, and refuses what it says.</summary>
internal sealed class ReadingsOfOnePerson : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0);

    public ReadingDoor Door => new(Begin);

    /// <summary>Every message whose storing began, in that order.</summary>
    public ConcurrentQueue<IReadOnlyList<SentReading>> Begun { get; } = [];

    /// <summary>Before a message is stored; it may fail.</summary>
    public Func<IReadOnlyList<SentReading>, Task> Storing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Why a reading is refused.</summary>
    public Func<SentReading, ReadingRefusal?> Refusing { get; set; } = _ => null;

    public void Dispose() => _changed.Dispose();

    public async Task UntilBegun(int messages)
    {
        while (Begun.Count < messages)
        {
            await _changed.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task<Task<ImmutableArray<ReadingRefusal?>>> Begin(IReadOnlyList<SentReading> readings, long bytes, CancellationToken cancellation)
    {
        Begun.Enqueue(readings);
        _changed.Release();
        return Task.FromResult(Store());

        async Task<ImmutableArray<ReadingRefusal?>> Store()
        {
            await Storing(readings);
            return [.. readings.Select(Refusing)];
        }
    }
}
