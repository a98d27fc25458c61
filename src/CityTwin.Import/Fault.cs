namespace CityTwin.Import;

/// <summary>Whether a fault stops a file from being used.</summary>
public enum FaultSeverity
{
    /// <summary>The file cannot be used until this is mended.</summary>
    Error,

    /// <summary>The file can be used; somebody should look.</summary>
    Warning,
}

/// <summary>One thing wrong with a file, where it is, and how to mend it.</summary>
/// <param name="Code">One of <see cref="FaultCode"/>; stable, for programs.</param>
/// <param name="File">The file's name inside its folder.</param>
/// <param name="FeatureId">The id of the thing concerned, where it has one.</param>
/// <param name="Place">JSON path (<c>$.features[3].properties.zone</c>), line and column, or row and column of a table.</param>
/// <param name="Message">One or two sentences for a person: what is wrong and how to mend it.</param>
public sealed record Fault(
    FaultSeverity Severity, string Code, string File, string? FeatureId, string Place, string Message);
