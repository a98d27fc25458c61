using System.Collections.Immutable;
using CityTwin.Core.Sensing;

namespace CityTwin.Api.Ingesting;

/// <summary>Where readings that come by a stream are stored; the host fills it in, because the public interface does not know the ingest.</summary>
/// <param name="Begin">
/// Begins to store a message of so many bytes once there is room, and gives the storing: for each reading why it was refused,
/// null when it can no longer be lost. The storing fails when one could not be stored.
/// </param>
public sealed record ReadingDoor(Func<IReadOnlyList<SentReading>, long, CancellationToken, Task<Task<ImmutableArray<ReadingRefusal?>>>> Begin);

/// <summary>Why a reading was not taken.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Text">A sentence that says how to mend it.</param>
public sealed record ReadingRefusal(string Code, string Text);
