using System.Collections.Immutable;
using System.Globalization;

namespace CityTwin.Core.Health;

/// <summary>What is wrong with a silo, by what it knows of itself. Limits are those at which somebody can still act.</summary>
public static class HealthRules
{
    /// <summary>The log is polled every second, and what a large cascade wrote takes a while to read.</summary>
    public static readonly TimeSpan ViewBehindMax = TimeSpan.FromSeconds(5);

    /// <summary>A view that is behind for so long shows another city.</summary>
    public static readonly TimeSpan ViewBehindSevere = TimeSpan.FromMinutes(1);

    /// <summary>Every city has a sensor that reports more often.</summary>
    public static readonly TimeSpan SilentMax = TimeSpan.FromMinutes(5);

    /// <summary>How long a lost silo is told of: who runs fewer silos on purpose need not explain it for ever.</summary>
    public static readonly TimeSpan LostToldFor = TimeSpan.FromHours(1);

    /// <summary>Less, and somebody should make room.</summary>
    public const long DiskFreeMinBytes = 2L << 30;

    /// <summary>Less, and the database may fail at any group.</summary>
    public const long DiskFreeSevereBytes = 256L << 20;

    /// <summary>Less of the sensors reporting is not a defect of some of them.</summary>
    public const double ReportingMin = 0.5;

    /// <summary>A queue with more in it than this share of its room no longer empties.</summary>
    public const double QueueMax = 0.5;

    /// <summary>More of what comes in being malformed is somebody's mistake, not noise.</summary>
    public const double MalformedShareMax = 0.05;

    /// <summary>Fewer a second than this are not worth a trouble, whatever their share.</summary>
    public const double MalformedPerSecondMin = 1;

    /// <summary>Room that is short for so long is too little for what comes in; a burst is over sooner.</summary>
    public static readonly TimeSpan RoomShortMax = TimeSpan.FromSeconds(30);

    /// <summary>A hundred full outboxes; what a large cascade has to tell is less.</summary>
    public const long TellsWaitingMax = 100_000;

    /// <summary>More of the watches than this share not taking what is sent is no fault of single watchers.</summary>
    public const double WatchesFullShareMax = 0.5;

    /// <summary>Fewer are not worth a trouble, whatever their share.</summary>
    public const long WatchesFullMin = 5;

    /// <summary>Whoever renews certificates does so a month before; what is left is the time to look why not.</summary>
    public static readonly TimeSpan CertificateLeftMin = TimeSpan.FromDays(14);

    /// <returns>The severe ones first; empty = the silo is well.</returns>
    public static ImmutableArray<Trouble> Examine(SiloFacts facts) =>
    [
        .. new[] { Stopping(facts), View(facts), Writes(facts), Queue(facts), Room(facts), Audit(facts), Watches(facts), Outboxes(facts), Broker(facts), Silence(facts), Reporting(facts), Malformed(facts), Tells(facts), Sleepers(facts), Disk(facts), Certificate(facts) }
            .OfType<Trouble>().Concat(Lost(facts)).OrderByDescending(trouble => trouble.Severity),
    ];

    private static Trouble? Stopping(SiloFacts facts) => !facts.IsStopping ? null
        : new("stopping", TroubleSeverity.Warning, "This silo is stopping.", "Ask another one; if nobody stopped it, its log says why.");

    private static IEnumerable<Trouble> Lost(SiloFacts facts) => facts.Silos
        .Where(silo => silo.Standing == SiloStanding.Lost && facts.At - silo.Since <= LostToldFor)
        .Select(silo => new Trouble(
            "silo-lost", TroubleSeverity.Warning,
            Text($"The silo {silo.Name} ({silo.Address}) is lost since {silo.Since.UtcDateTime:HH:mm:ss} UTC; the others do its work."),
            "Read the end of its log and start it again; look at its machine and its network."));

    private static Trouble? View(SiloFacts facts) =>
        facts.ViewSeq is not { } seq ? new(
            "view-unread", TroubleSeverity.Severe, "This silo has not read the city yet.",
            "A large city takes a minute; if it stays so, look in its log for why the view cannot be kept.")
        : facts.ViewBehind > ViewBehindMax ? new(
            "view-behind", facts.ViewBehind > ViewBehindSevere ? TroubleSeverity.Severe : TroubleSeverity.Warning,
            Text($"What this silo shows is {facts.ViewBehind.TotalSeconds:0} s old: its view is at {seq} of {facts.LogHead}."),
            "Look at the processor of this silo and at the database; if its log says that the view cannot be kept, start it again.")
        : null;

    private static Trouble? Writes(SiloFacts facts) => facts.WritesFail is not { } why ? null
        : new("writes-fail", TroubleSeverity.Severe, $"Nothing can be stored: {why.TrimEnd('.')}.",
            "Look at the database: is it up, reachable, and not full? Messages are kept by the broker and sent again; commands fail meanwhile.");

    private static Trouble? Queue(SiloFacts facts) => facts.WritesWaiting <= facts.WritesWaitingMax * QueueMax ? null
        : new("writes-wait", facts.WritesWaiting >= facts.WritesWaitingMax ? TroubleSeverity.Severe : TroubleSeverity.Warning,
            Text($"{facts.WritesWaiting} of at most {facts.WritesWaitingMax} writes wait for the database."),
            "The database is too slow for what comes in: look at its disk and its load.");

