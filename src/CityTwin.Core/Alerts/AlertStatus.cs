using CityTwin.Core.Model;

namespace CityTwin.Core.Alerts;

/// <summary>Where an alert stands.</summary>
public enum AlertPhase
{
    /// <summary>The cause is there and nobody has taken note.</summary>
    Raised,

    /// <summary>The cause is there and somebody has taken note.</summary>
    Acknowledged,

    /// <summary>The cause is gone.</summary>
    Cleared,
}

/// <summary>What everybody may know of an alert: its published status.</summary>
/// <param name="RaisedAt">When the present (or last) occurrence began.</param>
/// <param name="LastAt">When the cause was last told.</param>
/// <param name="Count">How often the cause was told in this occurrence.</param>
/// <param name="ShelvedUntil">It is kept out of sight until then; null when it is not shelved.</param>
/// <param name="SuppressedBy">The zone whose planned work explains it; null when none does.</param>
/// <param name="Unshelved">Who last brought it back into sight before its time.</param>
[GenerateSerializer, Alias("alert-status"), Immutable]
public sealed record AlertStatus(
    AlertId Id,
    AlertPhase Phase,
    AlertSeverity Severity,
    ZoneId? Zone,
    string Text,
    DateTimeOffset RaisedAt,
    DateTimeOffset LastAt,
    long Count,
    AlertNote? Acknowledged,
    DateTimeOffset? ShelvedUntil,
    AlertNote? Shelved,
    AlertNote? Cleared,
    string? SuppressedBy,
    AlertNote? Unshelved = null)
{
    /// <summary>True when it should be seen: the cause is there and it is neither shelved nor explained by planned work.</summary>
    public bool IsShown(DateTimeOffset now) =>
        Phase is AlertPhase.Raised or AlertPhase.Acknowledged && SuppressedBy is null && !(ShelvedUntil > now);
}

/// <summary>Who did something to an alert, when, and why.</summary>
/// <param name="By">The principal; <c>system</c> when its source did.</param>
[GenerateSerializer, Alias("alert-note"), Immutable]
public sealed record AlertNote(string By, DateTimeOffset At, string Note);
