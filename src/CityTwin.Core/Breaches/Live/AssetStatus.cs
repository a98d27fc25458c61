using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>What everybody may know of an asset: its published status.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Since">Since when it stands so; null when nothing ever happened to it.</param>
/// <param name="Reached">The steps an adversary is known to have reached, in the order of becoming known.</param>
/// <param name="Signs">The newest signs since it was last cleared, oldest first, at most <see cref="AssetRules.SignsMax"/>.</param>
/// <param name="Contained">Who contained it; null when it is not.</param>
/// <param name="Cleared">Who last cleared it; null when nobody has.</param>
[GenerateSerializer, Alias("asset-status"), Immutable]
public sealed record AssetStatus(
    AssetId Id,
    long Version,
    AssetPosture Posture,
    DateTimeOffset? Since,
    ImmutableArray<ReachedStep> Reached,
    ImmutableArray<Sign> Signs,
    OrderNote? Contained,
    OrderNote? Cleared)
{
    /// <summary>An asset that nothing was ever heard of.</summary>
    public static AssetStatus New(AssetId asset) => new(asset, 0, AssetPosture.Clear, null, [], [], null, null);
}

/// <summary>An attack step that an adversary is known to have reached.</summary>
/// <param name="Since">When it was observed, or known at the latest.</param>
/// <param name="By">The sensor whose word decided it.</param>
/// <param name="Evidence">Where that sensor keeps the evidence; null when it keeps none.</param>
[GenerateSerializer, Alias("reached-step"), Immutable]
public sealed record ReachedStep(StepId Step, DateTimeOffset Since, SensorId By, string? Evidence);

/// <summary>An event that speaks for an attack on an asset.</summary>
/// <param name="Class">The event's class.</param>
/// <param name="Confidence">How sure the sensor is, 0..1.</param>
/// <param name="Evidence">Where the evidence is kept; null when it is not.</param>
[GenerateSerializer, Alias("sign"), Immutable]
public sealed record Sign(SensorId Sensor, string Class, double Confidence, DateTimeOffset At, string? Evidence);
