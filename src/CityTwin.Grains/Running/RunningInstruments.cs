using System.Diagnostics.Metrics;

namespace CityTwin.Grains.Running;

/// <summary>What the work between grains shows of itself to OpenTelemetry: tells, cascades, sleepers.</summary>
public sealed class RunningInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "CityTwin.Grains";

    /// <summary>A tell that has failed so often counts as stuck; a silo that goes makes many fail once.</summary>
    public const int StuckAfter = 5;

    private readonly TimeProvider _time;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _settling;
    private readonly Histogram<long> _settled;
    private long? _opened;
    private long _tellsStuck;
    private long _sleepersStuck;
    private long _tellsWaiting;

    public RunningInstruments(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Name);
        _delivered = meter.CreateCounter<long>("citytwin.tells.delivered", "{tell}", "Tells done with: taken by their receiver, parked or dropped.");
        _failures = meter.CreateCounter<long>("citytwin.tells.failures", "{try}", "Tries to deliver a tell that failed.");
        _settling = meter.CreateHistogram<double>("citytwin.cascade.duration", "s", "From the opening of a batch until its decision is durable.");
        _settled = meter.CreateHistogram<long>("citytwin.cascade.size", "{segment}", "Segments that a batch decided.");
        meter.CreateObservableUpDownCounter("citytwin.tells.stuck", () => TellsStuck, "{tell}", $"Tells that have failed {StuckAfter} times and are tried again.");
        meter.CreateObservableUpDownCounter("citytwin.tells.waiting", () => TellsWaiting, "{tell}", "Tells in the outboxes of grains here that have not arrived yet.");
        meter.CreateObservableUpDownCounter("citytwin.sleepers.stuck", () => SleepersStuck, "{grain}", "Grains that were due and could not be woken.");

        // Shown from the start: an alert on a counter that is not there yet would miss its first step.
        _delivered.Add(0);
        _failures.Add(0);
    }

    /// <summary>Tells that have failed <see cref="StuckAfter"/> times and are tried again.</summary>
    public long TellsStuck => Interlocked.Read(ref _tellsStuck);

    /// <summary>Tells in the outboxes of grains here that have not arrived yet.</summary>
    public long TellsWaiting => Interlocked.Read(ref _tellsWaiting);

    internal void OutboxesGrew(int by) => Interlocked.Add(ref _tellsWaiting, by);

    /// <summary>Grains that were due and could not be woken.</summary>
    public long SleepersStuck
    {
        get => Interlocked.Read(ref _sleepersStuck);
        internal set => Interlocked.Exchange(ref _sleepersStuck, value);
    }

    /// <summary>Until it is disposed of, a tell is on its way.</summary>
    internal Delivery BeginTell() => new(this);

    /// <summary>The coordinator is about to save; a batch opens unless one is open. There is one coordinator, so one batch.</summary>
    internal void Settling(bool isSettling) => _opened = isSettling ? _opened ?? _time.GetTimestamp() : null;

    /// <summary>The coordinator has saved.</summary>
    /// <param name="segments">How many a batch decided; null when nothing was.</param>
    internal void Settled(int? segments)
    {
        if (segments is { } size && _opened is { } opened)
        {
            _settling.Record(_time.GetElapsedTime(opened).TotalSeconds);
            _settled.Record(size);
            _opened = null;
        }
    }

    internal sealed class Delivery(RunningInstruments instruments) : IDisposable
    {
        private int _failed;

        public void Failed()
        {
            instruments._failures.Add(1);
            if (++_failed == StuckAfter)
            {
                Interlocked.Increment(ref instruments._tellsStuck);
            }
        }

        public void Dispose()
        {
            instruments._delivered.Add(1);
            if (_failed >= StuckAfter)
            {
                Interlocked.Decrement(ref instruments._tellsStuck);
            }
        }
    }
}
