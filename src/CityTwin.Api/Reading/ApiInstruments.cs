using System.Diagnostics.Metrics;
using CityTwin.Api.Access;
using Grpc.Core;

namespace CityTwin.Api.Reading;

/// <summary>What doors and watches show of themselves to OpenTelemetry.</summary>
public sealed class ApiInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "CityTwin.Api";

    private readonly Counter<long> _refusals;
    private readonly Counter<long> _failures;
    private readonly UpDownCounter<long> _streams;
    private readonly Counter<long> _gaps;
    private readonly Histogram<double> _lag;
    private long _open;
    private long _fullGrpc;
    private long _fullSse;
    private long _auditWaiting;
    private long _simulationsWaiting;

    public ApiInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _refusals = meter.CreateCounter<long>("citytwin.door.refusals", "{refusal}", "Calls, pages and topics refused at a door, by reason.");
        _failures = meter.CreateCounter<long>("citytwin.api.failures", "{call}", "Calls that were answered with an error, by status.");
        meter.CreateObservableGauge("citytwin.simulations.waiting", () => Interlocked.Read(ref _simulationsWaiting), "{simulation}", "Simulations that wait for others to end.");
        _streams = meter.CreateUpDownCounter<long>("citytwin.watch.streams", "{stream}", "Open watches and event streams.");
        _gaps = meter.CreateCounter<long>("citytwin.watch.gaps", "{gap}", "Watches that had to be sent everything again.");
        meter.CreateObservableGauge("citytwin.watch.buffers.full", Full, "{stream}", "Watches whose receiver does not take what was sent: their buffer is full and they wait.");
        meter.CreateObservableGauge("citytwin.audit.waiting", () => AuditWaiting, "{entry}", "Refusals and sign-ins that are not in the audit log yet.");
        meter.CreateObservableGauge("citytwin.audit.waiting.limit", () => AuditWaitingMax, "{entry}", "With so many waiting, further ones are only counted.");
        _lag = meter.CreateHistogram<double>("citytwin.watch.lag", "s", "From the commit of the newest change in a message until it is sent.");

        // Shown from the start: an alert on a counter that is not there yet would miss its first step.
        _refusals.Add(0, new KeyValuePair<string, object?>("reason", "CREDENTIAL_MISSING"));
        _failures.Add(0, new KeyValuePair<string, object?>("code", Doors.NameOf(StatusCode.ResourceExhausted)));
        _streams.Add(0);
        _gaps.Add(0);
    }

    /// <summary>Somebody was refused at a door.</summary>
    /// <param name="reason">A stable code of few values.</param>
    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A call is answered with an error, whatever kind of.</summary>
    internal void Failed(StatusCode code) => _failures.Add(1, new KeyValuePair<string, object?>("code", Doors.NameOf(code)));

    internal void Simulations(int change) => Interlocked.Add(ref _simulationsWaiting, change);

    /// <summary>Entries of the audit log that nobody waits for are kept up to this number.</summary>
    public const int AuditWaitingMax = 10_000;

    /// <summary>Entries that are not in the audit log yet.</summary>
    public long AuditWaiting => Interlocked.Read(ref _auditWaiting);

    /// <summary>Open watches and event streams.</summary>
    public long Watches => Interlocked.Read(ref _open);

    /// <summary>Those of them whose receiver does not take what was sent.</summary>
    public long WatchesFull => Interlocked.Read(ref _fullGrpc) + Interlocked.Read(ref _fullSse);

    internal void Audited(int change) => Interlocked.Add(ref _auditWaiting, change);

    internal void Streams(int change)
    {
        Interlocked.Add(ref _open, change);
        _streams.Add(change);
    }

    /// <summary>A message is being written to a watcher; it is so for longer than the call only when the buffer is full.</summary>
    internal Task Writing(Task write, bool isSse = false) => write.IsCompletedSuccessfully ? write : Stalled(write, isSse);

    private async Task Stalled(Task write, bool isSse)
    {
        Interlocked.Increment(ref isSse ? ref _fullSse : ref _fullGrpc);
        try
        {
            await write.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref isSse ? ref _fullSse : ref _fullGrpc);
        }
    }

    private IEnumerable<Measurement<long>> Full() =>
        [new(Interlocked.Read(ref _fullGrpc), new KeyValuePair<string, object?>("door", "grpc")), new(Interlocked.Read(ref _fullSse), new KeyValuePair<string, object?>("door", "sse"))];

    internal void Gap() => _gaps.Add(1);

    internal void Delivering(DateTimeOffset? committed, DateTimeOffset now)
    {
        if (committed is { } at)
        {
            _lag.Record(Math.Max(0, (now - at).TotalSeconds));
        }
    }
}
