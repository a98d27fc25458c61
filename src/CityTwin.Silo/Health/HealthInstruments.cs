using System.Diagnostics.Metrics;
using CityTwin.Core.Health;

namespace CityTwin.Silo.Health;

/// <summary>What a silo knows of itself, as gauges.</summary>
internal sealed class HealthInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "CityTwin.Health";

    private readonly SelfWatch _self;

    public HealthInstruments(IMeterFactory meters, SelfWatch self)
    {
        _self = self;
        var meter = meters.Create(Name);
        meter.CreateObservableGauge("citytwin.health.troubles", Troubles, "{trouble}", "What is wrong with the silo, by severity.");
        meter.CreateObservableGauge("citytwin.cluster.silos", Silos, "{silo}", "The cluster as this silo sees it, by standing; lost ones for as long as they are told of.");
        meter.CreateObservableGauge("citytwin.view.lag", () => Facts.LogHead - (Facts.ViewSeq ?? 0), "{change}", "Changes of the log that the view lacks.");
        meter.CreateObservableGauge("citytwin.view.age", () => Facts.ViewBehind.TotalSeconds, "s", "How long the oldest change that the view lacks has waited.");
        meter.CreateObservableGauge("citytwin.ingest.silence", () => Facts.Silent.TotalSeconds, "s", "Since a reading or event was last stored, or since the start.");
        meter.CreateObservableGauge("citytwin.sensors.expected", () => Facts.SensorsExpected, "{sensor}", "Sensors that should report.");
        meter.CreateObservableGauge("citytwin.sensors.reporting", () => Facts.SensorsReporting, "{sensor}", "Sensors whose newest reading is good and fresh.");
        meter.CreateObservableGauge("citytwin.broker.connected", () => Facts.BrokerTrouble is null ? 1 : 0, "{broker}", "1 while the broker lets messages in and out.");
        meter.CreateObservableGauge("citytwin.storage.queue.limit", () => Facts.WritesWaitingMax, "{write}", "With so many writes waiting, further writers wait.");
        meter.CreateObservableGauge("citytwin.disk.free", Disk, "By", "Room on the disk of the data folder.");
        meter.CreateObservableGauge("citytwin.certificate.expires_in", Certificate, "s", "Until the first of the certificates that the silo shows ends; below zero = it has. Absent without any.");
    }

    private SiloFacts Facts => _self.Latest;

    private IEnumerable<Measurement<int>> Troubles()
    {
        var troubles = HealthRules.Examine(Facts);
        return Enum.GetValues<TroubleSeverity>().Select(severity => new Measurement<int>(
            troubles.Count(trouble => trouble.Severity == severity), new KeyValuePair<string, object?>("severity", Word(severity))));
    }

    private IEnumerable<Measurement<int>> Silos() => Enum.GetValues<SiloStanding>().Select(standing => new Measurement<int>(
        Facts.Silos.Count(silo => silo.Standing == standing && (standing != SiloStanding.Lost || Facts.At - silo.Since <= HealthRules.LostToldFor)),
        new KeyValuePair<string, object?>("standing", Word(standing))));

    private IEnumerable<Measurement<long>> Disk() => Facts.DiskFreeBytes is { } free ? [new(free)] : [];

    private IEnumerable<Measurement<double>> Certificate() => Facts.Certificate is { } seen ? [new((seen.Ends - Facts.At).TotalSeconds)] : [];

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
