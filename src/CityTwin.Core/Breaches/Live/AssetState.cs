using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Core.Breaches.Live;

/// <summary>What an asset's grain keeps.</summary>
/// <param name="Heard">Per sender the highest sequence of what it told, so that repeats do nothing.</param>
/// <param name="RecentRequests">See <see cref="Core.RecentRequests"/>.</param>
/// <param name="Alerted">For which posture its alert stands: <see cref="AssetPosture.Suspected"/>, <see cref="AssetPosture.Compromised"/>, or clear = for none.</param>
/// <param name="AlertVersion">Of the last word to its alerts; each is higher than the one before.</param>
[GenerateSerializer, Alias("asset-state"), Immutable]
public sealed record AssetState(
    AssetStatus Status,
    ImmutableDictionary<string, long> Heard,
    ImmutableArray<string> RecentRequests,
    AssetPosture Alerted,
    long AlertVersion)
{
    public static AssetState New(AssetId asset) =>
        new(AssetStatus.New(asset), ImmutableDictionary<string, long>.Empty, [], AssetPosture.Clear, 0);
}

/// <summary>A sensor tells an asset that names it of an event it took.</summary>
[GenerateSerializer, Alias("sign-reported"), Immutable]
public sealed record SignReported(SensorEvent Event);
