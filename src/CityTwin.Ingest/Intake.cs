using System.Buffers;
using System.Diagnostics;
using System.Text;
using CityTwin.Core;
using CityTwin.Core.Sensing;
using Microsoft.Extensions.Logging;

namespace CityTwin.Ingest;

/// <summary>
/// What every broker hands its messages to. A message is read and checked once; what is malformed is put on record
/// and done with; the rest is stored. Whoever called acknowledges only when <see cref="Take"/> has completed.
/// </summary>
public sealed partial class Intake(
    IngestOptions options,
    ISensorDoor door,
    MalformedLog malformed,
    IngestInstruments instruments,
    TimeProvider time,
    ILogger<Intake> log)
{
    private const int LoggedPerSecondMax = 20;
    private const int ShortestItemBytes = 3;

    /// <summary>Traces of senders that are gone on with; of more, the silo samples for itself. A device must not fill the collector.</summary>
    private const int ContinuedPerSecondMax = 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private long _loggingSecond;
    private int _loggedThisSecond;
    private long _tracingSecond;
    private int _continuedThisSecond;
    private DateTimeOffset _nextArrival;

    /// <summary>True when something may come in under this topic.</summary>
    public bool IsOpen(string? topic) => SensorTopic.TryParse(options.Prefix, topic, out _);

    /// <summary>
    /// Takes a message. The payload is read before this returns; the task completes when nothing of it can be lost any
    /// more, and fails when it could not be stored after some tries: then it must not be acknowledged.
    /// </summary>
    /// <param name="isRetained">Whether it came with the retain flag.</param>
    /// <param name="traceParent">The trace that the sender is in, as W3C writes it; null = none. Nonsense counts as none.</param>
    public Task Take(string? topic, ReadOnlySequence<byte> payload, bool isRetained, string? traceParent = null)
    {
        try
        {
            return Read(topic, payload, isRetained, traceParent);
        }
        catch (Exception failure)
        {
            // Callers look at the task only: what is thrown past it would be neither stored nor refused.
            return Task.FromException(failure);
        }
    }

    private Task Read(string? topic, ReadOnlySequence<byte> payload, bool isRetained, string? traceParent)
    {
        if (!SensorTopic.TryParse(options.Prefix, topic, out var parsed))
        {
            return Refuse(MalformedReason.UnknownTopic, topic, null, payload);
        }

        if (door.Find(parsed.Sensor) is not { } sensor)
        {
            return Refuse(MalformedReason.UnknownSensor, topic, parsed.Sensor.Value, payload);
        }

        if (payload.Length > options.PayloadBytesMax)
        {
            return Refuse(MalformedReason.TooLarge, topic, parsed.Sensor.Value, payload);
        }

        Parsed items;
        try
        {
            var bytes = payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray();
            items = SensorCodec.Parse(sensor, parsed.Kind, bytes, Arrival(bytes.Length), options.BatchMax, isRetained);
        }
        catch (Exception defect)
        {
            // The reading of payloads is total. Should it not be, the same bytes would throw at every redelivery.
            Parked(parsed.Sensor.Value, defect);
            items = Parsed.Nothing(MalformedReason.Poisonous);
        }

        foreach (var reason in items.Malformed)
        {
            _ = Refuse(reason, topic, parsed.Sensor.Value, payload);
        }

        return items.Readings.IsEmpty && items.Events.IsEmpty
            ? Task.CompletedTask
            : Store(topic!, parsed, items, traceParent);
    }

    private async Task Store(string topic, SensorTopic parsed, Parsed items, string? traceParent)
    {
        using var activity = IngestInstruments.Activities.StartActivity("receive", ActivityKind.Consumer, Continued(traceParent));
        activity?.SetTag("citytwin.sensor", parsed.Sensor.Value);
        var began = time.GetTimestamp();
        instruments.StoringBegan();
        try
        {
            // One after the other: they are of one sensor, and its order is theirs.
            var taken = 0;
            foreach (var reading in items.Readings)
            {
                taken += await Store(topic, parsed, reading.ToString, () => door.Observe(reading)).ConfigureAwait(false);
            }

            foreach (var reported in items.Events)
            {
                taken += await Store(topic, parsed, reported.ToString, () => door.Report(reported)).ConfigureAwait(false);
            }

            instruments.Taken(parsed.Kind, taken);
        }
        finally
        {
            instruments.StoringEnded(time.GetElapsedTime(began));
        }
    }

    /// <returns>1 when it was taken, 0 when it was refused after all.</returns>
    private async Task<int> Store(string topic, SensorTopic parsed, Func<string> describe, Func<Task<ReadingFault?>> store)
    {
        using var activity = IngestInstruments.Activities.StartActivity("store");
        var pause = FirstPause;
        for (var tried = 1; ; tried++)
        {
            try
            {
                if (await store().ConfigureAwait(false) is not { } fault)
                {
                    return 1;
                }

                Record(new(SensorCodec.ReasonOf(fault), topic, parsed.Sensor.Value, Cut(describe(), MalformedInput.ExcerptMax), time.GetUtcNow()));
                return 0;
            }
            catch (InvariantBrokenException broken) when (tried >= options.StoreTriesMax)
            {
                Parked(parsed.Sensor.Value, broken);
                Record(new(MalformedReason.Poisonous, topic, parsed.Sensor.Value, Cut(describe(), MalformedInput.ExcerptMax), time.GetUtcNow()));
                return 0;
            }
            catch (Exception failure) when (tried < options.StoreTriesMax)
            {
                instruments.StoreFailed();
                StoreFailed(parsed.Sensor.Value, tried, failure.Message);
            }

            await Task.Delay(pause, time).ConfigureAwait(false);
            pause *= 4;
        }
    }

    private Task Refuse(MalformedReason reason, string? topic, string? sensor, ReadOnlySequence<byte> payload)
    {
        var head = payload.Length > MalformedInput.ExcerptMax ? payload.Slice(0, MalformedInput.ExcerptMax) : payload;
        Record(new(
            reason, Cut(topic ?? "", MalformedInput.TopicMax), sensor,
            Cut(Encoding.UTF8.GetString(head), MalformedInput.ExcerptMax), time.GetUtcNow()));
        return Task.CompletedTask;
    }

    private void Record(MalformedInput input)
    {
        instruments.Malformed(input.Reason);
        malformed.Add(input);
        if (MayLog())
        {
            MalformedCameIn(input.Reason, input.Sensor, input.Topic, input.Excerpt);
        }
    }

    /// <summary>
    /// Arrival never stands still: two items without a time are two readings, also within one tick of the clock. So
    /// each payload gets as many ticks as it can have items. But it follows a clock that was set back by more than a
    /// reading may be ahead: the sensors would refuse it.
    /// </summary>
    private DateTimeOffset Arrival(int payloadBytes)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var ticks = 1 + (payloadBytes / ShortestItemBytes);
            var isAhead = _nextArrival > now && _nextArrival.AddTicks(ticks) - now <= SensorRules.FutureMax;
            var arrival = isAhead ? _nextArrival : now;
            _nextArrival = arrival.AddTicks(ticks);
            return arrival;
        }
    }

    private ActivityContext Continued(string? traceParent)
    {
        if (traceParent is null || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var sender))
        {
            return default;
        }

        lock (_lock)
        {
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            _continuedThisSecond = second == _tracingSecond ? _continuedThisSecond + 1 : 1;
            _tracingSecond = second;
            return _continuedThisSecond <= ContinuedPerSecondMax ? sender : default;
        }
    }

    private bool MayLog()
    {
        lock (_lock)
        {
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            _loggedThisSecond = second == _loggingSecond ? _loggedThisSecond + 1 : 1;
            _loggingSecond = second;
            return _loggedThisSecond <= LoggedPerSecondMax;
        }
    }

    private static string Cut(string text, int max)
    {
        var cut = text.Length > max ? text[..max] : text;
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
            }
        });
    }

    [LoggerMessage(3101, LogLevel.Warning, "Malformed input ({Reason}) of sensor {Sensor} on {Topic}: {Excerpt}")]
    private partial void MalformedCameIn(MalformedReason reason, string? sensor, string topic, string excerpt);

    [LoggerMessage(3102, LogLevel.Warning, "A message of sensor {Sensor} could not be stored at try {Try}: {Problem}")]
    private partial void StoreFailed(string sensor, int @try, string problem);

    [LoggerMessage(3103, LogLevel.Error, "A message of sensor {Sensor} breaks a law whenever it is tried; it is parked.")]
    private partial void Parked(string sensor, Exception broken);
}