    private static Trouble? Room(SiloFacts facts) => facts.RoomShort <= RoomShortMax ? null
        : new("ingest-full", TroubleSeverity.Warning,
            Text($"Messages have waited for {facts.RoomShort.TotalSeconds:0} s to be stored; {facts.MessagesWaiting} do now, and so do those behind them."),
            "Nothing is lost: they wait in the broker or at their senders. Look at the database, or add a silo.");

    private static Trouble? Audit(SiloFacts facts) => facts.AuditWaiting <= facts.AuditWaitingMax * QueueMax ? null
        : new("audit-waits", facts.AuditWaiting >= facts.AuditWaitingMax ? TroubleSeverity.Severe : TroubleSeverity.Warning,
            Text($"{facts.AuditWaiting} of at most {facts.AuditWaitingMax} entries wait for the audit log."),
            "Further refusals will only be counted: look at the database, and in the log at who is refused so often.");

    private static Trouble? Watches(SiloFacts facts) => facts.WatchesFull < WatchesFullMin || facts.WatchesFull <= facts.Watches * WatchesFullShareMax ? null
        : new("watches-full", TroubleSeverity.Warning, Text($"{facts.WatchesFull} of {facts.Watches} watches do not take what they are sent."),
            "Look at the network between this silo and its watchers; each is sent the newest state once it reads on.");

    private static Trouble? Outboxes(SiloFacts facts) => facts.TellsWaiting <= TellsWaitingMax ? null
        : new("tells-wait", TroubleSeverity.Warning, Text($"{facts.TellsWaiting} messages between grains are under way here."),
            "They are saved and not lost. Look at the processors of the silos and at the database.");

    private static Trouble? Broker(SiloFacts facts) => facts.BrokerTrouble is not { } why ? null
        : new("broker", TroubleSeverity.Severe, $"Nothing comes in or goes out over MQTT: {why.TrimEnd('.')}.",
            "Look whether the broker is up, and lets this silo in, subscribe and publish.");

    private static Trouble? Silence(SiloFacts facts) => facts.SensorsExpected == 0 || facts.BrokerTrouble is not null || facts.Silent < SilentMax ? null
        : new("silent", TroubleSeverity.Warning, Text($"No reading has come in here for {facts.Silent.TotalMinutes:0} minutes."),
            "Look whether devices publish at this broker, under the topics that the city expects.");

    private static Trouble? Reporting(SiloFacts facts) =>
        facts.SensorsExpected == 0 || facts.Up < SilentMax || facts.ViewSeq is null || facts.SensorsReporting >= facts.SensorsExpected * ReportingMin ? null
        : new("sensors", TroubleSeverity.Warning, Text($"{facts.SensorsReporting} of {facts.SensorsExpected} sensors report as they should."),
            "List those that do not (GET /v1/sensors) and look at what they have in common: a gateway, a network, their power.");

    private static Trouble? Malformed(SiloFacts facts) =>
        facts.MalformedPerSecond < MalformedPerSecondMin || facts.MalformedPerSecond <= (facts.MalformedPerSecond + facts.TakenPerSecond) * MalformedShareMax ? null
        : new("malformed", TroubleSeverity.Warning, Text($"{facts.MalformedPerSecond:0.0} messages a second cannot be understood, and {facts.TakenPerSecond:0.0} are."),
            "GET /v1/malformedMessages shows them with sensor and reason; mend whoever sends them.");

    private static Trouble? Tells(SiloFacts facts) => facts.TellsStuck == 0 ? null
        : new("tells-stuck", TroubleSeverity.Warning, Text($"{facts.TellsStuck} messages between grains do not arrive and are tried again."),
            "They are saved and not lost. The log names sender, receiver and why.");

    private static Trouble? Sleepers(SiloFacts facts) => facts.SleepersStuck == 0 ? null
        : new("sleepers-stuck", TroubleSeverity.Warning, Text($"{facts.SleepersStuck} grains are due and cannot be woken; they are tried again."),
            "The log names them and why.");

    private static Trouble? Disk(SiloFacts facts) => facts.DiskFreeBytes is not { } free || free >= DiskFreeMinBytes ? null
        : new("disk", free < DiskFreeSevereBytes ? TroubleSeverity.Severe : TroubleSeverity.Warning,
            Text($"{free >> 20} MiB are left on the disk of '{facts.DataFolder}'."),
            "Make room there, or the city can no longer be stored.");

    private static Trouble? Certificate(SiloFacts facts) => facts.Certificate is not { } seen || seen.Ends - facts.At >= CertificateLeftMin ? null
        : new("certificate", seen.Ends <= facts.At ? TroubleSeverity.Severe : TroubleSeverity.Warning,
            Text($"The certificate '{seen.File}' {(seen.Ends <= facts.At ? "has ended" : "ends")} at {seen.Ends.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
            "Put a new one and its key in their place: no restart is needed. If that was done, this silo's log says why it was not taken.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
