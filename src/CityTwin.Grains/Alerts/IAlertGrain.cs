using CityTwin.Core.Alerts;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Alerts;

/// <summary>One alert: its source raises and clears it, people acknowledge, shelve and clear it.</summary>
[Alias("CityTwin.IAlertGrain")]
public interface IAlertGrain : ITellReceiver, IInspectable
{
    /// <summary>Somebody takes note.</summary>
    Task<AlertOutcome> Acknowledge(string by, string note);

    /// <summary>Somebody keeps it out of sight until a time, at most <see cref="AlertRules.ShelveMax"/> from now.</summary>
    Task<AlertOutcome> Shelve(string by, string reason, DateTimeOffset until);

    /// <summary>Somebody brings it back into sight.</summary>
    Task<AlertOutcome> Unshelve();

    /// <summary>Somebody clears it.</summary>
    Task<AlertOutcome> Clear(string by, string reason);

    /// <summary>As saved; null when nothing was ever raised under this id.</summary>
    [AlwaysInterleave]
    Task<AlertStatus?> Read();
}

/// <summary>What a command to an alert led to.</summary>
/// <param name="Fault">Why it was refused; null when it was carried out, or was so already.</param>
/// <param name="Seq">Where it stands in the change log; null when nothing changed.</param>
[GenerateSerializer, Alias("alert-outcome"), Immutable]
public readonly record struct AlertOutcome(AlertFault? Fault, long? Seq);
