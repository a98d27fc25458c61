namespace CityTwin.Core.Breaches.Live;

/// <summary>How an asset stands in the live city, best first; what is contained may have been anything before.</summary>
public enum AssetPosture
{
    /// <summary>Nothing speaks against it.</summary>
    Clear,

    /// <summary>There is a sign of an attack on it, but no proof.</summary>
    Suspected,

    /// <summary>An adversary has it: its reached steps open those that follow.</summary>
    Compromised,

    /// <summary>Cut off by order: whatever was reached, its steps open nothing and cannot be taken.</summary>
    Contained,
}
