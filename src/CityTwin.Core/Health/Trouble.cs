namespace CityTwin.Core.Health;

/// <summary>How much a trouble matters.</summary>
public enum TroubleSeverity
{
    /// <summary>The silo does its work; somebody should look before it no longer does.</summary>
    Warning,

    /// <summary>Part of its work is not done now.</summary>
    Severe,
}

/// <summary>Something wrong with the twin itself.</summary>
/// <param name="Code">Stable, for programs: lower case with dashes.</param>
/// <param name="Text">What is wrong, in a sentence.</param>
/// <param name="Advice">What to do, in a sentence or two.</param>
public sealed record Trouble(string Code, TroubleSeverity Severity, string Text, string Advice);
