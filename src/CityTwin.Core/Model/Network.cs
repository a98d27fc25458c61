namespace CityTwin.Core.Model;

/// <summary>
/// Segments joined into one grid (a feeder area, a water main system) whose supply follows the widest path.
/// It says what is connected, never how much it can carry.
/// </summary>
public sealed record Network(NetworkId Id, string Name, ServiceId Service);
