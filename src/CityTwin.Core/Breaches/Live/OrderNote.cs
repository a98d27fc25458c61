namespace CityTwin.Core.Breaches.Live;

/// <summary>Who ordered something, why, and when.</summary>
[GenerateSerializer, Alias("order-note"), Immutable]
public sealed record OrderNote(string By, string Reason, DateTimeOffset At);
