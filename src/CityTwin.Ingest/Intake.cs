using System.Buffers;
using System.Diagnostics;
using System.Text;
using CityTwin.Core;
using CityTwin.Core.Model;
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
    /// <returns>Whether all of it was stored; false when something of it was refused.</returns>
    public Task<bool> Take(string? topic, ReadOnlySequence<byte> payload, bool isRetained, string? traceParent = null)
    {
        try
        {
            return Read(topic, payload, isRetained, traceParent);
        }
        catch (Exception failure)
        {
            // Callers look at the task only: what is thrown past it would be neither stored nor refused.
            return Task.FromException<bool>(failure);
        }
    }

    /// <summary>
    /// Takes a reading that came otherwise than in a payload of its sensor's topic, by the same rules. Its storing begins
    /// before this returns, so that those of one sensor keep their order; the task ends as with the other.
    /// </summary>
    /// <param name="from">Where it came by: stands in the record of a refusal where a topic would.</param>
    /// <returns>Why it was refused; null when it is stored.</returns>
    public async Task<MalformedReason?> Take(string from, SentReading sent)
    {
        if (Check(sent, out var reading) is { } fault)
        {
            Record(fault, from, sent);
            return fault;
        }

        var parsed = new SensorTopic(sent.Sensor, SensorTopicKind.Reading);
        // Neither the stream nor the message that it came in is its trace: those are of many readings.
        Activity.Current = null;
        using var activity = IngestInstruments.Activities.StartActivity("receive", ActivityKind.Consumer);
        activity?.SetTag("citytwin.sensor", sent.Sensor.Value);
        var began = time.GetTimestamp();
        instruments.StoringBegan();
        try
        {
            var refused = await Store(from, parsed, reading.ToString, () => door.Observe(reading)).ConfigureAwait(false);
            instruments.Taken(SensorTopicKind.Reading, refused is null ? 1 : 0);
            return refused;
        }
        finally
        {
            instruments.StoringEnded(time.GetElapsedTime(began));
        }
    }

    internal bool IsOfCity(SensorId sensor) => door.Find(sensor) is not null;

    /// <summary>
    /// Tells a sensor that it is lost or there again, in its turn and as often as it takes. Sensors that the city does not
    /// have are passed over.
    /// </summary>
    /// <param name="isStillSo">Asked before each try: what came later counts, though it was stored sooner.</param>
    internal Task Tell(string from, SensorId sensor, bool isThere, Func<bool> isStillSo) => door.Find(sensor) is null
        ? Task.CompletedTask
        : Store(from, new(sensor, SensorTopicKind.Reading), () => isThere ? "there again" : "lost", async () =>
        {
            await (!isStillSo() ? Task.CompletedTask : isThere ? door.Regain(sensor) : door.Lose(sensor)).ConfigureAwait(false);
            return null;
        });

    /// <summary>Puts something on record that came in and could not even be read as a reading.</summary>
    /// <param name="sensor">What it is of; one that the city does not have is the reason then.</param>
    internal void Record(MalformedReason reason, string from, string what, SensorId? sensor = null) => Record(new(
        sensor is { } id && door.Find(id) is null ? MalformedReason.UnknownSensor : reason,
        Cut(from, MalformedInput.TopicMax), sensor?.Value, Cut(what, MalformedInput.ExcerptMax), time.GetUtcNow()));

    private void Record(MalformedReason reason, string from, SentReading sent) => Record(new(
        reason, Cut(from, MalformedInput.TopicMax), Cut(sent.Sensor.Value, MalformedInput.TopicMax),
        Cut($"{sent.Value} {sent.Unit} {sent.ObservedAt:O} {sent.Boot} {sent.Sequence}", MalformedInput.ExcerptMax), time.GetUtcNow()));

    private MalformedReason? Check(SentReading sent, out Reading reading)
    {
        reading = new(sent.Sensor, sent.Boot, sent.Sequence, sent.ObservedAt ?? Arrival(0), sent.Value ?? default, sent.Unit, sent.IsPast);
        return door.Find(sent.Sensor) is not { } sensor ? MalformedReason.UnknownSensor
            : sent.Value is not { } value ? MalformedReason.MissingField
            : value is { Number: not null, Word: not null } || IsLong(value.Word) || IsLong(sent.Unit) || IsOdd(sent.Boot) || IsOdd(sent.Sequence) ? MalformedReason.WrongType
            : SensorRules.Check(sensor, reading, sent.ObservedAt is null ? reading.ObservedAt : time.GetUtcNow()) is { } fault ? SensorCodec.ReasonOf(fault)
            : null;

        static bool IsLong(string? text) => text is not null && Encoding.UTF8.GetByteCount(text) > SensorCodec.WordMax;
        static bool IsOdd(long? number) => number is < 0 or > SensorCodec.NumberMax;
    }

    private Task<bool> Read(string? topic, ReadOnlySequence<byte> payload, bool isRetained, string? traceParent)
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
            ? Task.FromResult(items.Malformed.IsEmpty)
            : Store(topic!, parsed, items, traceParent);
    }

    private async Task<bool> Store(string topic, SensorTopic parsed, Parsed items, string? traceParent)
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
                taken += await Store(topic, parsed, reading.ToString, () => door.Observe(reading)).ConfigureAwait(false) is null ? 1 : 0;
            }

            foreach (var reported in items.Events)
            {
                taken += await Store(topic, parsed, reported.ToString, () => door.Report(reported)).ConfigureAwait(false) is null ? 1 : 0;
            }

            instruments.Taken(parsed.Kind, taken);
            return items.Malformed.IsEmpty && taken == items.Readings.Length + items.Events.Length;
        }
        finally
        {
            instruments.StoringEnded(time.GetElapsedTime(began));
        }
    }

    /// <returns>Why it was refused after all; null when it was taken.</returns>
    private async Task<MalformedReason?> Store(string topic, SensorTopic parsed, Func<string> describe, Func<Task<ReadingFault?>> store)
    {
        using var activity = IngestInstruments.Activities.StartActivity("store");
        var pause = FirstPause;
        for (var tried = 1; ; tried++)
        {
            try
            {
                if (await store().ConfigureAwait(false) is not { } fault)
                {
                    return null;
                }

                return Refused(SensorCodec.ReasonOf(fault));
            }
            catch (InvariantBrokenException broken) when (tried >= options.StoreTriesMax)
            {
                Parked(parsed.Sensor.Value, broken);
                return Refused(MalformedReason.Poisonous);
            }
            catch (Exception failure) when (tried < options.StoreTriesMax)
            {
                instruments.StoreFailed();
                StoreFailed(parsed.Sensor.Value, tried, failure.Message);
            }

            await Task.Delay(pause, time).ConfigureAwait(false);
            pause *= 4;
        }

        MalformedReason Refused(MalformedReason reason)
        {
            Record(new(reason, topic, parsed.Sensor.Value, Cut(describe(), MalformedInput.ExcerptMax), time.GetUtcNow()));
            return reason;
        }
    }

    private Task<bool> Refuse(MalformedReason reason, string? topic, string? sensor, ReadOnlySequence<byte> payload)
    {
        var head = payload.Length > MalformedInput.ExcerptMax ? payload.Slice(0, MalformedInput.ExcerptMax) : payload;
        Record(new(
            reason, Cut(topic ?? "", MalformedInput.TopicMax), sensor,
            Cut(Encoding.UTF8.GetString(head), MalformedInput.ExcerptMax), time.GetUtcNow()));
        return Task.FromResult(false);
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
