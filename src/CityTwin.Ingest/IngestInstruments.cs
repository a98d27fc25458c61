using System.Diagnostics;
using System.Diagnostics.Metrics;
using MQTTnet.Packets;

namespace CityTwin.Ingest;

/// <summary>What ingest shows of itself to OpenTelemetry.</summary>
public sealed class IngestInstruments
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "CityTwin.Ingest";

    private readonly Counter<long> _taken;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _denied;
    private readonly Histogram<double> _storing;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _subscribed;
    private readonly Counter<long> _slowed;
    private long _takenTotal;
    private long _subscribedTotal;
    private long _slots;
    private long _publishes;
    private long _alertsBehind;
    private long _waiting;

    public IngestInstruments(IMeterFactory meters, IngestOptions options)
    {
        var meter = meters.Create(Name);
        _taken = meter.CreateCounter<long>("citytwin.ingest.items", "{item}", "Readings and events stored, by kind.");
        _malformed = meter.CreateCounter<long>("citytwin.ingest.malformed", "{item}", "What came in and was not taken, by reason.");
        _retries = meter.CreateCounter<long>("citytwin.ingest.store.failures", "{try}", "Tries to store that failed.");
        _denied = meter.CreateCounter<long>("citytwin.ingest.broker.denials", "{answer}", "What an external broker denied us, by what we asked for.");
        _storing = meter.CreateHistogram<double>("citytwin.ingest.store.duration", "s", "From arrival until durable, by message.");
        _inFlight = meter.CreateUpDownCounter<long>("citytwin.ingest.in_flight", "{message}", "Messages being stored, however long.");
        _subscribed = meter.CreateCounter<long>("citytwin.ingest.broker.subscriptions", "{subscription}", "Subscriptions at an external broker, made anew with each connection.");
        _slowed = meter.CreateCounter<long>("citytwin.ingest.broker.slowed", "{publisher}", "Times that the embedded broker began to read more slowly from somebody whose messages are refused.");
        meter.CreateObservableGauge("citytwin.ingest.slots", () => Slots, "{slot}", "Sessions at an external broker that this silo has leased.");
        meter.CreateObservableGauge("citytwin.ingest.publishes", () => Interlocked.Read(ref _publishes), "{silo}", "1 = this silo publishes at an external broker for all, 0 = another does.");
        meter.CreateObservableGauge("citytwin.alerts.behind", () => Interlocked.Read(ref _alertsBehind), "{change}", "Rows of the change log that whoever publishes has not yet looked through for alerts to tell the broker.");
        meter.CreateObservableGauge("citytwin.ingest.waiting", () => Waiting, "{message}", "Messages that wait for room among those being stored; each holds its connection or stream.");
        meter.CreateObservableGauge("citytwin.ingest.in_flight.limit", () => options.InFlightMax, "{message}", "With so many being stored, further messages wait in the broker.");

        // Shown from the start: an alert on a counter that is not there yet would miss its first step.
        foreach (var reason in Enum.GetValues<MalformedReason>())
        {
            _malformed.Add(0, new KeyValuePair<string, object?>("reason", reason.ToString()));
        }

        _taken.Add(0, new KeyValuePair<string, object?>("kind", "reading"));
        _taken.Add(0, new KeyValuePair<string, object?>("kind", "event"));
        _retries.Add(0);
        _denied.Add(0, new KeyValuePair<string, object?>("what", "publish"));
        _denied.Add(0, new KeyValuePair<string, object?>("what", "subscribe"));
        _inFlight.Add(0);
        _subscribed.Add(0);
        _slowed.Add(0);
    }

    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>The trace that a message's sender is in, from its user property of that name (MQTT 5); looked for only while somebody traces.</summary>
    internal static string? TraceParentOf(List<MqttUserProperty>? properties) => properties is { Count: > 0 } && Activities.HasListeners()
        ? properties.Find(property => property.Name == "traceparent")?.ReadValueAsString() : null;

    /// <summary>Readings and events stored since the start.</summary>
    public long TakenTotal => Interlocked.Read(ref _takenTotal);

    /// <summary>Subscriptions made at an external broker since the start.</summary>
    public long SubscribedTotal => Interlocked.Read(ref _subscribedTotal);

    /// <summary>Messages that wait for room among those being stored.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    internal void Waits(int change) => Interlocked.Add(ref _waiting, change);

    internal void Subscribed()
    {
        Interlocked.Increment(ref _subscribedTotal);
        _subscribed.Add(1);
    }

    /// <summary>Sessions at an external broker that this silo has leased.</summary>
    public long Slots => Interlocked.Read(ref _slots);

    /// <summary>How far the telling of alerts is behind the log; 0 where another silo tells them.</summary>
    internal void AlertsBehind(long rows) => Interlocked.Exchange(ref _alertsBehind, rows);

    internal void Leased(int slots, bool publishes)
    {
        Interlocked.Exchange(ref _slots, slots);
        Interlocked.Exchange(ref _publishes, publishes ? 1 : 0);
    }

    internal void Taken(SensorTopicKind kind, int count)
    {
        Interlocked.Add(ref _takenTotal, count);
        _taken.Add(count, new KeyValuePair<string, object?>("kind", kind == SensorTopicKind.Reading ? "reading" : "event"));
    }

    internal void Malformed(MalformedReason reason) =>
        _malformed.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    internal void Slowed() => _slowed.Add(1);

    internal void StoreFailed() => _retries.Add(1);

    internal void Denied(string what) => _denied.Add(1, new KeyValuePair<string, object?>("what", what));

    internal void StoringBegan() => _inFlight.Add(1);

    internal void StoringEnded(TimeSpan duration)
    {
        _inFlight.Add(-1);
        _storing.Record(duration.TotalSeconds);
    }
}
