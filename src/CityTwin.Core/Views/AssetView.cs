using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Views;

/// <summary>An asset in one version of the city.</summary>
/// <param name="Status">Before it first published that of <see cref="AssetStatus.New"/>.</param>
public sealed record AssetView(AssetStatus Status, long ChangedAt) : IChanging
{
    public static AssetView New(AssetId asset) => new(AssetStatus.New(asset), 0);
}

/// <summary>A conduit in one version of the city.</summary>
/// <param name="Status">Before it first published that of <see cref="ConduitStatus.New"/>.</param>
public sealed record ConduitView(ConduitStatus Status, long ChangedAt) : IChanging
{
    public static ConduitView New(ConduitId conduit) => new(ConduitStatus.New(conduit), 0);
}
