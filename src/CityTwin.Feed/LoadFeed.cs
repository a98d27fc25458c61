using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Feed;

/// <summary>
/// As much as the broker acknowledges, or as the options allow: every sensor in turn, each message numbered without gaps
/// and sent again until it is acknowledged, so that afterwards what is stored can be held against what was acknowledged.
/// Detection sensors report events that raise alerts, switches move now and then so that cascades run, all others measure.
/// </summary>
public sealed class LoadFeed(City city, FeedOptions options, TimeProvider time)
{
    /// <summary>The class of all events.</summary>
    public const string EventClass = "person-detected";

    private const int SwitchStandsOtherwiseOnceIn = 16;
    private const double Confidence = 0.9;

    private readonly Field _field = new(city, options.Seed);
    private readonly Draw _draw = new(options.Seed);
    private readonly ConcurrentDictionary<SensorId, long> _acknowledged = new();
    private long _count;

    /// <summary>Of all messages of this run.</summary>
    public long Boot { get; } = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The highest sequence per sensor up to which every message was acknowledged.</summary>
    public IReadOnlyDictionary<SensorId, long> Acknowledged => _acknowledged;

    /// <summary>Messages acknowledged so far.</summary>
    public long AcknowledgedCount => Interlocked.Read(ref _count);

    /// <summary>Publishes until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var connections = Enumerable.Range(0, options.Connections)
            .Select(number => new FeedConnection(options, $"citytwin-load-{number}", time)).ToArray();
        try
        {
            await Task.WhenAll(connections.SelectMany((connection, number) =>
                Enumerable.Range(0, options.Window).Select(lane => Lane(connection, (number * options.Window) + lane, cancellation)))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // This is how it ends.
        }
        finally
        {
            Array.ForEach(connections, connection => connection.Dispose());
        }
    }

    /// <summary>A lane has one message on its way and sensors of its own, so that each sensor's messages go in order.</summary>
    private async Task Lane(FeedConnection connection, int lane, CancellationToken cancellation)
    {
        var lanes = options.Connections * options.Window;
        using var pace = options.PerSecondMax > 0
            ? new PeriodicTimer(TimeSpan.FromMilliseconds(Math.Max(1, 1000.0 * Math.Min(lanes, city.Sensors.Length) / options.PerSecondMax)), time)
            : null;
        for (var sequence = 1L; ; sequence++)
        {
            var any = false;
            for (var i = lane; i < city.Sensors.Length; i += lanes)
            {
                any = true;
                if (pace is not null)
                {
                    await pace.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
                }

                await connection.Publish(Message(city.Sensors[i], sequence), cancellation).ConfigureAwait(false);
                _acknowledged[city.Sensors[i].Id] = sequence;
                Interlocked.Increment(ref _count);
            }

            if (!any)
            {
                return;
            }
        }
    }

    private FeedMessage Message(Sensor sensor, long sequence)
    {
        var now = time.GetUtcNow();
        return sensor.Role == SensorRole.Detection
            ? FeedMessage.Of(options.Prefix, new SensorEvent(sensor.Id, EventClass, Confidence, null, Boot, sequence, now))
            : FeedMessage.Of(options.Prefix, new Reading(sensor.Id, Boot, sequence, now, Value(sensor, sequence, now)), sensor.Unit);
    }

    private ReadingValue Value(Sensor sensor, long sequence, DateTimeOffset now)
    {
        var value = _field.Read(sensor, now);
        return sensor.Role == SensorRole.Status && _draw.Below(SwitchStandsOtherwiseOnceIn, sensor.Id.Value, sequence) == 0
            ? ReadingValue.Of(StatusWords.WordOf(sensor.Kind, works: StatusWords.LevelOf(sensor.Kind, value.Word!) == 0))
            : value;
    }
}
