using System.Collections.Immutable;
using CityTwin.Api.Overview;
using CityTwin.Api.Reading;
using CityTwin.Core.Health;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Running;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Ingest;
using CityTwin.Ingest.Leasing;
using CityTwin.Ingest.Sparkplug;
using CityTwin.Silo.Probes;
using CityTwin.Storage.Committing;
using Orleans.Runtime;

namespace CityTwin.Silo.Health;

/// <summary>The twin twins itself: looks once a second at what this silo knows of itself, for whoever asks and for the gauges.</summary>
internal sealed partial class SelfWatch(
    ServerIdentity identity,
    SiloSettings settings,
    IClusterMembershipService membership,
    IChangeLog log,
    LiveView live,
    GroupCommitter storage,
    IMqttPublisher broker,
    IngestInstruments ingest,
    MalformedLog malformed,
    RunningInstruments running,
    ApiInstruments api,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<SelfWatch> logger,
    SparkplugConnection? edgeNodes = null) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly CaughtUp _caughtUp = new(time);
    private readonly RecentRate _takenRate = new(time);
    private readonly RecentRate _malformedRate = new(time);
    private readonly long _started = time.GetTimestamp();
    private ImmutableArray<SiloSeen> _silos = [];
    private (double Taken, double Malformed) _rates;
    private (long Total, long At) _lastTaken = (0, time.GetTimestamp());
    private long? _roomShortSince;
    private SiloFacts? _latest;

    /// <summary>At most a second old.</summary>
    public SiloFacts Latest => Volatile.Read(ref _latest) ?? Look();

    /// <summary>As it is now.</summary>
    public SiloFacts Look()
    {
        lock (_lock)
        {
            var city = live.Current;
            var head = log.Head;
            var tally = city is null ? default : TallyOf(city);
            _silos = ClusterRules.Follow(_silos, [.. membership.CurrentSnapshot.Members.Values.Select(Listed)], time.GetUtcNow());
            if (ingest.TakenTotal is var taken && taken != _lastTaken.Total)
            {
                _lastTaken = (taken, time.GetTimestamp());
            }

            _roomShortSince = ingest.Waiting > 0 ? _roomShortSince ?? time.GetTimestamp() : null;
            return new()
            {
                Silo = identity.Silo,
                At = time.GetUtcNow(),
                Up = time.GetElapsedTime(_started),
                IsStopping = lifetime.ApplicationStopping.IsCancellationRequested,
                Silos = _silos,
                LogHead = head,
                ViewSeq = city?.Seq,
                ViewBehind = city is null ? time.GetElapsedTime(_started) : _caughtUp.Behind(head, city.Seq),
                WritesWaiting = storage.WritesWaiting,
                WritesWaitingMax = storage.WritesWaitingMax,
                WritesFail = storage.FailsBecause,
                BrokerTrouble = broker.Trouble ?? edgeNodes?.Trouble,
                // Without a session at the broker nothing is meant for this silo.
                Silent = broker is ExternalBroker && ingest.Slots == 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastTaken.At),
                SensorsExpected = tally.Expected,
                SensorsReporting = tally.Reporting,
                TakenPerSecond = _rates.Taken,
                MalformedPerSecond = _rates.Malformed,
                MessagesWaiting = ingest.Waiting,
                RoomShort = _roomShortSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero,
                AuditWaiting = api.AuditWaiting,
                AuditWaitingMax = ApiInstruments.AuditWaitingMax,
                Watches = api.Watches,
                WatchesFull = api.WatchesFull,
                TellsWaiting = running.TellsWaiting,
                TellsStuck = running.TellsStuck,
                SleepersStuck = running.SleepersStuck,
                DataFolder = settings.DataFolder,
                // Where the database is another machine's, it is that one's to watch.
                DiskFreeBytes = settings.Cluster is null ? FreeBytes(settings.DataFolder) : null,
            };
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        do
        {
            try
            {
                lock (_lock)
                {
                    _rates = (_takenRate.Take(ingest.TakenTotal), _malformedRate.Take(Enum.GetValues<MalformedReason>().Sum(malformed.Count)));
                }

                Volatile.Write(ref _latest, Look());
            }
            catch (Exception failure)
            {
                LookFailed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private static SiloListed Listed(ClusterMember silo) => new(
        silo.Name, silo.SiloAddress.ToParsableString(), silo.SiloAddress.Endpoint.ToString(), silo.Status switch
        {
            SiloStatus.Active => SiloStanding.Active,
            SiloStatus.Created or SiloStatus.Joining => SiloStanding.Joining,
            SiloStatus.ShuttingDown or SiloStatus.Stopping => SiloStanding.Leaving,
            _ => null,
        });

    /// <summary>A zone counts what lies in the zones nested in it, so the outermost ones count everything once.</summary>
    private static ZoneTally TallyOf(CityVersion city) => Enumerable.Range(0, city.Zones.Count)
        .Where(zone => city.Index.City.Zones[zone].Parent is null).Select(zone => city.Zones[zone].Tally)
        .Aggregate(default(ZoneTally), ZoneTally.Add);

    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No such folder yet, or a system that does not tell.
            return null;
        }
    }

    [LoggerMessage(4501, LogLevel.Warning, "The silo could not look at itself; it is tried again.")]
    private partial void LookFailed(Exception failure);
}
