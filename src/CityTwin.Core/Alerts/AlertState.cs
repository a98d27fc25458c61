namespace CityTwin.Core.Alerts;

/// <summary>What is kept of an alert.</summary>
/// <param name="Version">Of the last signal taken from its source; lower ones are old.</param>
/// <param name="Status">Null before the first signal.</param>
[GenerateSerializer, Alias("alert-state"), Immutable]
public sealed record AlertState(long Version, AlertStatus? Status)
{
    public static AlertState Initial { get; } = new(0, null);
}
