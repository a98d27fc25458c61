using System.Collections.Immutable;
using CityTwin.Core.Sensing;

namespace CityTwin.Ingest;

/// <summary>
/// What streams of readings hand their messages to. All streams share one room, as all connections to the broker do: with no
/// place left a stream waits, and so does its sender.
/// </summary>
public sealed class StreamIntake(IngestOptions options, Intake intake, IngestInstruments instruments)
{
    private const string From = "SendReadings";

    private readonly InFlightRoom _room = new(options.InFlightMax, instruments.Waits);

    /// <summary>
    /// Begins to store a message once there is room, and gives the storing: it completes when every reading is stored or
    /// refused, and fails when one could not be stored after some tries.
    /// </summary>
    /// <param name="readings">Those of one sensor in their order.</param>
    /// <param name="bytes">The size of the message.</param>
    /// <returns>For each reading why it was refused; null when it is stored.</returns>
    /// <exception cref="OperationCanceledException">The stream ended while it waited for room; nothing has begun.</exception>
    public async Task<Task<ImmutableArray<MalformedReason?>>> Begin(IReadOnlyList<SentReading> readings, long bytes, CancellationToken cancellation)
    {
        await _room.Enter(bytes, cancellation).ConfigureAwait(false);
        return Store();

        async Task<ImmutableArray<MalformedReason?>> Store()
        {
            try
            {
                return [.. await Task.WhenAll(readings.Select(reading => intake.Take(From, reading))).ConfigureAwait(false)];
            }
            finally
            {
                _room.Leave(bytes);
            }
        }
    }
}
