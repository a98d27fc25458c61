using System.Collections.Frozen;
using CityTwin.Core.Alerts;

namespace CityTwin.Core.Sensing;

/// <summary>
/// The event classes whose severity is known. Others are taken too, as a <see cref="AlertSeverity.Warning"/>; of those a
/// sensor has so many with alerts of their own, and one for all the rest.
/// </summary>
public static class SensorEventClasses
{
    public const string DoorForced = "door-forced";
    public const string BadgeRefused = "badge-refused";
    public const string LoginFailed = "login-failed";
    public const string Tampered = "tampered";
    public const string Intrusion = "intrusion";

    /// <summary>A SIEM's verdict: somebody else has control.</summary>
    public const string Compromised = "compromised";

    /// <summary>A scanner's find.</summary>
    public const string Malware = "malware";

    /// <summary>The class whose alert stands for all that have none of their own; its text names the class.</summary>
    public const string Other = "other";

    private static readonly FrozenDictionary<string, AlertSeverity> Severities = new Dictionary<string, AlertSeverity>
    {
        [DoorForced] = AlertSeverity.Serious,
        [BadgeRefused] = AlertSeverity.Notice,
        [LoginFailed] = AlertSeverity.Notice,
        [Tampered] = AlertSeverity.Serious,
        [Intrusion] = AlertSeverity.Serious,
        [Compromised] = AlertSeverity.Serious,
        [Malware] = AlertSeverity.Serious,
        ["fire"] = AlertSeverity.Critical,
        ["gas-leak"] = AlertSeverity.Critical,
        ["person-detected"] = AlertSeverity.Warning,
        ["crowd"] = AlertSeverity.Warning,
        ["abandoned-object"] = AlertSeverity.Warning,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True for a class that always has an alert of its own.</summary>
    public static bool IsKnown(string eventClass) => Severities.ContainsKey(eventClass);

    /// <summary>How soon somebody must look at an event of this class.</summary>
    public static AlertSeverity SeverityOf(string eventClass) =>
        Severities.GetValueOrDefault(eventClass, AlertSeverity.Warning);
}
