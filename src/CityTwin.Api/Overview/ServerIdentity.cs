namespace CityTwin.Api.Overview;

/// <summary>Which server answers.</summary>
/// <param name="Silo">Its name within the cluster.</param>
public sealed record ServerIdentity(string Silo, DateTimeOffset StartedAt)
{
    /// <summary>The version of the city files' schema that this software reads.</summary>
    public const int CitySchemaVersion = 1;
}
