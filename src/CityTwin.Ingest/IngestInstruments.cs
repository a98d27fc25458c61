using System.Diagnostics;
using System.Diagnostics.Metrics;

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
    private long _takenTotal;

    public IngestInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _taken = meter.CreateCounter<long>("citytwin.ingest.items", "{item}", "Readings and events stored, by kind.");
        _malformed = meter.CreateCounter<long>("citytwin.ingest.malformed", "{item}", "What came in and was not taken, by reason.");
        _retries = meter.CreateCounter<long>("citytwin.ingest.store.failures", "{try}", "Tries to store that failed.");
        _denied = meter.CreateCounter<long>("citytwin.ingest.broker.denials", "{answer}", "What an external broker denied us, by what we asked for.");
        _storing = meter.CreateHistogram<double>("citytwin.ingest.store.duration", "s", "From arrival until durable, by message.");
        _inFlight = meter.CreateUpDownCounter<long>("citytwin.ingest.in_flight", "{message}", "Messages being stored.");
    }

    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>Readings and events stored since the start.</summary>
    public long TakenTotal => Interlocked.Read(ref _takenTotal);

    internal void Taken(SensorTopicKind kind, int count)
    {
        Interlocked.Add(ref _takenTotal, count);
        _taken.Add(count, new KeyValuePair<string, object?>("kind", kind == SensorTopicKind.Reading ? "reading" : "event"));
    }

    internal void Malformed(MalformedReason reason) =>
        _malformed.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    internal void StoreFailed() => _retries.Add(1);

    internal void Denied(string what) => _denied.Add(1, new KeyValuePair<string, object?>("what", what));

    internal void StoringBegan() => _inFlight.Add(1);

    internal void StoringEnded(TimeSpan duration)
    {
        _inFlight.Add(-1);
        _storing.Record(duration.TotalSeconds);
    }
}
