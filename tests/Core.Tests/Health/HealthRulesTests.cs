using CityTwin.Core.Health;
using Xunit;

namespace CityTwin.Core.Tests.Health;

public sealed class HealthRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly SiloFacts Well = new()
    {
        Silo = "a",
        At = Noon,
        Up = TimeSpan.FromHours(1),
        Silos = [new("a", "10.0.0.1:11111", SiloStanding.Active, Noon), new("b", "10.0.0.2:11111", SiloStanding.Gone, Noon)],
        LogHead = 100,
        ViewSeq = 99,
        ViewBehind = HealthRules.ViewBehindMax,
        WritesWaiting = 10_000,
        WritesWaitingMax = 20_000,
        RoomShort = HealthRules.RoomShortMax,
        AuditWaiting = 5_000,
        AuditWaitingMax = 10_000,
        Watches = 20,
        WatchesFull = 10,
        TellsWaiting = HealthRules.TellsWaitingMax,
        SensorsExpected = 100,
        SensorsReporting = 50,
        Silent = HealthRules.SilentMax - TimeSpan.FromSeconds(1),
        TakenPerSecond = 190,
        MalformedPerSecond = 10,
        DataFolder = "/data",
        DiskFreeBytes = HealthRules.DiskFreeMinBytes,
        Certificate = new("tls.crt", Noon + HealthRules.CertificateLeftMin),
    };

    /// <summary>Each case is one step beyond what is still well.</summary>
    public static TheoryData<string, SiloFacts, string, TroubleSeverity, string> Ill => new()
    {
        { "stopping", Well with { IsStopping = true }, "stopping", TroubleSeverity.Warning, "stopping" },
        { "lost", Well with { Silos = [new("b", "10.0.0.2:11111", SiloStanding.Lost, Noon.AddMinutes(-60))] }, "silo-lost", TroubleSeverity.Warning, "The silo b (10.0.0.2:11111) is lost since 11:00:00 UTC" },
        { "unread", Well with { ViewSeq = null }, "view-unread", TroubleSeverity.Severe, "has not read the city" },
        { "behind", Well with { ViewBehind = TimeSpan.FromSeconds(6) }, "view-behind", TroubleSeverity.Warning, "is 6 s old: its view is at 99 of 100" },
        { "far behind", Well with { ViewBehind = TimeSpan.FromSeconds(61) }, "view-behind", TroubleSeverity.Severe, "is 61 s old" },
        { "writes fail", Well with { WritesFail = "The disk is full." }, "writes-fail", TroubleSeverity.Severe, "Nothing can be stored: The disk is full." },
        { "queue half full", Well with { WritesWaiting = 10_001 }, "writes-wait", TroubleSeverity.Warning, "10001 of at most 20000 writes" },
        { "queue full", Well with { WritesWaiting = 20_000 }, "writes-wait", TroubleSeverity.Severe, "20000 of at most 20000 writes" },
        { "no room", Well with { RoomShort = TimeSpan.FromSeconds(31), MessagesWaiting = 7 }, "ingest-full", TroubleSeverity.Warning, "for 31 s to be stored; 7 do now" },
        { "audit half full", Well with { AuditWaiting = 5_001 }, "audit-waits", TroubleSeverity.Warning, "5001 of at most 10000 entries" },
        { "audit full", Well with { AuditWaiting = 10_000 }, "audit-waits", TroubleSeverity.Severe, "10000 of at most 10000 entries" },
        { "watchers", Well with { WatchesFull = 11 }, "watches-full", TroubleSeverity.Warning, "11 of 20 watches" },
        { "outboxes", Well with { TellsWaiting = HealthRules.TellsWaitingMax + 1 }, "tells-wait", TroubleSeverity.Warning, "100001 messages between grains" },
        { "broker", Well with { BrokerTrouble = "Connection refused." }, "broker", TroubleSeverity.Severe, "over MQTT: Connection refused." },
        { "silent", Well with { Silent = HealthRules.SilentMax }, "silent", TroubleSeverity.Warning, "for 5 minutes" },
        { "sensors", Well with { SensorsReporting = 49 }, "sensors", TroubleSeverity.Warning, "49 of 100 sensors" },
        { "malformed", Well with { MalformedPerSecond = 10.1 }, "malformed", TroubleSeverity.Warning, "10.1 messages a second" },
        { "tells", Well with { TellsStuck = 1 }, "tells-stuck", TroubleSeverity.Warning, "1 messages between grains" },
        { "sleepers", Well with { SleepersStuck = 2 }, "sleepers-stuck", TroubleSeverity.Warning, "2 grains are due" },
        { "disk", Well with { DiskFreeBytes = HealthRules.DiskFreeMinBytes - 1 }, "disk", TroubleSeverity.Warning, "2047 MiB are left on the disk of '/data'" },
        { "disk full", Well with { DiskFreeBytes = HealthRules.DiskFreeSevereBytes - 1 }, "disk", TroubleSeverity.Severe, "255 MiB" },
        { "certificate", Well with { Certificate = new("tls.crt", Noon.AddDays(14).AddTicks(-1)) }, "certificate", TroubleSeverity.Warning, "'tls.crt' ends at 2026-03-15 11:59 UTC" },
        { "certificate over", Well with { Certificate = new("tls.crt", Noon) }, "certificate", TroubleSeverity.Severe, "'tls.crt' has ended at 2026-03-01 12:00 UTC" },
    };

    /// <summary>What looks wrong and is not.</summary>
    public static TheoryData<string, SiloFacts> Excused => new()
    {
        { "at every limit", Well },
        { "a silo lost long ago", Well with { Silos = [new("b", "", SiloStanding.Lost, Noon.AddMinutes(-61))] } },
        { "a city without sensors", Well with { SensorsExpected = 0, SensorsReporting = 0, Silent = TimeSpan.FromDays(1) } },
        { "a silo that has just begun", Well with { SensorsReporting = 0, Up = TimeSpan.FromMinutes(4) } },
        { "a few malformed among few", Well with { TakenPerSecond = 0, MalformedPerSecond = 0.9 } },
        { "a few watchers that do not read", Well with { Watches = 4, WatchesFull = 4 } },
        { "no certificate at all", Well with { Certificate = null } },
        { "a disk nobody can measure", Well with { DiskFreeBytes = null } },
    };

    [Theory]
    [MemberData(nameof(Ill), DisableDiscoveryEnumeration = true)]
    public void Trouble_is_told_with_what_to_do(string what, SiloFacts facts, string code, TroubleSeverity severity, string text)
    {
        var trouble = Assert.Single(HealthRules.Examine(facts));
        Assert.True((code, severity) == (trouble.Code, trouble.Severity), $"{what}: {trouble}");
        Assert.Contains(text, trouble.Text, StringComparison.Ordinal);
        Assert.All([trouble.Text, trouble.Advice], sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Excused), DisableDiscoveryEnumeration = true)]
    public void What_is_normal_is_no_trouble(string what, SiloFacts facts) =>
        Assert.True(HealthRules.Examine(facts).IsEmpty, $"{what}: {string.Join(' ', HealthRules.Examine(facts))}");

    [Fact]
    public void Severe_troubles_come_first_and_a_broken_broker_explains_the_silence()
    {
        var troubles = HealthRules.Examine(Well with { SleepersStuck = 1, BrokerTrouble = "gone", Silent = TimeSpan.FromHours(1), DiskFreeBytes = 0 });
        Assert.Equal(["broker", "disk", "sleepers-stuck"], troubles.Select(trouble => trouble.Code));
    }
}
