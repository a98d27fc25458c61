namespace CityTwin.Core.Alerts;

/// <summary>How soon somebody must look, from the mildest to the worst.</summary>
public enum AlertSeverity
{
    /// <summary>Worth knowing; nobody need act.</summary>
    Notice,

    /// <summary>To be looked at within the shift.</summary>
    Warning,

    /// <summary>To be looked at within minutes.</summary>
    Serious,

    /// <summary>To be looked at now: people are in danger or a critical service is lost.</summary>
    Critical,
}
