using System.Diagnostics.Metrics;

namespace CityTwin.Api.Reading;

/// <summary>What doors and watches show of themselves to OpenTelemetry.</summary>
public sealed class ApiInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "CityTwin.Api";

    private readonly Counter<long> _refusals;
    private readonly UpDownCounter<long> _streams;
    private readonly Counter<long> _gaps;
    private readonly Histogram<double> _lag;

    public ApiInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _refusals = meter.CreateCounter<long>("citytwin.door.refusals", "{refusal}", "Calls, pages and topics refused at a door, by reason.");
        _streams = meter.CreateUpDownCounter<long>("citytwin.watch.streams", "{stream}", "Open watches and event streams.");
        _gaps = meter.CreateCounter<long>("citytwin.watch.gaps", "{gap}", "Watches that had to be sent everything again.");
        _lag = meter.CreateHistogram<double>("citytwin.watch.lag", "s", "From the commit of the newest change in a message until it is sent.");

        // Shown from the start: an alert on a counter that is not there yet would miss its first step.
        _refusals.Add(0, new KeyValuePair<string, object?>("reason", "CREDENTIAL_MISSING"));
        _streams.Add(0);
        _gaps.Add(0);
    }

    /// <summary>Somebody was refused at a door.</summary>
    /// <param name="reason">A stable code of few values.</param>
    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Streams(int change) => _streams.Add(change);

    internal void Gap() => _gaps.Add(1);

    internal void Delivering(DateTimeOffset? committed, DateTimeOffset now)
    {
        if (committed is { } at)
        {
            _lag.Record(Math.Max(0, (now - at).TotalSeconds));
        }
    }
}
